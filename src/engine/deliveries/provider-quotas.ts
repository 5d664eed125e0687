import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Coalescer } from '../../platform/common/coalescer.js';
import { logger } from '../../platform/common/logger.js';
import type { ProviderRoute } from '../providers/provider-routes.js';
import type { Outage } from './delivery.js';
import { UsageRepository, type UsageGranted, type UsageWanted } from './usage.repository.js';

const MAX_KNOWN = 10_000;

/** What a provider takes of what was wanted. */
export interface Grant {
  granted: number;
  /** Until the first of them may go, and between two of them, in milliseconds. */
  firstInMs: number;
  spacingMs: number;
  /** Why it was not all; set where it was not. */
  outage: Outage | null;
}

interface Counted {
  row: UsageGranted;
  /** Of what was granted. */
  given: number;
}

const NOTHING: Grant = { granted: 0, firstInMs: 0, spacingMs: 0, outage: null };

/** What is counted, and how much of it may be. */
export type Capped = Pick<ProviderRoute, 'identity' | 'caps'>;

interface Wish {
  route: Capped;
  wanted: number;
}

/** Counts what providers are sent against their caps, over all processes: taken before it is sent, in gathered statements. */
@Injectable()
export class ProviderQuotas {
  /** Whose row is there. */
  private readonly begun = new LRUCache<string, true>({ max: MAX_KNOWN });
  /** Until when nothing is left, as it was found last; raised caps are asked for anew. */
  private readonly used = new LRUCache<string, number>({ max: MAX_KNOWN });

  /** When the last of those goes that a rate turned away. */
  private readonly queued = new LRUCache<string, number>({ max: MAX_KNOWN });

  private readonly wishes = new Coalescer<Wish, Grant>({
    name: 'quotas',
    maxBatch: 500,
    maxWaiting: 50_000,
    maxWaitingPerTenant: 50_000,
    run: (wishes) => this.takeBatch(wishes),
  });

  constructor(private readonly repository: UsageRepository) {}

  outageOf(route: Capped): Outage | null {
    if (!isCapped(route)) return null;
    const until = this.used.get(usedKey(route)) ?? 0;
    return until > Date.now() ? { reason: 'quota_exhausted', until } : null;
  }

  /** Costs nothing where there is no cap. */
  async take(route: Capped, wanted: number): Promise<Grant> {
    if (!isCapped(route)) return { granted: wanted, firstInMs: 0, spacingMs: 0, outage: null };
    return this.wishes.add(route.identity.client_id, { route, wanted });
  }

  /**
   * When what a rate turned away may try again: one after the other, as the rate has it, so that a backlog neither comes all
   * at once nor has no estimate.
   */
  queueBehind(route: Capped, outage: Outage): Outage {
    const { rate_limit_per_second: rate } = route.caps;
    if (outage.reason !== 'rate_limited' || rate === null) return outage;
    const until = Math.max(this.queued.get(keyOf(route)) ?? 0, outage.until) + 1_000 / rate;
    this.queued.set(keyOf(route), until);
    return { ...outage, until };
  }

  /** What the provider did not get does not count. Never throws. */
  async giveBack(route: Capped, count: number): Promise<void> {
    const { hourly_cap, daily_cap } = route.caps;
    if (count === 0 || (hourly_cap === null && daily_cap === null)) return;
    await this.wishes.add(route.identity.client_id, { route, wanted: -count }).catch((error: unknown) => {
      logger.warn({ reason: (error as Error).message }, 'What a provider did not get could not be given back.');
    });
  }

  private async takeBatch(wishes: Wish[]): Promise<Grant[]> {
    const back = wishes.filter(({ wanted }) => wanted < 0);
    const taking = wishes.filter(({ wanted }) => wanted > 0);
    if (back.length > 0) await this.count(back);
    const counted = taking.length > 0 ? await this.count(taking) : new Map<string, Counted>();
    return wishes.map((wish) => (wish.wanted > 0 ? this.share(wish, counted.get(keyOf(wish.route))!) : NOTHING));
  }

  /** One row for each provider. */
  private async count(wishes: Wish[]): Promise<Map<string, Counted>> {
    const byKey = new Map<string, Wish[]>();
    for (const wish of wishes) {
      const key = keyOf(wish.route);
      byKey.set(key, [...(byKey.get(key) ?? []), wish]);
    }
    const wanted = new Map([...byKey].map(([key, of]) => [key, sumOf(of)]));
    const fresh = [...wanted].filter(([key]) => !this.begun.has(key));
    if (fresh.length > 0) await this.repository.begin(fresh.map(([, one]) => one));
    for (const [key] of fresh) this.begun.set(key, true);
    const rows = await this.repository.take([...wanted.values()]);
    return new Map(rows.map((row) => [`${row.client_id} ${row.key}`, { row, given: 0 }]));
  }

  /** Who came first gets first. */
  private share({ route, wanted }: Wish, taken: Counted): Grant {
    const { row } = taken;
    const granted = Math.max(0, Math.min(wanted, row.granted - taken.given));
    const spacingMs = route.caps.rate_limit_per_second === null ? 0 : 1_000 / route.caps.rate_limit_per_second;
    const firstInMs = route.caps.rate_limit_per_second === null ? 0 : row.first_in_ms + taken.given * spacingMs;
    taken.given += granted;
    const outage = granted < wanted ? this.outageIn(route, row) : null;
    return { granted, firstInMs, spacingMs, outage };
  }

  private outageIn(route: Capped, row: UsageGranted): Outage {
    const now = Date.now();
    if (row.granted < row.in_quota) return { reason: 'rate_limited', until: now + row.next_in_ms };
    const until = now + (row.day_is_used ? row.day_ends_in_ms : row.hour_ends_in_ms);
    this.used.set(usedKey(route), until);
    return { reason: 'quota_exhausted', until };
  }
}

const isCapped = ({ caps }: Capped): boolean =>
  caps.hourly_cap !== null || caps.daily_cap !== null || caps.rate_limit_per_second !== null;

const keyOf = ({ identity: { client_id, key } }: Capped): string => `${client_id} ${key}`;

const usedKey = (route: Capped): string =>
  `${keyOf(route)} ${route.caps.hourly_cap ?? ''} ${route.caps.daily_cap ?? ''}`;

function sumOf(wishes: Wish[]): UsageWanted {
  const { identity, caps } = wishes[0]!.route;
  return {
    ...identity,
    wanted: wishes.reduce((sum, { wanted }) => sum + wanted, 0),
    hourly_cap: caps.hourly_cap,
    daily_cap: caps.daily_cap,
    rate: caps.rate_limit_per_second,
  };
}
