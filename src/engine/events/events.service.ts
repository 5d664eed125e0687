import { Injectable } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import type { Tx } from '../../platform/database/database.js';
import type { Envelope, Outgoing } from '../../platform/realtime/catalogue.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import { EventsRepository, type EventRow, type NewEvent, type StreamRange } from './events.repository.js';

/** Fills in the `data` of events whose bodies live in their own tables. Registered by the room that owns them. */
export interface Hydrator {
  /** Event types that begin so, such as `message.`. */
  prefix: string;
  /** @returns `data` by event id, for rows of one client */
  hydrate(clientId: string, rows: EventRow[]): Promise<Map<string, unknown>>;
}

@Injectable()
export class EventsService {
  private readonly hydrators: Hydrator[] = [];

  constructor(
    private readonly repository: EventsRepository,
    private readonly users: UsersService,
    private readonly publisher: RealtimePublisher,
  ) {}

  register(hydrator: Hydrator): void {
    this.hydrators.push(hydrator);
  }

  /**
   * Appends events in the caller's transaction. Locks the rows of their streams (rooms, then users, then clients,
   * each in key order) until the commit: do it last, and hold no lock on a user or client before one on a room.
   */
  append(tx: Tx, events: NewEvent[]): Promise<EventRow[]> {
    return this.repository.append(tx, events);
  }

  /** Tells the sockets of events that have been committed. Never throws: the log is the truth, this is a trigger. */
  async publish(rows: EventRow[]): Promise<void> {
    try {
      this.publisher.publish(await this.toOutgoing(rows));
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'Events were committed, but sockets could not be told.');
    }
  }

  /** @returns events of a stream after `rev`, ascending, whole */
  async readAfter(clientId: string, streamId: string, rev: number, limit: number, since?: Date): Promise<Envelope[]> {
    const rows = await this.repository.readAfter(clientId, streamId, rev, limit, since);
    return (await this.toOutgoing(rows)).map(({ envelope }) => envelope);
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
    const envelopes = (await this.toOutgoing(found.flatMap((rows) => rows ?? []))).map(({ envelope }) => envelope);
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

  /** Rows of any clients as envelopes, bodies filled in. */
  private async toOutgoing(rows: EventRow[]): Promise<Outgoing[]> {
    const byClient = new Map<string, EventRow[]>();
    for (const row of rows) {
      const ofClient = byClient.get(row.client_id);
      if (ofClient) ofClient.push(row);
      else byClient.set(row.client_id, [row]);
    }
    const outgoing = new Map<EventRow, Outgoing>();
    for (const [clientId, ofClient] of byClient) {
      const [bodies, userIds] = await Promise.all([
        this.hydrate(clientId, ofClient),
        this.userIdsOf(clientId, ofClient),
      ]);
      for (const row of ofClient) {
        outgoing.set(row, {
          stream: { type: row.stream_type, id: row.stream_id },
          envelope: toEnvelope(row, bodies.get(row.id) ?? row.data ?? {}, userIds),
        });
      }
    }
    return rows.map((row) => outgoing.get(row)!);
  }

  private async hydrate(clientId: string, rows: EventRow[]): Promise<Map<string, unknown>> {
    const bodies = new Map<string, unknown>();
    for (const hydrator of this.hydrators) {
      const matching = rows.filter((row) => row.type.startsWith(hydrator.prefix));
      if (matching.length === 0) continue;
      for (const [id, data] of await hydrator.hydrate(clientId, matching)) bodies.set(id, data);
    }
    return bodies;
  }

  /** The clients' own user ids of actors and of users' streams. */
  private async userIdsOf(clientId: string, rows: EventRow[]): Promise<Map<string, string>> {
    const refs = new Set<string>();
    for (const row of rows) {
      if (row.actor_pk) refs.add(row.actor_pk);
      if (row.stream_type === 'user') refs.add(row.stream_id);
    }
    const found = await this.users.refsOf(clientId, [...refs]);
    return new Map([...found].map(([id, ref]) => [id, ref.user_id]));
  }
}

function toEnvelope(row: EventRow, data: unknown, userIds: Map<string, string>): Envelope {
  return {
    id: row.id,
    type: row.type,
    v: row.v,
    client_id: row.client_id,
    stream: streamName(row, userIds),
    room_id: row.room_id,
    epoch: row.epoch,
    rev: row.rev,
    ...(row.seq === null ? {} : { seq: row.seq }),
    occurred_at: row.occurred_at.toISOString(),
    actor: { id: (row.actor_pk && userIds.get(row.actor_pk)) ?? null, type: row.actor_type },
    data: data as Envelope['data'],
  };
}

function streamName(row: EventRow, userIds: Map<string, string>): string {
  switch (row.stream_type) {
    case 'room':
      return `room:${row.stream_id}`;
    case 'user':
      return `user:${userIds.get(row.stream_id) ?? ''}`;
    case 'client':
      return 'client';
  }
}
