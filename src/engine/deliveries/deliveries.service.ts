import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Coalescer } from '../../platform/common/coalescer.js';
import { inHalves } from '../../platform/common/in-halves.js';
import { timeOfId, type UserPk } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import { ADDRESS_UNKNOWN } from '../providers/provider.js';
import { ProviderRegistry } from '../providers/provider.registry.js';
import { SuppressionList, type Learnt } from '../suppressions/suppression-list.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import {
  beginBy,
  type AttemptRecord,
  type AttemptVerdict,
  type ClaimedDelivery,
  type Content,
  type DeliveryRef,
  type DeliverySource,
  type DeliveryRow,
  type SourceRef,
  type Settlement,
  type Transition,
} from './delivery.js';
import { Transitions } from './transitions.js';

const MAX_BATCH = 500;
/** Workers are few and wait for their own: this is never reached but by a fault. */
const MAX_WAITING = 50_000;
/** What was sent is sent: its record may wait for others, which all cost little more than one. */
const LINGER_MS = 40;
const SETTLE_AGAIN_MS = 250;
/** Ten seconds: well below the lease. */
const READ_TRIES = 40;
/** As long as the lease: afterwards the delivery is taken to be lost. */
const SETTLE_TRIES = 300;

/** Claims and settlements, gathered: what many workers do at once is one statement, one transaction. */
@Injectable()
export class DeliveriesService {
  private readonly sources = new Map<string, DeliverySource>();

  private readonly claims = new Coalescer<DeliveryRef, ClaimedDelivery | null>({
    name: 'claims',
    maxBatch: MAX_BATCH,
    maxWaiting: MAX_WAITING,
    maxWaitingPerTenant: MAX_WAITING,
    run: (refs) => this.claimBatch(refs),
  });

