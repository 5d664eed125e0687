import { Injectable } from '@nestjs/common';
import { Coalescer } from '../../platform/common/coalescer.js';
import { Database } from '../../platform/database/database.js';
import { exactly } from '../../platform/database/exactly.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';
import { OWN_SIDE, type OwnSideRow } from '../rooms/membership/own-side.js';
import type { ReceiptDto } from '../receipts/receipts.dto.js';
import type { SessionPositions, StreamPosition } from './sync.dto.js';

/** A room as its reader finds it. */
export interface RoomHead extends OwnSideRow {
  id: string;
  epoch: string;
  last_rev: number;
  last_seq: number;
  history: 'full' | 'since_join';
  member_count: number;
  /** Of the reader's own membership; null where the reader is the client itself. */
  joined_rev: number | null;
}

/** A room, by its tenant: what a node has sockets of. */
export interface RoomKey {
  client_id: string;
  room_id: string;
}

export interface SyncUser {
  client_id: string;
  user_pk: UserPk;
}

/** Where a stream stands, and what time it is. */
export type RoomHeadNow = RoomKey & StreamPosition & { last_seq: number; now: Date };
export type UserHeadNow = SyncUser & StreamPosition & { user_id: UserId; now: Date };

type WithNumber<T> = Omit<T, 'epoch'> & { epoch: number };

/** The rooms that somebody asks for; with `user_pk` null, the client itself. */
export interface RoomsOfReader {
  user_pk: UserPk | null;
  room_ids: string[];
}

const WANTED = unnest<{ reader: number; user_pk: UserPk | null; room_id: string }>()(
  'w',
  { reader: 'int', user_pk: 'uuid', room_id: 'uuid' },
  { first: 2 },
);

/** Row by row, as the next two: planned while a client had few rooms, a join would read all that it has. */
const HEADS = prepared(
  'sync.heads',
  `select w.reader, r.*
     from ${WANTED.sql}
    cross join lateral (
      select r.id, r.epoch, r.last_rev, r.last_seq, r.history, r.member_count, me.joined_rev, ${OWN_SIDE}
        from (select * from rooms where client_id = $1 and ${exactly('id', 'w.room_id')} order by id limit 1) r
        left join lateral (
          select * from room_members
           where client_id = $1 and ${exactly('room_id', 'w.room_id')} and user_pk = w.user_pk and status = 'active'
           order by room_id, user_pk limit 1
        ) me on true
       where r.status <> 'deleted' and (w.user_pk is null or me.user_pk is not null)
    ) r`,
);

const USER_HEADS = prepared(
  'sync.user_heads',
  `select u.*
     from unnest($2::uuid[]) as w (user_pk)
    cross join lateral (
      select user_pk, epoch, last_rev as rev from users
       where client_id = $1 and ${exactly('user_pk', 'w.user_pk')} order by user_pk limit 1
    ) u`,
);

const RECEIPTS = prepared(
  'sync.receipts',
  `select m.room_id, u.user_id, m.last_read_seq, m.last_delivered_seq
     from unnest($2::uuid[]) as w (room_id)
    cross join lateral (
      select room_id, user_pk, last_read_seq, last_delivered_seq from room_members
       where client_id = $1 and room_id = w.room_id and status = 'active'
       order by user_pk
    ) m
    cross join lateral (
      select user_id from users where client_id = $1 and ${exactly('user_pk', 'm.user_pk')} order by user_pk limit 1
    ) u`,
);

/** Sessions that open together, as after a restart, are read together. */
const GATHERED = { maxBatch: 50, maxWaiting: 20_000, maxWaitingPerTenant: 10_000 };

@Injectable()
export class SyncRepository {
  private readonly roomIds = new Coalescer<SyncUser, string[]>({
    ...GATHERED,
    run: async (users) => {
      const found = await this.findRoomIdsOfMany(users);
      return users.map(({ user_pk }) => found.get(user_pk)!);
    },
  });
  private readonly sessions = new Coalescer<SyncUser, SessionPositions | null>({
    ...GATHERED,
    run: async (users) => {
      const found = await this.findSessionsOfMany(users);
      return users.map(({ user_pk }) => found.get(user_pk) ?? null);
    },
  });

