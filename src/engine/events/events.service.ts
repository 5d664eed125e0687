import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import type { Tx } from '../../platform/database/database.js';
import { envelopeOf, type Envelope, type NamedStream, type StreamType } from '../../platform/realtime/envelope.js';
import type { DurableEvent, DurableFacts } from '../../platform/realtime/event.js';
import { EventRegistry } from '../../platform/realtime/event.registry.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import { EventsRepository, type EventRow, type StreamRange } from './events.repository.js';
import type { NewEvent } from './new-event.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

/** Fills in the `data` of hydrated events, whose bodies live in their own tables. Registered by the room that owns them. */
export interface Hydrator<Body extends object = object> {
  events: readonly DurableEvent<Body, StreamType, true>[];
  /** @returns `data` by event id, for rows of one client that are of `events` */
  hydrate(clientId: string, rows: EventRow[]): Promise<Map<string, NoInfer<Body>>>;
}

type Facts = DurableFacts<object, StreamType>;

/** The one event log: appends, tells of what was committed, reads. */
@Injectable()
export class EventsService implements OnApplicationBootstrap {
  private readonly hydrators = new Map<string, Hydrator>();

  constructor(
    private readonly repository: EventsRepository,
    private readonly users: UsersService,
    private readonly publisher: RealtimePublisher,
    private readonly registry: EventRegistry,
  ) {}

  /** @throws Error when one of its events has a hydrator already */
  register<Body extends object>(hydrator: Hydrator<Body>): void {
    for (const { type } of hydrator.events) {
      if (this.hydrators.has(type)) throw new Error(`the event ${type} has two hydrators`);
      this.hydrators.set(type, hydrator);
    }
  }

  /** @throws Error when nobody fills in the bodies of an event whose descriptor says that somebody does */
  onApplicationBootstrap(): void {
    const bare = this.registry.all().filter(({ type, hydrated }) => hydrated && !this.hydrators.has(type));
    if (bare.length > 0) throw new Error(`events without their hydrator: ${bare.map(({ type }) => type).join(', ')}`);
  }

  /**
   * Appends events in the caller's transaction. Locks the rows of their streams (rooms, then users, then clients,
   * each in key order) until the commit: do it last, and hold no lock on a user or client before one on a room.
   * @throws Error for an event that no module registered
   */
  append(tx: Tx, events: NewEvent[]): Promise<EventRow[]> {
    for (const { event } of events) {
      if (this.registry.find(event.type) !== event) throw new Error(`no module registers the event ${event.type}`);
    }
    return this.repository.append(tx, events);
  }

