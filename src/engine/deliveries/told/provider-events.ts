import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import type { ProviderEvent } from '../../providers/provider.js';
import { ProviderRegistry } from '../../providers/provider.registry.js';
import { SuppressionList, type Learnt } from '../../suppressions/suppression-list.js';
import type { Transition } from '../delivery.js';
import { deltasOf, factsSince } from '../delivery-counts.js';
import { DeliveryCountsRepository } from '../delivery-counts.repository.js';
import { ProviderEventsRepository, type ChangedByProvider, type ToldEvent } from './provider-events.repository.js';
import { tell, type ToldRow } from './told-delivery.js';
import { Transitions } from '../transitions.js';

const AT_ONCE = 300;
const PARKED_PER_ROUND = 3_000;

/** What became of events. */
export interface Applied {
  /** Those that are about a delivery, or a copy of one. */
  matched: number;
  /** Those of which there is no delivery, or not yet. */
  unmatched: number;
}

/** Takes in what providers tell of deliveries later, in any order and however often. */
@Injectable()
export class ProviderEvents {
  constructor(
    private readonly repository: ProviderEventsRepository,
    private readonly transitions: Transitions,
    private readonly suppressions: SuppressionList,
    private readonly registry: ProviderRegistry,
    private readonly counts: DeliveryCountsRepository,
    private readonly database: Database,
  ) {}

  /** What a webhook of a provider says, whose signature was looked at. @returns matched and unmatched, both 0: nothing of consequence */
  async applyPayload(clientId: string, providerType: string, payload: unknown): Promise<Applied> {
    const known = this.registry
      .all()
      .find(({ descriptor, provider }) => descriptor.type === providerType && provider.readEvents);
    return this.apply(clientId, providerType, known?.provider.readEvents?.(payload) ?? []);
  }

  /**
   * Moves the deliveries, states their facts, and puts addresses on the suppression list.
   * @param clientId null: the provider is the operator's, and serves any client
   * @param options `park`: an event that comes before its delivery was recorded as sent is kept, and tried again; not for
   * those that are asked for again anyway
   */
  async apply(
    clientId: string | null,
    providerType: string,
    events: ProviderEvent[],
    { park = true } = {},
  ): Promise<Applied> {
    const applied: Applied = { matched: 0, unmatched: 0 };
    for (let at = 0; at < events.length; at += AT_ONCE) {
      const some = events.slice(at, at + AT_ONCE);
      const unmatched = await this.applySome(some.map((event) => ({ client_id: clientId, event })));
      applied.matched += some.length - unmatched.length;
      applied.unmatched += unmatched.length;
      if (park && clientId !== null && unmatched.length > 0) {
        const left = unmatched.map(({ event }) => event);
        await this.database.transaction((tx) => this.repository.park(tx, clientId, providerType, left));
      }
    }
    return applied;
  }

  /**
   * A recipient unsubscribed by the link of a mail. Again changes nothing.
   * @param around about when the delivery was made
   * @param leave writes that nothing more of it is to be sent, in the same transaction
   */
  async unsubscribed(
    clientId: string,
    deliveryId: string,
    around: Date,
    leave: (tx: Tx) => Promise<void>,
  ): Promise<void> {
    await this.transitions.commit(async (tx) => {
      await leave(tx);
      const row = await this.repository.findOwn(tx, clientId, deliveryId, around);
      if (!row) return [];
      const event: ProviderEvent = { provider_message_id: '', kind: 'unsubscribed', occurred_at: new Date() };
      return this.tellAll(tx, new Map([[row.id, { row, events: [event] }]]));
    });
  }

  /** Those that came before their deliveries were recorded: tried again, until a day is over. */
  async retryParked(): Promise<void> {
    let after: string | null = null;
    for (let done = 0; done < PARKED_PER_ROUND; done += AT_ONCE) {
      const parked = await this.repository.parked(after, AT_ONCE);
      if (parked.length === 0) return;
      const unmatched = new Set((await this.applySome(parked)).map(({ event }) => event));
      await this.repository.unpark(parked.filter(({ event }) => !unmatched.has(event)).map(({ id }) => id));
      after = parked.at(-1)!.id;
    }
  }

  dropParked(): Promise<void> {
    return this.repository.dropParked();
  }

  /** @returns those that are about nothing of ours */
  private async applySome(events: ToldEvent[]): Promise<ToldEvent[]> {
    let unmatched: ToldEvent[] = [];
    await this.transitions.commit(async (tx) => {
      const ofRows = groupByRow(await this.repository.find(tx, events), events);
      const told = new Set([...ofRows.values()].flatMap((group) => group.events));
      unmatched = events.filter(({ event }) => !told.has(event));
      const transitions = await this.tellAll(tx, ofRows);
      unmatched = await this.learnOfCopies(tx, unmatched);
      return transitions;
    });
    return unmatched;
  }

  private async tellAll(tx: Tx, ofRows: Map<string, Told>): Promise<Transition[]> {
    if (ofRows.size === 0) return [];
    const rows = await this.repository.lock(
      tx,
      [...ofRows.values()].map(({ row }) => row),
    );
    const changes: ChangedByProvider[] = [];
    const learnt: Learnt[] = [];
    const before = new Map<string, ToldRow>();
    for (const { now, ...row } of rows) {
      const { told, news } = tell(row, ofRows.get(row.id)!.events, now);
      if (news.length > 0) changes.push({ row, told });
      before.set(row.id, row);
      for (const { suppress } of news)
        if (suppress && row.address !== null)
          learnt.push({ client_id: row.client_id, channel: row.channel, address: row.address, reason: suppress });
    }
    if (learnt.length > 0) await this.suppressions.learn(tx, learnt);
    const changed = changes.length === 0 ? [] : await this.repository.change(tx, changes);
    const transitions = changed.map((row): Transition => {
      const was = before.get(row.id)!;
      return { from: was.status, row, content: null, facts: factsSince(was, row) };
    });
    const moved = transitions.filter(({ from, row }) => from !== row.status);
    // Whoever opens what was delivered already changes no state: there is nothing to be told but in the counts.
    this.counts.append(tx, deltasOf(transitions.filter((transition) => !moved.includes(transition))));
    return moved;
  }

  /** Copies have no delivery of their own; their addresses go on the list all the same. */
  private async learnOfCopies(tx: Tx, unmatched: ToldEvent[]): Promise<ToldEvent[]> {
    if (unmatched.length === 0) return [];
    const copies = await this.repository.copies(tx, unmatched);
    const learnt = copies.flatMap(({ client_id, channel, n }): Learnt[] => {
      const { suppress: reason, recipient: address } = unmatched[n - 1]!.event;
      return reason && address !== undefined ? [{ client_id, channel, address, reason }] : [];
    });
    if (learnt.length > 0) await this.suppressions.learn(tx, learnt);
    const found = new Set(copies.map(({ n }) => n - 1));
    return unmatched.filter((_, index) => !found.has(index));
  }
}

interface Told {
  row: ToldRow;
  events: ProviderEvent[];
}

function groupByRow(found: (ToldRow & { n: number })[], events: ToldEvent[]): Map<string, Told> {
  const groups = new Map<string, Told>();
  const matches = new Map<number, number>();
  for (const { n } of found) matches.set(n, (matches.get(n) ?? 0) + 1);
  for (const { n, ...row } of found) {
    // Of many that share an id, it can't be told whom it is about.
    if (events[n - 1]!.event.recipient === undefined && matches.get(n)! > 1) continue;
    const group = groups.get(row.id) ?? { row, events: [] };
    group.events.push(events[n - 1]!.event);
    groups.set(row.id, group);
  }
  return groups;
}