  constructor(private readonly database: Database) {}

  /**
   * Rooms as their readers find them, each at its reader's place: those that the reader is an active member of, or any of the client's
   * where it is nobody in particular.
   */
  async findHeads(clientId: string, readers: RoomsOfReader[]): Promise<Map<string, RoomHead>[]> {
    const wanted = readers.flatMap(({ user_pk, room_ids }, reader) =>
      [...new Set(room_ids)].map((room_id) => ({ reader, user_pk, room_id })),
    );
    const found = readers.map(() => new Map<string, RoomHead>());
    if (wanted.length === 0) return found;
    const rows = await this.database.query<WithNumber<RoomHead> & { reader: number }>(HEADS, [
      clientId,
      ...WANTED.values(wanted),
    ]);
    for (const { reader, ...row } of rows) found[reader]!.set(row.id, this.withEpoch(row));
    return found;
  }

  /** Where rooms stand that the user is in; with userPk null, any of the client's. */
  async findPositions(
    clientId: string,
    userPk: UserPk | null,
    roomIds: string[],
  ): Promise<Map<string, StreamPosition>> {
    const rows = await this.database.query<WithNumber<StreamPosition> & { id: string }>(
      `select r.id, r.epoch, r.last_rev as rev
         from unnest($3::uuid[]) as w (id)
         join rooms r on r.client_id = $1 and r.id = w.id and r.status <> 'deleted'
        where $2::uuid is null or exists (
          select from room_members m
           where m.client_id = $1 and m.room_id = w.id and m.user_pk = $2 and m.status = 'active')`,
      [clientId, userPk, roomIds],
    );
    return new Map(rows.map((row) => [row.id, this.withEpoch(row)]));
  }

  /** Where the streams of users stand. */
  async findUserHeads(clientId: string, userPks: UserPk[]): Promise<Map<UserPk, StreamPosition>> {
    if (userPks.length === 0) return new Map();
    const rows = await this.database.query<WithNumber<StreamPosition> & { user_pk: UserPk }>(USER_HEADS, [
      clientId,
      userPks,
    ]);
    return new Map(rows.map(({ user_pk, ...row }) => [user_pk, this.withEpoch(row)]));
  }

  /** Markers of the active members of each room. */
  async findReceipts(clientId: string, roomIds: string[]): Promise<Map<string, ReceiptDto[]>> {
    const byRoom = new Map<string, ReceiptDto[]>(roomIds.map((id) => [id, []]));
    if (roomIds.length === 0) return byRoom;
    const rows = await this.database.query<ReceiptDto & { room_id: string }>(RECEIPTS, [clientId, roomIds]);
    for (const { room_id, user_id, last_read_seq, last_delivered_seq } of rows) {
      byRoom.get(room_id)!.push({ user_id, last_read_seq, last_delivered_seq });
    }
    return byRoom;
  }

  findRoomIds(clientId: string, userPk: UserPk): Promise<string[]> {
    return this.roomIds.add(clientId, { client_id: clientId, user_pk: userPk });
  }

  /** Users' active memberships, for a node that may have missed changes of them. */
  async findRoomIdsOfMany(users: SyncUser[]): Promise<Map<UserPk, string[]>> {
    const byUser = new Map<UserPk, string[]>(users.map(({ user_pk }) => [user_pk, []]));
    const rows = await this.database.query<{ room_id: string; user_pk: UserPk }>(
      `select m.room_id, m.user_pk 
         from (select distinct * from unnest($1::uuid[], $2::uuid[]) as w (client_id, user_pk)) w
         join room_members m on m.client_id = w.client_id and m.user_pk = w.user_pk and m.status = 'active'
         join rooms r on r.client_id = m.client_id and r.id = m.room_id and r.status <> 'deleted'`,
      [users.map(({ client_id }) => client_id), users.map(({ user_pk }) => user_pk)],
    );
    for (const { user_pk, room_id } of rows) byUser.get(user_pk)!.push(room_id);
    return byUser;
  }

