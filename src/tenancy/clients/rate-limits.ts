import { Injectable } from '@nestjs/common';
import { metrics } from '../../platform/common/metrics.js';
import { Problem } from '../../platform/common/problem.js';
import type { Caller, ClientLimits } from '../access/caller.js';
import type { LimitKind } from '../access/limit-kind.js';
import type { Request } from '../access/request.js';
import type { LimitState } from './limit-state.js';
import { Quotas } from './quotas.js';
import { MINUTE_MS, RateCounter, type WindowCount } from '../access/rate-counter.js';
import { joinHeaders, rateLimitHeaders } from '../access/rate-limit-headers.js';

const SECOND_MS = 1_000;

/** Those that every user has. */
type UserLimit = Exclude<LimitKind, 'notifications'>;

/** Where a user's limit of each kind stands, and how a refusal names it. */
const KINDS = {
  messages: { quota: 'messages_per_user_per_minute', refusal: 'send, edit or schedule %d messages a minute' },
  reactions: { quota: 'reactions_per_user_per_minute', refusal: 'add or take back %d reactions a minute' },
  typing: { quota: 'typing_per_user_per_minute', refusal: 'tell %d times a minute that they type' },
  pings: { quota: 'pings_per_user_per_minute', refusal: 'send %d pings a minute' },
} as const satisfies Record<UserLimit, { quota: keyof ClientLimits; refusal: string }>;

/** What else can be used up, and is counted elsewhere. */
export type LimitSource = (caller: Caller) => LimitState[] | Promise<LimitState[]>;

/** How much a user may do, `client.limits`: per minute, and per second where there is a burst. Master keys never count. */
@Injectable()
export class RateLimits {
  private readonly sources: LimitSource[] = [];

  constructor(
    private readonly counter: RateCounter,
    private readonly quotas: Quotas,
  ) {}

  register(source: LimitSource): void {
    this.sources.push(source);
  }

  /**
   * Counts one and sets the RateLimit headers of the request's answer. Without Redis the answer is there at once, and no
   * promise is made.
   * @throws Problem `rate_limited` (429, Retry-After, RateLimit headers)
   */
  consume(request: Request, kind: LimitKind): Promise<void> | undefined {
    // Counted where each is planned: a batch has many, and what is only simulated is none.
    if (kind === 'notifications') return undefined;
    const limited = this.consumeLimit(request, kind);
    if (limited) return limited.then(() => this.quotas.consume(request, kind));
    return this.quotas.consume(request, kind);
  }

  private consumeLimit(request: Request, kind: UserLimit): Promise<void> | undefined {
    const { caller } = request;
    if (caller.kind !== 'scoped') return undefined;
    const key = keyOf(caller, kind);
    const minute = this.counter.add(key);
    if (caller.limits.burst_per_user_per_second > 0) return this.consumeBurst(request, kind, key, minute);
    if (minute instanceof Promise) return minute.then((count) => judge(request, kind, count));
    judge(request, kind, minute);
    return undefined;
  }

  /** Every limit that holds for the caller, without counting. */
  async list(caller: Caller): Promise<LimitState[]> {
    const kinds = await Promise.all((Object.keys(KINDS) as UserLimit[]).map((kind) => this.statesOf(caller, kind)));
    const quotas = await this.quotas.states(caller);
    const others = await Promise.all(this.sources.map((source) => source(caller)));
    return [...kinds, quotas, ...others].flat();
  }

  private consumeBurst(
    request: Request,
    kind: UserLimit,
    key: string,
    minute: WindowCount | Promise<WindowCount>,
  ): Promise<void> | undefined {
    const second = this.counter.add(burstOf(key), SECOND_MS);
    const both = (inMinute: WindowCount, inSecond: WindowCount): void => {
      const burst = this.judgeBurst(request, kind, inSecond);
      judge(request, kind, inMinute);
      request.headers = joinHeaders([request.headers!, burst]);
    };
    if (minute instanceof Promise || second instanceof Promise) {
      return Promise.all([minute, second]).then((counts) => both(...counts));
    }
    both(minute, second);
    return undefined;
  }

  /** Who goes beyond it is refused until the cooldown, which begins with the first one beyond, is over. @returns the headers of it */
  private judgeBurst({ caller }: Request, kind: LimitKind, { count, resetsInMs }: WindowCount): Record<string, string> {
    const { burst_per_user_per_second: burst, cooldown_s } = caller.limits;
    const policy = `${kind}_burst`;
    if (count <= burst) return rateLimitHeaders(policy, burst, burst - count, Math.ceil(resetsInMs / 1_000), 1);
    let waitMs = resetsInMs;
    if (count === burst + 1 && cooldown_s > 0) {
      waitMs = cooldown_s * SECOND_MS;
      this.counter.stretch(burstOf(keyOf(caller, kind)), waitMs);
    }
    const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
    metrics.rateLimited.inc({ policy: `${kind}-burst` });
    throw new Problem('rate_limited', `More than ${burst} in a second: wait ${seconds} s.`, {
      retryAfterS: seconds,
      policies: [policy],
      headers: rateLimitHeaders(policy, burst, 0, seconds, 1),
    });
  }

  private async statesOf(caller: Caller, kind: UserLimit): Promise<LimitState[]> {
    const { limits } = caller;
    const key = keyOf(caller, kind);
    const burst = limits.burst_per_user_per_second;
    const state = async (name: string, limit: number, counted: string, windowMs: number): Promise<LimitState> => {
      const found = caller.user ? await this.counter.peek(counted) : null;
      return {
        name,
        scope: 'user',
        limit,
        remaining: Math.max(0, limit - (found?.count ?? 0)),
        resetsInMs: found?.resetsInMs ?? windowMs,
        windowS: windowMs / 1_000,
      };
    };
    return Promise.all([
      state(kind, limits[KINDS[kind].quota], key, MINUTE_MS),
      ...(burst > 0 ? [state(`${kind}_burst`, burst, burstOf(key), SECOND_MS)] : []),
    ]);
  }
}

const keyOf = ({ user }: Caller, kind: LimitKind): string => `${kind}:${user?.user_pk}`;
const burstOf = (key: string): string => `${key}:burst`;

function judge(request: Request, kind: UserLimit, { count, resetsInMs }: WindowCount): void {
  const quota = request.caller.limits[KINDS[kind].quota];
  const seconds = Math.ceil(resetsInMs / 1_000);
  const headers = rateLimitHeaders(kind, quota, Math.max(0, quota - count), seconds);
  if (count > quota) {
    metrics.rateLimited.inc({ policy: kind });
    const what = KINDS[kind].refusal.replace('%d', String(quota));
    throw new Problem('rate_limited', `A user may ${what}.`, { retryAfterS: seconds, policies: [kind], headers });
  }
  request.headers = headers;
}
