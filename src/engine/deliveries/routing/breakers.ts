import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Coalescer } from '../../../platform/common/coalescer.js';
import { logger } from '../../../platform/common/logger.js';
import { metrics } from '../../../platform/common/metrics.js';
import { Database } from '../../../platform/database/database.js';
import { EventsService } from '../../events/events.service.js';
import { newEvent, type NewEvent } from '../../events/new-event.js';
import { OPERATOR } from '../../providers/provider.registry.js';
import type { ProviderRoute } from '../../providers/provider-routes.js';
import type { Outcome } from '../../providers/provider.js';
import { Breaker, openMs, type BreakerState } from './breaker.js';
import { BreakersRepository, type BreakerWrite, type OpenBreaker } from './breakers.repository.js';
import { providerDegraded } from '../deliveries.events.js';
import type { Outage } from '../delivery.js';
import { Releases } from './releases.js';

/** How long it may take until what another process found out is known here, too. */
const FRESH_MS = 2_000;
const MAX_KNOWN = 10_000;
/** Who was refused the probe looks again after this. */
const REFUSED_MS = 2_000;

/** A change of a breaker that is to be written. */
interface Change {
  route: ProviderRoute;
  state: BreakerState;
  reason: string;
}

/**
 * Which providers are left alone because they serve nobody just now. Each process counts by itself; that one is open, and
 * who tries it again, stands in PostgreSQL for all.
 */
@Injectable()
export class Breakers {
  private readonly known = new LRUCache<string, Breaker>({ max: MAX_KNOWN });
  /** Those that are open for all, as they were read. */
  private shared = new Map<string, BreakerState & { probedUntil: number }>();
  private readonly writing = new Set<string>();
  private refreshedAt = Number.NEGATIVE_INFINITY;
  private refreshing: Promise<void> | null = null;

  private readonly writes = new Coalescer<Change, void>({
    name: 'breakers',
    maxBatch: 100,
    maxWaiting: MAX_KNOWN,
    maxWaitingPerTenant: MAX_KNOWN,
    run: async (changes) => {
      await this.write(changes);
      return changes.map(() => undefined);
    },
  });

  constructor(
    private readonly repository: BreakersRepository,
    private readonly database: Database,
    private readonly events: EventsService,
    private readonly releases: Releases,
  ) {}

  outageOf(route: ProviderRoute): Outage | null {
    const until = this.of(route).outUntil(Date.now());
    return until === null ? null : { reason: 'breaker_open', until };
  }

  /** Reads what other processes found out, if that was not done lately. Where it can't be read, what is known here holds. */
  async refresh(): Promise<void> {
    if (performance.now() - this.refreshedAt < FRESH_MS) return;
    this.refreshing ??= this.read().finally(() => (this.refreshing = null));
    await this.refreshing;
  }

  /** May it be sent to, and by how many? One only finds out whether a provider that was out works again. */
  async admit(route: ProviderRoute, wanted: number): Promise<number> {
    const breaker = this.of(route);
    if (!breaker.isHalfOpen) return wanted;
    if (breaker.outUntil(Date.now()) !== null) return 0;
    const taken = await this.repository.takeProbe(rowKeyOf(route));
    if (taken) {
      breaker.takeProbe();
      return 1;
    }
    breaker.leaveProbe(Date.now() + REFUSED_MS);
    return 0;
  }

  /** Who was to find out whether it works again does not: somebody else may. Never throws. */
  async giveBackProbe(route: ProviderRoute): Promise<void> {
    if (!this.of(route).giveBackProbe()) return;
    try {
      await this.repository.giveBackProbe(rowKeyOf(route));
    } catch (error) {
      // It comes free when its time is over.
      logger.warn({ reason: (error as Error).message }, 'That nobody tries a provider could not be shared.');
    }
  }

  run(route: ProviderRoute, send: () => Promise<Outcome[]>, counts: () => boolean): Promise<Outcome[]> {
    return this.of(route).run(send, counts);
  }