  async findSession(clientId: string, userPk: UserPk): Promise<SessionPositions> {
    const found = await this.sessions.add(clientId, { client_id: clientId, user_pk: userPk });
    return found ?? this.findTime();
  }

  /** For who has no streams of rooms or a user. */
  async findTime(): Promise<SessionPositions> {
    const [row] = await this.database.query<{ now: Date }>('select clock_timestamp() as now');
    return { server_time: row!.now.toISOString(), user: null, rooms: [] };
  }

  /** Where rooms of any clients stand. */
  async findHeadsOfMany(rooms: RoomKey[]): Promise<RoomHeadNow[]> {
    const rows = await this.database.query<WithNumber<RoomHeadNow>>(
      `select r.client_id, r.id as room_id, r.epoch, r.last_rev as rev, r.last_seq, clock_timestamp() as now
         from unnest($1::uuid[], $2::uuid[]) as w (client_id, room_id)
         join rooms r on r.client_id = w.client_id and r.id = w.room_id`,
      [rooms.map(({ client_id }) => client_id), rooms.map(({ room_id }) => room_id)],
    );
    return rows.map((row) => this.withEpoch(row));
  }

  /** Where the streams of users of any clients stand. */
  async findUserHeadsOfMany(users: SyncUser[]): Promise<UserHeadNow[]> {
    const rows = await this.database.query<WithNumber<UserHeadNow>>(
      `select u.client_id, u.user_pk , u.user_id, u.epoch, u.last_rev as rev, clock_timestamp() as now
         from unnest($1::uuid[], $2::uuid[]) as w (client_id, user_pk)
         join users u on u.client_id = w.client_id and u.user_pk = w.user_pk`,
      [users.map(({ client_id }) => client_id), users.map(({ user_pk }) => user_pk)],
    );
    return rows.map((row) => this.withEpoch(row));
  }

  /** By user; who is not there is missing. */
  private async findSessionsOfMany(users: SyncUser[]): Promise<Map<UserPk, SessionPositions>> {
    const rows = await this.database.query<{
      user_pk: UserPk;
      server_time: Date;
      user_epoch: number;
      user_rev: number;
      room_id: string | null;
      epoch: number;
      rev: number;
    }>(
      `select u.user_pk, clock_timestamp() as server_time, u.epoch as user_epoch, u.last_rev as user_rev,
              r.id as room_id, r.epoch, r.last_rev as rev
         from (select distinct * from unnest($1::uuid[], $2::uuid[]) as w (client_id, user_pk)) w
         join users u on u.client_id = w.client_id and u.user_pk = w.user_pk
         left join (room_members m join rooms r
                      on r.client_id = m.client_id and r.id = m.room_id and r.status <> 'deleted')
           on m.client_id = u.client_id and m.user_pk = u.user_pk and m.status = 'active'
        order by coalesce(r.last_message_at, r.created_at) desc, r.id`,
      [users.map(({ client_id }) => client_id), users.map(({ user_pk }) => user_pk)],
    );
    const found = new Map<UserPk, SessionPositions>();
    for (const { user_pk, server_time, user_epoch, user_rev, room_id, epoch, rev } of rows) {
      let session = found.get(user_pk);
      if (!session) {
        const user = { epoch: this.database.epochOf(user_epoch), rev: user_rev };
        session = { server_time: server_time.toISOString(), user, rooms: [] };
        found.set(user_pk, session);
      }
      if (room_id !== null) session.rooms.push({ room_id, epoch: this.database.epochOf(epoch), rev });
    }
    return found;
  }

  private withEpoch<T extends { epoch: number }>(row: T): Omit<T, 'epoch'> & { epoch: string } {
    return { ...row, epoch: this.database.epochOf(row.epoch) };
  }
}