  /** Tells the sockets of events that have been committed. Never throws: the log is the truth, this is a trigger. */
  async publish(rows: EventRow[]): Promise<void> {
    try {
      const facts = await this.toFacts(rows);
      rows.forEach(({ type }, at) => this.publisher.publish(this.registry.find(type) as DurableEvent, facts[at]!));
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'Events were committed, but sockets could not be told.');
    }
  }

  /** The same of one event, of which these users are told something else than everybody: never both. Never throws. */
  async publishApart(userPks: UserPk[], row: EventRow, body: object): Promise<void> {
    try {
      const [facts] = await this.toFacts([row]);
      const event = this.registry.find(row.type) as DurableEvent;
      for (const userPk of userPks) this.publisher.publishToUser(userPk, event, { ...facts!, data: body });
      this.publisher.publishToOthers(userPks, event, facts!);
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'An event was committed, but sockets could not be told.');
    }
  }

  /** @returns events of a stream after `rev`, ascending, whole */
  async readAfter(clientId: string, streamId: string, rev: number, limit: number, since?: Date): Promise<Envelope[]> {
    const rows = await this.repository.readAfter(clientId, streamId, rev, limit, since);
    return this.toEnvelopes(rows);
  }

  /**
   * Reads stretches of many streams of one client. A `since` that was too late is found out by the gap that it leaves,
   * and the stretch is read again without it.
   * @returns for each range its events, ascending and without a gap, or null where the log doesn't hold all of them
   */
  async readRanges(clientId: string, ranges: StreamRange[]): Promise<(Envelope[] | null)[]> {
    if (ranges.length === 0) return [];
    const found = await this.findRanges(clientId, ranges);
    const again = ranges.flatMap((range, index) => (found[index] === null && range.since ? [index] : []));
    if (again.length > 0) {
      const unbounded = await this.findRanges(
        clientId,
        again.map((index) => ({ ...ranges[index]!, since: undefined })),
      );
      again.forEach((index, nth) => (found[index] = unbounded[nth]!));
    }
    const envelopes = await this.toEnvelopes(found.flatMap((rows) => rows ?? []));
    let at = 0;
    return found.map((rows) => rows && envelopes.slice(at, (at += rows.length)));
  }

  private async findRanges(clientId: string, ranges: StreamRange[]): Promise<(EventRow[] | null)[]> {
    const found: EventRow[][] = ranges.map(() => []);
    for (const { range, ...row } of await this.repository.readRanges(clientId, ranges)) found[range]!.push(row);
    return ranges.map(({ after, upto }, index) => {
      const rows = found[index]!;
      const whole = rows.length === upto - after && rows.every(({ rev }, nth) => rev === after + 1 + nth);
      return whole ? rows : null;
    });
  }

  /** Rows of any clients, whole. */
  async toEnvelopes(rows: EventRow[]): Promise<Envelope[]> {
    const facts = await this.toFacts(rows);
    return rows.map((row, at) => envelopeOf(row, facts[at]!));
  }

  /** What is to be said of rows of any clients, bodies filled in. */
  private async toFacts(rows: EventRow[]): Promise<Facts[]> {
    const byClient = new Map<string, EventRow[]>();
    for (const row of rows) {
      const ofClient = byClient.get(row.client_id);
      if (ofClient) ofClient.push(row);
      else byClient.set(row.client_id, [row]);
    }
    const facts = new Map<EventRow, Facts>();
    for (const [clientId, ofClient] of byClient) {
      const [bodies, userIds] = await Promise.all([
        this.hydrate(clientId, ofClient),
        this.userIdsOf(clientId, ofClient),
      ]);
      for (const row of ofClient) facts.set(row, factsOf(row, bodies.get(row.id) ?? row.data ?? {}, userIds));
    }
    return rows.map((row) => facts.get(row)!);
  }

  private async hydrate(clientId: string, rows: EventRow[]): Promise<Map<string, object>> {
    const wanted = new Map<Hydrator, EventRow[]>();
    for (const row of rows) {
      const hydrator = this.hydrators.get(row.type);
      if (!hydrator) continue;
      const matching = wanted.get(hydrator);
      if (matching) matching.push(row);
      else wanted.set(hydrator, [row]);
    }
    const bodies = new Map<string, object>();
    for (const [hydrator, matching] of wanted) {
      for (const [id, data] of await hydrator.hydrate(clientId, matching)) bodies.set(id, data);
    }
    return bodies;
  }

  /** The clients' own user ids of actors and of users' streams. */
  private async userIdsOf(clientId: string, rows: EventRow[]): Promise<Map<UserPk, UserId>> {
    const refs = new Set<UserPk>();
    for (const row of rows) {
      if (row.actor_pk) refs.add(row.actor_pk);
      if (row.stream_type === 'user') refs.add(row.stream_id as UserPk);
    }
    const found = await this.users.refsOf(clientId, [...refs]);
    return new Map([...found].map(([id, ref]) => [id, ref.user_id]));
  }
}

const factsOf = (row: EventRow, data: object, userIds: Map<UserPk, UserId>): Facts => ({
  id: row.id,
  client_id: row.client_id,
  stream: streamOf(row, userIds),
  room_id: row.room_id,
  epoch: row.epoch,
  rev: row.rev,
  seq: row.seq ?? undefined,
  occurred_at: row.occurred_at.toISOString(),
  actor: { id: (row.actor_pk && userIds.get(row.actor_pk)) ?? null, type: row.actor_type },
  data,
});

const streamOf = ({ stream_type: type, stream_id: id }: EventRow, userIds: Map<UserPk, UserId>): NamedStream =>
  type === 'user' ? ofUser(id as UserPk, userIds) : { type, id };

const ofUser = (id: UserPk, userIds: Map<UserPk, UserId>): NamedStream => ({
  type: 'user',
  id,
  user_id: userIds.get(id) ?? ('' as UserId),
});
