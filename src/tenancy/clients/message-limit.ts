import { Injectable } from '@nestjs/common';
import { Problem } from '../../platform/common/problem.js';
import type { Request } from '../access/request.js';
import { RateCounter, type Counted } from '../access/rate-counter.js';
import { rateLimitHeaders } from '../access/rate-limit-headers.js';

/** Messages per user and minute, `client.limits.messages_per_user_per_minute`. Master keys don't count against a user. */
@Injectable()
export class MessageLimit {
  constructor(private readonly counter: RateCounter) {}

  /**
   * Counts one message and sets the RateLimit headers of the request's answer. Without Redis the answer is there at once,
   * and no promise is made.
   * @throws Problem `rate_limited` (429, Retry-After, RateLimit headers)
   */
  consume(request: Request): Promise<void> | undefined {
    if (request.caller.kind !== 'scoped') return undefined;
    const counted = this.counter.add(`messages:${request.caller.user!.user_pk}`);
    if (counted instanceof Promise) return counted.then((count) => judge(request, count));
    judge(request, counted);
    return undefined;
  }
}

function judge(request: Request, { count, resetsInMs }: Counted): void {
  const quota = request.caller.limits.messages_per_user_per_minute;
  const seconds = Math.ceil(resetsInMs / 1_000);
  const headers = rateLimitHeaders('messages', quota, Math.max(0, quota - count), seconds);
  if (count > quota) {
    throw new Problem('rate_limited', `A user may send ${quota} messages a minute.`, { retryAfterS: seconds, headers });
  }
  request.headers = headers;
}