  private of(route: ProviderRoute): Breaker {
    const key = keyOf(route);
    let breaker = this.known.get(key);
    if (!breaker) {
      breaker = new Breaker((state, outcomes) => this.changed({ route, state, reason: codeOf(outcomes) }));
      this.known.set(key, breaker);
      this.adopt(key, breaker);
    }
    return breaker;
  }

  private changed(change: Change): void {
    const key = keyOf(change.route);
    this.writing.add(key);
    this.writes
      .add(change.route.identity.client_id, change)
      .catch((error: unknown) => logger.error({ err: error }, 'That a provider is out could not be shared.'))
      .finally(() => this.writing.delete(key));
  }

  private async read(): Promise<void> {
    const begun = new Set(this.writing);
    try {
      const rows = await this.repository.open();
      const now = Date.now();
      this.refreshedAt = performance.now();
      this.shared = new Map(rows.map((row) => [`${row.client_id} ${row.key}`, toState(row, now)]));
      for (const [key, breaker] of this.known.entries()) {
        // What is being written here is newer.
        if (!begun.has(key) && !this.writing.has(key)) this.adopt(key, breaker);
      }
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'Which providers are out could not be read.');
    }
  }

  private adopt(key: string, breaker: Breaker): void {
    const state = this.shared.get(key);
    breaker.adopt(state ?? { open: false, times: 0, openUntil: 0 });
    if (state) breaker.leaveProbe(state.probedUntil);
  }

  private async write(changes: Change[]): Promise<void> {
    const latest = new Map(changes.map((change) => [keyOf(change.route), change]));
    const written = await this.database.transaction(
      async (tx) => {
        const told = await this.repository.write(tx, [...latest.values()].map(toWrite));
        const events = told.flatMap(({ client_id, key, tell }) => {
          const change = latest.get(`${client_id} ${key}`)!;
          return tell && client_id !== OPERATOR ? [degradedEvent(change)] : [];
        });
        return this.events.append(tx, events);
      },
      { retries: 5 },
    );
    if (written.length > 0) await this.events.publish(written);
    for (const { route, state, reason } of latest.values()) {
      const { channel, type } = route.descriptor;
      if (state.open) {
        metrics.breakersOpened.inc({ channel: channel.name, provider_type: type });
        const who = { client_id: route.identity.client_id, provider: route.name, times: state.times };
        logger.warn({ ...who, reason }, 'A provider is out: it is left alone for a while.');
      } else {
        await this.releases.release(route.identity.client_id, channel.name);
      }
    }
  }
}

const rowKeyOf = ({ identity, config }: ProviderRoute) => ({ client_id: identity.client_id, key: config.key });

/** Changed settings begin anew. */
function keyOf(route: ProviderRoute): string {
  const { client_id, key } = rowKeyOf(route);
  return `${client_id} ${key}`;
}

const codeOf = ([first]: Outcome[]): string => (first && first.kind !== 'accepted' ? first.code : '');

const toWrite = ({ route, state, reason }: Change): BreakerWrite => ({
  ...rowKeyOf(route),
  channel: route.descriptor.channel.name,
  is_open: state.open,
  reason,
  times: state.times,
  open_ms: state.open ? openMs(state.times) : 0,
});

const toState = ({ times, open_in_ms, probe_in_ms }: OpenBreaker, now: number) => ({
  open: true,
  times,
  openUntil: now + open_in_ms,
  probedUntil: probe_in_ms > 0 ? now + Math.min(probe_in_ms, REFUSED_MS) : 0,
});

const degradedEvent = ({ route, state, reason }: Change): NewEvent =>
  newEvent({
    event: providerDegraded,
    client_id: route.identity.client_id,
    stream: { type: 'client', id: route.identity.client_id },
    subject_id: route.identity.key,
    actor: { id: null, type: 'system' },
    data: {
      id: route.identity.key,
      name: route.name,
      channel: route.descriptor.channel.name,
      provider_type: route.descriptor.type,
      is_primary: route.reason === 'primary',
      is_bulk: route.caps.is_bulk,
      reason,
      retry_at: new Date(state.openUntil).toISOString(),
    },
  });
