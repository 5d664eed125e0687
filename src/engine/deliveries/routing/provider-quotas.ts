import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Coalescer } from '../../../platform/common/coalescer.js';
import { logger } from '../../../platform/common/logger.js';
import type { ProviderRoute } from '../../providers/provider-routes.js';
import type { Outage } from '../delivery.js';
import {
  UsageRepository,
  type CountedIn,
  type UsageGranted,
  type UsageTurn,
  type UsageWanted,
} from './usage.repository.js';

const MAX_KNOWN = 10_000;
/** That nothing is left is found out anew after this: what others were granted may have come back. */
const USED_FOR_MS = 10_000;
/** Those who come later than others that wait for a quota look again after this. */
const BEHIND_MS = 2_000;

/** A claimed delivery that wants its turn. */
export type QuotaTurn = Pick<UsageTurn, 'client_id' | 'id'>;

/** What a provider takes of what was wanted. */
export interface Grant {
  granted: number;
  /** When each of them may go, in milliseconds from now, in their order; null: in the order in which they came. */
  going: Map<string, number> | null;
  /** Of those that are not named: when the first one may go, and how long after it each other one. */
  firstInMs: number;
  spacingMs: number;
  /** Where it counts; null: nowhere. */
  counted: CountedIn | null;
  /** Why it was not all; set where it was not. */
  outage: Outage | null;
}

interface Counted {
  row: UsageGranted;
  /** Of those granted that are not named. */
  unnamed: number;
  /** How many of them were given away. */
  given: number;
}

/** What is counted, and how much of it may be. */
export type Capped = Pick<ProviderRoute, 'identity' | 'caps'> & Partial<Pick<ProviderRoute, 'name'>>;

/** As much as there is room for, or what was granted and is not needed. */
interface Wish {
  route: Capped;
  wanted: number;
  turns: QuotaTurn[];
  back: CountedIn | null;
}

/** Of `count` deliveries, or of as many as are named, all at once. */
export const grantOf = (count: number, outage: Outage | null = null): Grant => ({
  granted: count,
  going: null,
  firstInMs: 0,
  spacingMs: 0,
  counted: null,
  outage,
});

/** Counts what providers are sent against their caps, over all processes: taken before it is sent, in gathered statements. */
@Injectable()
export class ProviderQuotas {
  /** Whose row is there. */
  private readonly begun = new LRUCache<string, true>({ max: MAX_KNOWN });
  /** Until when nothing is left, as it was found last; raised caps are asked for anew. */
  private readonly used = new LRUCache<string, { until: number; foundAt: number }>({ max: MAX_KNOWN });

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
    const { until, foundAt } = this.used.get(usedKey(route)) ?? { until: 0, foundAt: 0 };
    const now = Date.now();
    return now < Math.min(until, foundAt + USED_FOR_MS) ? { reason: 'quota_exhausted', until } : null;
  }

  /**
   * Costs nothing where there is no cap.
   * @param turns those for which it is; who waits in their lane since before, over all processes, goes first. Without them, it is
   * nobody's turn in particular
   */
  async take(route: Capped, wanted: number, turns: QuotaTurn[] = []): Promise<Grant> {
    if (!isCapped(route)) return grantOf(wanted);
    return this.wishes.add(route.identity.client_id, { route, wanted, turns, back: null });
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

  /** What the provider did not get does not count, where it was counted. Never throws. */
  async giveBack(route: Capped, turns: QuotaTurn[], back: CountedIn | null): Promise<void> {
    const { hourly_cap, daily_cap } = route.caps;
    if (turns.length === 0 || back === null || (hourly_cap === null && daily_cap === null)) return;
    try {
      await this.wishes.add(route.identity.client_id, { route, wanted: 0, turns, back });
      this.used.delete(usedKey(route));
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'What a provider did not get could not be given back.');
    }
  }

  private async takeBatch(wishes: Wish[]): Promise<Grant[]> {
    const counted = await this.count(wishes);
    return wishes.map((wish) => (wish.back ? grantOf(0) : this.share(wish, counted.get(keyOf(wish.route))!)));
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
    const rows = await this.repository.take([...wanted.values()], wishes.flatMap(turnsOf));
    return new Map(
      rows.map((row) => [`${row.client_id} ${row.key}`, { row, unnamed: row.granted - row.ids.length, given: 0 }]),
    );
  }

  private share({ route, wanted, turns }: Wish, taken: Counted): Grant {
    const { row } = taken;
    const { hour, day, ids } = row;
    const counted = { hour, day };
    const short = (granted: number): Outage | null => (granted < wanted ? this.outageIn(route, row) : null);
    const { rate_limit_per_second: rate } = route.caps;
    const spacingMs = rate === null ? 0 : 1_000 / rate;
    const firstInMs = rate === null ? 0 : row.first_in_ms + taken.given * spacingMs;
    if (turns.length === 0) {
      const granted = Math.max(0, Math.min(wanted, taken.unnamed));
      taken.unnamed -= granted;
      taken.given += granted;
      return { granted, going: null, firstInMs, spacingMs, counted, outage: short(granted) };
    }
    const named = new Set(turns.map(({ id }) => id));
    const going = new Map<string, number>();
    for (const [place, id] of ids.entries()) if (named.has(id)) going.set(id, firstInMs + place * spacingMs);
    return { granted: going.size, going, firstInMs, spacingMs, counted, outage: short(going.size) };
  }

  /** Nothing is left; or it is too early; or others wait. */
  private outageIn(route: Capped, row: UsageGranted): Outage {
    const now = Date.now();
    if (row.quota_left !== null && row.quota_left <= 0) {
      const until = now + (row.day_is_used ? row.day_ends_in_ms : row.hour_ends_in_ms);
      this.used.set(usedKey(route), { until, foundAt: now });
      return { reason: 'quota_exhausted', until };
    }
    if (route.caps.rate_limit_per_second !== null) return { reason: 'rate_limited', until: now + row.next_in_ms };
    return { reason: 'quota_exhausted', until: now + BEHIND_MS };
  }
}

const isCapped = ({ caps }: Capped): boolean =>
  caps.hourly_cap !== null || caps.daily_cap !== null || caps.rate_limit_per_second !== null;

const keyOf = ({ identity: { client_id, key } }: Capped): string => `${client_id} ${key}`;

const usedKey = (route: Capped): string =>
  `${keyOf(route)} ${route.caps.hourly_cap ?? ''} ${route.caps.daily_cap ?? ''}`;

const turnsOf = ({ route: { identity, name = '' }, turns, back }: Wish): UsageTurn[] =>
  turns.map(({ client_id, id }) => ({
    provider_client_id: identity.client_id,
    key: identity.key,
    provider: name,
    client_id,
    id,
    back,
  }));

function sumOf(wishes: Wish[]): UsageWanted {
  const { identity, caps } = wishes[0]!.route;
  return {
    ...identity,
    wanted: wishes.reduce((sum, { wanted, turns }) => sum + (turns.length === 0 ? wanted : 0), 0),
    hourly_cap: caps.hourly_cap,
    daily_cap: caps.daily_cap,
    rate: caps.rate_limit_per_second,
  };
}
