import { Controller, Get } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import { CurrentCaller } from '../access/request.js';
import { Route, Tag, tag } from '../access/route.js';
import { RateLimitsDto } from './rate-limits.dto.js';
import type { LimitState } from './limit-state.js';
import { RateLimits } from './rate-limits.js';

const LIMITS = tag('Limits', 'How much a user and a client may do, and what is left of it.');

@Tag(LIMITS)
@Controller('rate-limits')
export class RateLimitsController {
  constructor(private readonly limits: RateLimits) {}

  @Get()
  @Route({
    summary: 'Read the limits and what is left of them',
    description:
      "The limits of the key's user, or of the one that a master key names in X-User-Id, and of the client; for a master key that manages the client also what its providers take. Asking counts against none. A master key itself counts against none.",
    access: 'key',
    answer: RateLimitsDto,
    actsForUser: true,
  })
  async list(@CurrentCaller() caller: Caller): Promise<RateLimitsDto> {
    return { limits: (await this.limits.list(caller)).map(toRateLimit) };
  }
}

const toRateLimit = ({ resetsInMs, windowS, ...state }: LimitState): RateLimitsDto['limits'][number] => ({
  ...state,
  reset_at: resetsInMs === null ? null : new Date(Date.now() + resetsInMs).toISOString(),
  window_s: windowS,
});
