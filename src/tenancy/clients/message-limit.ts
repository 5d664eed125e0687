import { Injectable } from '@nestjs/common';
import { Problem } from '../../platform/common/problem.js';
import type { Caller } from '../access/caller.js';
import { RateCounter, type Counted } from '../access/rate-counter.js';
import { rateLimitHeaders } from '../access/rate-limit-headers.js';

export interface Consumed {
  /** RateLimit headers; empty where no limit applies. */
  headers: Record<string, string>;
}

const UNLIMITED: Consumed = { headers: {} };

/** Messages per user and minute, `client.limits.messages_per_user_per_minute`. Master keys don't count against a user. */
@Injectable()
export class MessageLimit {
  constructor(private readonly counter: RateCounter) {}

  /**
   * Counts one message. Without Redis the answer is there at once, no promise is made. The headers are also set on
   * `caller.rateLimit`, from where REST answers take them.
   * @throws Problem `rate_limited` (429, Retry-After, RateLimit headers)
   */
  consume(caller: Caller): Consumed | Promise<Consumed> {
    if (caller.kind !== 'scoped') return UNLIMITED;
    const counted = this.counter.add(`messages:${caller.user!.user_pk}`);
    return counted instanceof Promise ? counted.then((c) => judge(caller, c)) : judge(caller, counted);
  }
}

function judge(caller: Caller, { count, resetsInMs }: Counted): Consumed {
  const quota = caller.limits.messages_per_user_per_minute;
  const seconds = Math.ceil(resetsInMs / 1_000);
  const headers = rateLimitHeaders('messages', quota, Math.max(0, quota - count), seconds);
  if (count > quota) {
    throw new Problem('rate_limited', `A user may send ${quota} messages a minute.`, { retryAfterS: seconds, headers });
  }
  caller.rateLimit = headers;
  return { headers };
}
