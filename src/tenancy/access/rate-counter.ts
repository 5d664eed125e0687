import { Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import { RedisConnections } from '../../platform/database/redis.js';

/** How often something happened in the window that runs. */
export interface WindowCount {
  count: number;
  /** Milliseconds until the window ends and the count starts anew. */
  resetsInMs: number;
}

/** So much of a window that holds no more than its limit. */
export interface Wish {
  key: string;
  /** As {@link RateCounter.add} takes it. */
  windowMs: number;
  n: number;
  limit: number;
}

/** What came of wishes that are granted together or not at all. */
export interface Grants {
  granted: boolean;
  /** Of each window, with what was granted. */
  counts: number[];
}

export const MINUTE_MS = 60_000;
/** Beyond it the counts of windows that are over are dropped. */
const SWEEP_AT = 50_000;

/** Counts per key and window in this process: a few hundred nanoseconds, no promise, no timer. */
export class WindowCounts {
  private readonly windows = new Map<string, { endsAt: number; count: number }>();
  private sweepAt = SWEEP_AT;

  /** @param windowMs always the same of one key, or what is left of its window */
  add(key: string, windowMs: number, n = 1): WindowCount {
    const now = performance.now();
    let window = this.windows.get(key);
    if (!window || window.endsAt <= now) {
      if (this.windows.size >= this.sweepAt) this.sweep(now);
      window = { endsAt: now + windowMs, count: 0 };
      this.windows.set(key, window);
    }
    window.count += n;
    // `endsAt` is rounded: what is left may come out a hair too long, which in whole seconds would be 61.
    return { count: window.count, resetsInMs: Math.min(window.endsAt - now, windowMs) };
  }

  addAll(wishes: Wish[]): Grants {
    const counts = wishes.map(({ key }) => this.peek(key)?.count ?? 0);
    if (wishes.some(({ n, limit }, at) => counts[at]! + n > limit)) return { granted: false, counts };
    return { granted: true, counts: wishes.map(({ key, windowMs, n }) => this.add(key, windowMs, n).count) };
  }

  /** @returns null when no window runs */
  peek(key: string): WindowCount | null {
    const now = performance.now();
    const window = this.windows.get(key);
    return window && window.endsAt > now ? { count: window.count, resetsInMs: window.endsAt - now } : null;
  }

  /** Takes back what was counted in the window that runs. */
  subtract(key: string, n: number): void {
    const window = this.windows.get(key);
    if (window) window.count = Math.max(0, window.count - n);
  }

  /** Lets the window that runs end so long from now. */
  stretch(key: string, ms: number): void {
    const window = this.windows.get(key);
    if (window) window.endsAt = performance.now() + ms;
  }

  get size(): number {
    return this.windows.size;
  }

  private sweep(now: number): void {
    for (const [key, { endsAt }] of this.windows) if (endsAt <= now) this.windows.delete(key);
    // What is left is in use: sweep again when as much has come once more.
    this.sweepAt = Math.max(SWEEP_AT, this.windows.size * 2);
  }
}

/** While Redis fails, it is asked so often whether it is back. */
const PROBE_MS = 1_000;

const PREFIX = 'chatapi:rate';

/** KEYS: windows. ARGV: of each how much, its limit and its ms. @returns 1 when all was added, else 0, and what each holds */
const ADD_ALL = `
local held = {}
local granted = 1
for i = 1, #KEYS do
  held[i] = tonumber(redis.call('get', KEYS[i]) or 0)
  if held[i] + ARGV[3 * i - 2] > tonumber(ARGV[3 * i - 1]) then granted = 0 end
end
if granted == 0 then return {0, held} end
for i = 1, #KEYS do
  held[i] = redis.call('incrby', KEYS[i], ARGV[3 * i - 2])
  if redis.call('pttl', KEYS[i]) < 0 then redis.call('pexpire', KEYS[i], ARGV[3 * i]) end
end
return {1, held}`;

interface Scripted extends Redis {
  rateAddAll(keys: number, ...keysAndArguments: (string | number)[]): Promise<[granted: 0 | 1, counts: number[]]>;
}

/**
 * Counts per key and window: in the process, or where there is Redis for the whole cluster. Once Redis has failed to answer
 * this process counts alone, and nobody waits for Redis before it has answered to somebody who holds up nothing.
 */
@Injectable()
export class RateCounter {
  private readonly local = new WindowCounts();
  private readonly shared: RateLimiterRedis | null;
  private failing = false;
  private probedAt = 0;

  constructor(private readonly redis: RedisConnections) {
    this.shared = redis.configured
      ? new RateLimiterRedis({
          // Limits differ by client, so the limiter only counts and never refuses.
          points: Number.MAX_SAFE_INTEGER,
          duration: MINUTE_MS / 1_000,
          storeClient: redis.commands,
          keyPrefix: PREFIX,
        })
      : null;
    if (redis.configured) redis.commands.defineCommand('rateAddAll', { lua: ADD_ALL });
  }

  /** Do several processes count together? */
  get isShared(): boolean {
    return this.shared !== null && !this.failing;
  }

  /** @param windowMs always the same of one key, or what is left of its window; in whole seconds where it is shared */
  add(key: string, windowMs = MINUTE_MS, n = 1): WindowCount | Promise<WindowCount> {
    if (this.shared === null) return this.local.add(key, windowMs, n);
    if (this.failing) {
      this.probe();
      return this.local.add(key, windowMs, n);
    }
    const options = windowMs === MINUTE_MS ? undefined : { customDuration: Math.ceil(windowMs / 1_000) };
    return this.shared.consume(key, n, options).then(countedOf, () => {
      this.fail();
      return this.local.add(key, windowMs, n);
    });
  }

  /** Adds to every window, or to none where one of them would hold more than its limit: nobody ever sees more in it. */
  addAll(wishes: Wish[]): Grants | Promise<Grants> {
    if (this.shared === null) return this.local.addAll(wishes);
    if (this.failing) {
      this.probe();
      return this.local.addAll(wishes);
    }
    const keys = wishes.map(({ key }) => `${PREFIX}:${key}`);
    const wanted = wishes.flatMap(({ n, limit, windowMs }) => [n, limit, Math.ceil(windowMs)]);
    return (this.redis.commands as Scripted).rateAddAll(keys.length, ...keys, ...wanted).then(
      ([granted, counts]) => ({ granted: granted === 1, counts }),
      () => {
        this.fail();
        return this.local.addAll(wishes);
      },
    );
  }

  /** Takes back what was just counted. */
  giveBack(key: string, n: number): void {
    this.local.subtract(key, n);
    // Lost: so much less is left in this window.
    if (this.shared !== null && !this.failing) this.shared.reward(key, n).catch(() => undefined);
  }

  /** What was counted so far, without counting. @returns null when no window runs */
  peek(key: string): WindowCount | null | Promise<WindowCount | null> {
    if (this.shared === null || this.failing) return this.local.peek(key);
    return this.shared.get(key).then(
      (found) => (found === null ? null : countedOf(found)),
      () => this.local.peek(key),
    );
  }

  /** Lets the window of a key that was just counted end so long from now: until then it counts on. */
  stretch(key: string, ms: number): void {
    this.local.stretch(key, ms);
    // Lost: it ends as it would have.
    if (this.shared !== null && !this.failing) this.redis.commands.pexpire(`${PREFIX}:${key}`, ms).catch(() => {});
  }

  private fail(): void {
    this.failing = true;
    this.probedAt = performance.now();
  }

  /** Now and then, and beside the request that it is due at. */
  private probe(): void {
    if (performance.now() - this.probedAt < PROBE_MS) return;
    // Until this one is answered, or given up, there is no other.
    this.probedAt = Infinity;
    void this.redis.isHealthy().then((healthy) => {
      if (healthy) this.failing = false;
      else this.fail();
    });
  }
}

const countedOf = ({ consumedPoints, msBeforeNext }: RateLimiterRes): WindowCount => ({
  count: consumedPoints,
  resetsInMs: msBeforeNext,
});