  private readonly settlements = new Coalescer<Settlement, Transition | null>({
    name: 'settlements',
    maxBatch: MAX_BATCH,
    maxWaiting: MAX_WAITING,
    maxWaitingPerTenant: MAX_WAITING,
    lingerMs: ({ delivery, verdict }) => (this.isAwaited(delivery, verdict) ? 0 : LINGER_MS),
    // What one tenant's receivers say must not hold up what another's do, whatever it is.
    run: (batch) => inHalves(batch, (part) => this.settleBatch(part), isAway),
  });

  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly transitions: Transitions,
    private readonly registry: ProviderRegistry,
    private readonly suppressions: SuppressionList,
  ) {}

  registerSource(source: DeliverySource): void {
    if (this.sources.has(source.kind))
      throw new Error(`There are two sources of deliveries of the kind ${source.kind}.`);
    this.sources.set(source.kind, source);
  }

  /** How often these are tried when they are sent again, by their ids; the others as often as their channels say. */
  async attemptsOf(
    tx: Tx,
    deliveries: Pick<DeliveryRow, 'client_id' | 'id' | 'source_kind' | 'source_id'>[],
  ): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const [kind, source] of this.sources) {
      const rows = deliveries.filter(({ source_kind }) => source_kind === kind);
      if (rows.length === 0 || !source.attempts) continue;
      for (const [id, attempts] of await source.attempts(tx, rows)) found.set(id, attempts);
    }
    return found;
  }

  /** @returns null when somebody else has it, or it is not due: then it is not ours to send */
  claim(ref: DeliveryRef): Promise<ClaimedDelivery | null> {
    return this.claims.add(ref.client_id, ref);
  }

  /** Claims many in a statement of their own. @returns those that are ours now */
  async claimAll(refs: DeliveryRef[]): Promise<ClaimedDelivery[]> {
    return (await this.claimBatch(refs)).filter((claimed) => claimed !== null);
  }

  /**
   * Claims what may go in one call with it.
   * @param claimed gives the content: that of its source and channel is the same for all
   */
  async claimSiblings(claimed: ClaimedDelivery, limit: number): Promise<ClaimedDelivery[]> {
    const begin_by = beginBy();
    const rows = await this.repository.claimSiblings(claimed, limit);
    return rows.map((row) => ({ ...row, content: claimed.content, begin_by }));
  }

  /**
   * Gives a claimed delivery back untried, to wait for a provider.
   * @param verdict of `held`
   */
  hold(delivery: ClaimedDelivery, verdict: AttemptVerdict): Promise<Transition | null> {
    return this.settle({ delivery, attempt: NO_ATTEMPT, verdict });
  }

  /**
   * Records an attempt and what follows. The outcome is known once only, so a database that is away is waited for.
   * @param tries how often, where it can be said again later
   * @returns null when the delivery was not held by this attempt any more
   */
  async settle(settlement: Settlement, tries = SETTLE_TRIES): Promise<Transition | null> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.settlements.add(settlement.delivery.client_id, settlement);
      } catch (error) {
        if (tried >= tries) throw error;
        if (tried === 1) logger.warn({ reason: (error as Error).message }, 'Attempts could not be recorded yet.');
        await sleep(SETTLE_AGAIN_MS);
      }
    }
  }

  /** Those of a source that were suppressed when it was written, for {@link Transitions.record} in its transaction. */
  async suppressedOf(tx: Tx, source: SourceRef): Promise<Transition[]> {
    const rows = await this.repository.suppressedOf(tx, source);
    return rows.map((row) => ({ from: 'suppressed', row, content: null }));
  }

  /** A device of the user has shown what was sent to it: that delivery, or all that it got of that source. Again, or too late, changes nothing. */
  async acknowledge(clientId: string, userPk: UserPk, id: string): Promise<boolean> {
    const done = await this.transitions.commit(async (tx) => {
      const shown = { client_id: clientId, user_pk: userPk, id, around: timeOfId(id) };
      const channels = this.registry.acknowledged();
      let rows = await this.repository.acknowledge(tx, channels, shown, 'id');
      if (rows.length === 0) rows = await this.repository.acknowledge(tx, channels, shown, 'source_id');
      return rows.map((row) => ({ from: 'sent', row, content: null }));
    });
    return done.length > 0;
  }

  /** Where being recorded is what sends it, what lets the next provider try it, or what keeps those behind it waiting. */
  private isAwaited({ channel }: DeliveryRow, { delayMs, status }: AttemptVerdict): boolean {
    return delayMs === 0 || status === 'held' || this.registry.findChannel(channel)?.acknowledged === true;
  }

  private async claimBatch(refs: DeliveryRef[]): Promise<(ClaimedDelivery | null)[]> {
    const begin_by = beginBy();
    const claimed = await this.repository.claim(refs);
    const contents = await this.untilRead(() => this.contentsOf(claimed));
    const byId = new Map(claimed.map((row) => [row.id, row]));
    return refs.map(({ id }) => {
      const row = byId.get(id);
      // Named twice in one batch: once is enough.
      byId.delete(id);
      return row ? { ...row, content: contents.get(id) ?? null, begin_by } : null;
    });
  }

  /** What was claimed is held by nobody else, and nobody would begin it before its lease ends. */
  private async untilRead<T>(read: () => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried++) {
      try {
        return await read();
      } catch (error) {
        if (tried >= READ_TRIES) throw error;
        await sleep(SETTLE_AGAIN_MS);
      }
    }
  }

  private async contentsOf(claimed: DeliveryRow[]): Promise<Map<string, Content>> {
    const contents = new Map<string, Content>();
    for (const [kind, source] of this.sources) {
      const rows = claimed.filter(({ source_kind }) => source_kind === kind);
      if (rows.length === 0) continue;
      const loaded = await source.load(rows);
      if (rows.length === claimed.length) return loaded;
      for (const [id, content] of loaded) contents.set(id, content);
    }
    return contents;
  }

  private async settleBatch(batch: Settlement[]): Promise<(Transition | null)[]> {
    const current = currentOf(batch);
    const done = await this.transitions.commit(async (tx) => {
      const rows = await this.repository.settle(tx, [...current.values()]);
      await this.suppressions.learn(tx, bouncedOf(rows, current));
      return rows.map((row) => transitionOf(row, current.get(row.id)!));
    });
    const byId = new Map(done.map((transition) => [transition.row.id, transition]));
    return batch.map((settlement) => {
      const { id } = settlement.delivery;
      return current.get(id) === settlement ? (byId.get(id) ?? null) : null;
    });
  }
}

/** Failed because there is no such address. */
function bouncedOf(rows: DeliveryRow[], settlements: Map<string, Settlement>): Learnt[] {
  return rows.flatMap(({ client_id, id, channel, address, status }) => {
    const unknown = status === 'failed' && settlements.get(id)!.attempt.error_code === ADDRESS_UNKNOWN;
    return unknown && address !== null ? [{ client_id, channel, address, reason: 'bounce' }] : [];
  });
}

const isAway = (error: Error): boolean => error instanceof Problem && error.code === 'unavailable';

const NO_ATTEMPT: AttemptRecord = {
  provider: null,
  status: 'failed',
  error_code: null,
  error_message: null,
  response_status: null,
  response_body: null,
  duration_ms: null,
};

const transitionOf = (row: DeliveryRow, { delivery, verdict, attempt }: Settlement): Transition => ({
  from: 'sending',
  row,
  content: delivery.content ?? null,
  ...(attempt !== NO_ATTEMPT && { attempt }),
  ...(verdict.exhausted && { exhausted: true }),
});

/** A claim that was given back counts no attempt. */
const claimNumberOf = ({ delivery: { attempt_count, holds } }: Settlement): number => attempt_count + (holds ?? 0);

/**
 * The one settlement of each delivery that may still hold it, by its id: that of its latest attempt, and where two end
 * the same attempt (its worker, late, and whoever took the worker for lost) the first.
 */
function currentOf(batch: Settlement[]): Map<string, Settlement> {
  const current = new Map<string, Settlement>();
  for (const settlement of batch) {
    const { id } = settlement.delivery;
    const other = current.get(id);
    if (!other || claimNumberOf(other) < claimNumberOf(settlement)) current.set(id, settlement);
  }
  return current;
}
