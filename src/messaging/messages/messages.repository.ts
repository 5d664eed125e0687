import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { exactly } from '../../platform/database/exactly.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';
import type { UserPk } from '../../platform/common/ids.js';
import { COLUMNS_BEYOND_FLOOR, MESSAGE_COLUMNS, MESSAGE_PEOPLE, type MessageRow } from './message.row.js';

/** A stretch of a room's messages on both sides of a seq. */
export interface Stretch {
  /** The seq at which the two sides meet: it belongs to those after. */
  at: number;
  /** How many messages at most from below `at`, the nearest ones. */
  before: number;
  /** How many messages at most from `at` on, the nearest ones. */
  after: number;
  /** Messages up to this seq are left out. */
  floor: number;
}

/** A message as somebody finds it. */
export interface SeenRow extends MessageRow {
  /** It is to be shown as a stub. */
  hidden: boolean;
  /** The viewer's own replies that only the viewer sees: `reply_count` is without them. */
  own_replies: number;
}

/**
 * Is message `m` hidden from the user of `viewer`, an expression? Nothing is from null, the client itself. What a user
 * deleted for itself is, and what it was sent by those whom it blocked or by the shadow-banned.
 */
const hiddenFrom = (viewer: string, besides = ''): string => `(${viewer}::uuid is not null and (
    m.shadowed and (m.sender_pk = ${viewer}::uuid) is not true
    or exists (select from hidden_messages h
                where h.client_id = m.client_id and h.user_pk = ${viewer}::uuid and h.room_id = m.room_id and h.seq = m.seq)
    or exists (select from user_blocks b
                where b.client_id = m.client_id and b.user_pk = ${viewer}::uuid and b.blocked_pk = m.sender_pk)${besides})) as hidden`;

/** Replies to message `m` that only the user of `viewer`, an expression, sees: of a shadow-banned one. */
const ownReplies = (viewer: string): string => `(
    select count(*)::int from messages o
     where o.client_id = m.client_id and o.thread_id = m.id and o.sender_pk = ${viewer}::uuid and o.shadowed
       and o.thread_id is not null and o.deleted_at is null) as own_replies`;

/** What pages leave out by their floor, events of the room still tell of: it was changed since. */
const BEFORE_JOINING = `
    or exists (select from rooms r
                 join room_members me on me.client_id = r.client_id and me.room_id = r.id and me.user_pk = w.user_pk
                where r.client_id = m.client_id and r.id = m.room_id and r.history = 'since_join' and m.seq <= me.joined_seq)`;

const VIEWS = unnest<{ viewer: number; user_pk: UserPk; id: string }>()(
  'w',
  { viewer: 'int', user_pk: 'uuid', id: 'uuid' },
  { first: 2 },
);

const BY_KEY = `select * from messages where client_id = $1 and ${exactly('id', 'w.id')} order by id limit 1`;

const HIDDEN = prepared(
  'messages.hidden',
  `select viewer, id, hidden from (
     select w.viewer, m.id, m.shadowed, ${hiddenFrom('w.user_pk', BEFORE_JOINING)}
       from ${VIEWS.sql} cross join lateral (${BY_KEY}) m
   ) m where hidden or shadowed`,
);

const BY_ID = prepared(
  'messages.by_id',
  `select ${MESSAGE_COLUMNS}
     from unnest($2::uuid[]) as w (id)
    cross join lateral (${BY_KEY}) m ${MESSAGE_PEOPLE}`,
);

@Injectable()
export class MessagesRepository {
  constructor(private readonly database: Database) {}

  /** Ascending, as the viewer sees them; null: the client itself. */
  async list(
    clientId: string,
    roomId: string,
    viewerPk: UserPk | null,
    { at, before, after, floor }: Stretch,
  ): Promise<SeenRow[]> {
    return this.database.query<SeenRow>(
      `select ${COLUMNS_BEYOND_FLOOR}, ${hiddenFrom('$7')}, ${ownReplies('$7')}
         from (
           (select * from messages where client_id = $1 and room_id = $2 and seq > $6 and seq < $3
             order by seq desc limit $4)
           union all
           (select * from messages where client_id = $1 and room_id = $2 and seq > $6 and seq >= $3
             order by seq limit $5)
         ) m ${MESSAGE_PEOPLE}
        order by m.seq`,
      [clientId, roomId, at, before, after, floor, viewerPk],
    );
  }

  /** By id, as the viewer sees them, those that its room was not truncated beyond; whether it may see their rooms is asked elsewhere. */
  async findSeen(
    clientId: string,
    viewerPk: UserPk | null,
    ids: string[],
    on: Pick<Tx, 'query'> = this.database,
  ): Promise<Map<string, SeenRow>> {
    const rows = await on.query<SeenRow>(
      `select ${MESSAGE_COLUMNS}, ${hiddenFrom('$3')}, ${ownReplies('$3')}
         from messages m ${MESSAGE_PEOPLE} where m.client_id = $1 and m.id = any ($2::uuid[])`,
      [clientId, ids, viewerPk],
    );
    return new Map(rows.flatMap((row) => (row.truncated_at ? [] : [[row.id, row]])));
  }

  /** Whatever became of them. */
  async findMany(clientId: string, ids: string[]): Promise<Map<string, MessageRow>> {
    const rows = await this.database.query<MessageRow>(BY_ID, [clientId, ids]);
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** The message, and who is in its room but sees nothing of the time that it is from. */
  async findApart(clientId: string, id: string): Promise<{ message: MessageRow | undefined; latecomers: UserPk[] }> {
    const [row] = await this.database.query<MessageRow & { latecomers: UserPk[] }>(
      `select ${MESSAGE_COLUMNS},
              array(select l.user_pk from rooms r
                      join room_members l on l.client_id = r.client_id and l.room_id = r.id and l.status = 'active'
                                         and l.joined_seq >= m.seq
                     where r.client_id = m.client_id and r.id = m.room_id and r.history = 'since_join') as latecomers
         from messages m ${MESSAGE_PEOPLE} where m.client_id = $1 and m.id = $2`,
      [clientId, id],
    );
    return { message: row, latecomers: row?.latecomers ?? [] };
  }

  /** Of these messages in rooms of their viewers, those that are hidden from them, and those that only they see; by `viewer`. */
  async hiddenFrom(
    clientId: string,
    views: { viewer: number; user_pk: UserPk; id: string }[],
  ): Promise<{ viewer: number; id: string; hidden: boolean }[]> {
    return views.length === 0 ? [] : this.database.query(HIDDEN, [clientId, ...VIEWS.values(views)]);
  }

  async findTimes(clientId: string, roomId: string, seqs: number[]): Promise<{ seq: number; created_at: Date }[]> {
    return this.database.query(
      'select seq, created_at from messages where client_id = $1 and room_id = $2 and seq = any($3::bigint[])',
      [clientId, roomId, seqs],
    );
  }

  /** Under the room's lock, which orders its changes. */
  async get(tx: Tx, clientId: string, id: string): Promise<MessageRow> {
    const [row] = await tx.query<MessageRow>(
      `select ${MESSAGE_COLUMNS} from messages m ${MESSAGE_PEOPLE} where m.client_id = $1 and m.id = $2`,
      [clientId, id],
    );
    return row!;
  }
}
