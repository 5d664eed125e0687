import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database } from '../../platform/database/database.js';
import { IN_INDEX_ORDER } from '../../platform/database/in-index-order.js';
import { MEMBER_COLUMNS, type MemberRow } from '../rooms/membership/member.row.js';
import { ROOM_COLUMNS, roomPeople, type RoomRow } from '../rooms/room.row.js';
import { compile } from './filter.js';
import { Params } from './params.js';
import { beyond, beyondIndexed, orderBy, type Order } from './sort.js';

export interface RoomsAsked {
  filter: Record<string, unknown>;
  orders: Order[];
  cursor: Cursor | null;
  /** One more than this is looked for. */
  limit: number;
}

/** Where a room stands in the order asked for. */
export interface RoomPlace {
  id: string;
  /** What it is ordered by, and its id. */
  key: (string | number)[];
}

export interface Places {
  found: RoomPlace[];
  /** Rooms were left unread: the last that was read. */
  edge: RoomPlace | null;
}

export type FoundRow = RoomRow & { last_message_id: string | null };

/** Rooms of a client that one page reads through, however few of them the filter lets pass. */
export const WINDOW = 5_000;

type PlaceRow = Record<`k${number}`, string | number> & { id: string | null };

@Injectable()
export class RoomQueryRepository {
  constructor(private readonly database: Database) {}

  /** Of a user's rooms: each of them is looked at, by its key (`limit 1` keeps the planner from reading all of the client's). */
  async placesOf(clientId: string, userPk: UserPk, { filter, orders, cursor, limit }: RoomsAsked): Promise<Places> {
    const params = new Params();
    const [client, user] = [params.add(clientId, 'uuid'), params.add(userPk, 'uuid')];
    const where = compile(filter, params, true);
    const columns = [...orders.map((_, at) => `k${at}`), 'id'];
    const rows = await this.database.query<PlaceRow>(
      `select * from (
         select r.id, ${orders.map(({ sql }, at) => `${sql} as k${at}`).join(', ')}
           from room_members me
          cross join lateral (select * from rooms where client_id = me.client_id and id = me.room_id limit 1) r
          where me.client_id = ${client} and me.user_pk = ${user} and me.status = 'active' and r.status <> 'deleted'
            and ${where.sql}
       ) r
       where ${beyond(columns, orders, cursor, params)}
       order by ${orderBy(columns, orders, cursor)} limit ${params.add(limit + 1, 'int')}`,
      params.values,
    );
    return { found: rows.map((row) => toPlace(row, orders)), edge: null };
  }

  /** Of all of a client's rooms, in the order of an index: those found by what the filter names, or the next {@link WINDOW}. */
  async placesOfAll(clientId: string, { filter, orders, cursor, limit }: RoomsAsked): Promise<Places> {
    const params = new Params();
    const client = params.add(clientId, 'uuid');
    const where = compile(filter, params, false);
    const [order] = orders as [Order];
    const columns = [order.indexed!.column, 'r.id'];
    const window = where.selective
      ? `and ${where.selective}`
      : `order by ${orderBy(columns, orders, cursor)} limit ${WINDOW}`;
    const rows = await this.inOrder<PlaceRow & { e0: string | number; edge_id: string; scanned: number }>(
      `with seen as materialized (
         select r.* from rooms r
          where r.client_id = ${client} and r.status <> 'deleted' and ${beyondIndexed(order, cursor, params)} ${window}
       ), found as (
         select r.id, ${order.sql} as k0 from seen r where ${where.sql}
          order by ${orderBy(['k0', 'id'], orders, cursor)} limit ${params.add(limit + 1, 'int')}
       ), edge as (
         select r.id as edge_id, ${order.sql} as e0, (select count(*) from seen) as scanned from seen r
          order by ${orderBy(columns, orders, cursor).replaceAll(/\b(asc|desc)\b/g, (way) => (way === 'asc' ? 'desc' : 'asc'))}
          limit 1
       )
       select * from edge left join found on true order by ${orderBy(['k0', 'id'], orders, cursor)}`,
      params.values,
    );
    const found = rows.flatMap((row) => (row.id === null ? [] : [toPlace(row, orders)]));
    const last = rows[0];
    const cut = !where.selective && last !== undefined && last.scanned === WINDOW && found.length <= limit;
    return { found, edge: cut ? { id: last.edge_id, key: [last.e0, last.edge_id] } : null };
  }

  private inOrder<T>(sql: string, values: unknown[]): Promise<T[]> {
    return this.database.transaction(
      async (tx) => {
        await tx.query(IN_INDEX_ORDER);
        return tx.query<T>(sql, values);
      },
      { readOnly: true },
    );
  }

  /** Rooms as the viewer sees them, those that it still does. By id. */
  async find(clientId: string, viewerPk: UserPk | null, ids: string[]): Promise<Map<string, FoundRow>> {
    const rows = await this.database.query<FoundRow>(
      `select ${ROOM_COLUMNS}, last.id as last_message_id
         from rooms r ${roomPeople('$2')}
         left join lateral (
           select m.id from messages m
            where m.client_id = r.client_id and m.room_id = r.id and m.seq = r.last_seq and m.seq > r.truncated_seq
              and (r.history = 'full' or $2::uuid is null or m.seq > me.joined_seq) limit 1
         ) last on true
        where r.client_id = $1 and r.id = any ($3::uuid[]) and r.status <> 'deleted'
          and ($2::uuid is null or me.user_pk is not null)`,
      [clientId, viewerPk, ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** A few members of each room. */
  async members(clientId: string, roomIds: string[], ofEach: number): Promise<MemberRow[]> {
    if (ofEach === 0 || roomIds.length === 0) return [];
    return this.database.query<MemberRow>(
      `select ${MEMBER_COLUMNS}
         from unnest($2::uuid[]) as w (room_id)
        cross join lateral (
          select * from room_members
           where client_id = $1 and room_id = w.room_id and status = 'active' order by user_pk limit $3
        ) m
         join users u on u.client_id = m.client_id and u.user_pk = m.user_pk
        order by m.room_id, m.user_pk`,
      [clientId, roomIds, ofEach],
    );
  }
}

const toPlace = (row: PlaceRow, orders: Order[]): RoomPlace => ({
  id: row.id!,
  key: [...orders.map((_, at) => row[`k${at}`]!), row.id!],
});
