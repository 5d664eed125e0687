import { Injectable } from '@nestjs/common';
import { RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import { RedisConnections } from '../../platform/database/redis.js';

/** How often something happened in the minute that runs. */
export interface Counted {
  count: number;
  /** Milliseconds until the minute ends and the count starts anew. */
  resetsInMs: number;
}

const WINDOW_MS = 60_000;
/** Beyond it the counts of minutes that are over are dropped. */
const SWEEP_AT = 50_000;

/** Counts per key and minute in this process: a few hundred nanoseconds, no promise, no timer. */
export class MinuteCounts {
  private readonly windows = new Map<string, { endsAt: number; count: number }>();
  private sweepAt = SWEEP_AT;

  add(key: string): Counted {
    const now = performance.now();
    let window = this.windows.get(key);
    if (!window || window.endsAt <= now) {
      if (this.windows.size >= this.sweepAt) this.sweep(now);
      window = { endsAt: now + WINDOW_MS, count: 0 };
      this.windows.set(key, window);
    }
    window.count++;
    // `endsAt` is rounded: what is left may come out a hair too long, which in whole seconds would be 61.
    return { count: window.count, resetsInMs: Math.min(window.endsAt - now, WINDOW_MS) };
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

/**
 * Counts per key and minute: in the process, or where there is Redis for the whole cluster. Once Redis has failed to answer
 * this process counts alone, and nobody waits for Redis before it has answered to somebody who holds up nothing.
 */
@Injectable()
export class RateCounter {
  private readonly local = new MinuteCounts();
  private readonly shared: RateLimiterRedis | null;
  private failing = false;
  private probedAt = 0;

  constructor(private readonly redis: RedisConnections) {
    this.shared = redis.configured
      ? new RateLimiterRedis({
          // Limits differ by client, so the limiter only counts and never refuses.
          points: Number.MAX_SAFE_INTEGER,
          duration: WINDOW_MS / 1_000,
          storeClient: redis.commands,
          keyPrefix: 'chatapi:rate',
        })
      : null;
  }

  add(key: string): Counted | Promise<Counted> {
    if (this.shared === null) return this.local.add(key);
    if (this.failing) {
      this.probe();
      return this.local.add(key);
    }
    return this.shared.consume(key).then(
      ({ consumedPoints, msBeforeNext }: RateLimiterRes) => ({ count: consumedPoints, resetsInMs: msBeforeNext }),
      () => {
        this.fail();
        return this.local.add(key);
      },
    );
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
