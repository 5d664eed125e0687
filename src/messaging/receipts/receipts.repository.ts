import { Injectable } from '@nestjs/common';
import type { UserId, UserPk } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database } from '../../platform/database/database.js';
import { unnest } from '../../platform/database/unnest.js';
import { mentionsOf, mutedNow, OWN_SIDE, ownMarker, type OwnSideRow } from '../rooms/own-side.js';
import type { MemberReceiptDto, UnreadDto } from './receipts.dto.js';
import { UNREAD_ROOMS } from './receipts.dto.js';

/** Whose markers of which room. */
export interface Marked {
  client_id: string;
  room_id: string;
  user_pk: UserPk;
}

/** Where a member's markers are to move; null: not at all. What others see never goes back. */
export interface Move extends Marked {
  read: number | null;
  /** The marker that only its owner sees. */
  private_read: number | null;
  delivered: number | null;
  /** Unread from this place on. */
  unread_from: number | null;
  /** It has looked: what it marked unread is not any more. */
  looked: boolean;
}

/** What a move came to. */
export interface Moved extends Marked {
  user_id: UserId;
  last_read_seq: number;
  last_delivered_seq: number;
  member_count: number;
  /** What others see has changed; the member's own marker has. */
  seen: boolean;
  own: boolean;
}

const MOVES = unnest<Move>()('w', {
  client_id: 'uuid',
  room_id: 'uuid',
  user_pk: 'uuid',
  read: 'bigint',
  private_read: 'bigint',
  delivered: 'bigint',
  unread_from: 'bigint',
  looked: 'boolean',
});
const PAIRS = unnest<Marked>()('w', { client_id: 'uuid', room_id: 'uuid', user_pk: 'uuid' });

/** Keeps only what no place is beyond. */
const clamped = (seq: string): string => `case when ${seq} is not null then least(${seq}, r.last_seq) end`;

const move = (how: string): string => /* sql */ `
with locked as materialized (
  select m.client_id, m.room_id, m.user_pk, m.last_read_seq, m.last_delivered_seq, ${ownMarker('m')} as own_seq,
         r.member_count,
         greatest(m.last_read_seq, ${clamped('w.read')}) as new_read,
         greatest(m.private_read_seq, ${clamped('w.private_read')}) as new_private,
         greatest(m.last_delivered_seq, ${clamped('w.delivered')}, ${clamped('w.read')}) as new_delivered,
         case when w.unread_from is not null then greatest(least(w.unread_from, r.last_seq), 1)
              when not w.looked then m.unread_from_seq end as new_unread
    from ${MOVES.sql}
    join rooms r on r.client_id = w.client_id and r.id = w.room_id and r.status <> 'deleted'
    join room_members m on m.client_id = w.client_id and m.room_id = w.room_id and m.user_pk = w.user_pk
   where m.status = 'active'
   order by m.client_id, m.room_id, m.user_pk
     for no key update of m ${how}
), moved as (
  update room_members m
     set last_read_seq = l.new_read, last_delivered_seq = l.new_delivered, unread_from_seq = l.new_unread,
         private_read_seq = nullif(greatest(l.new_private, l.new_read), l.new_read)
    from locked l
   where m.client_id = l.client_id and m.room_id = l.room_id and m.user_pk = l.user_pk
     and (l.new_read, l.new_delivered, l.new_unread, nullif(greatest(l.new_private, l.new_read), l.new_read))
         is distinct from (m.last_read_seq, m.last_delivered_seq, m.unread_from_seq, m.private_read_seq)
)
select l.client_id, l.room_id, l.user_pk, u.user_id, l.new_read as last_read_seq, l.new_delivered as last_delivered_seq,
       l.member_count, (l.new_read, l.new_delivered) is distinct from (l.last_read_seq, l.last_delivered_seq) as seen,
       coalesce(l.new_unread - 1, greatest(l.new_read, l.new_private)) is distinct from l.own_seq as own
  from locked l join users u on u.client_id = l.client_id and u.user_pk = l.user_pk`;

const MOVE_FREE = move('skip locked');
const MOVE_ONE = move('');

/** Rooms in which something is unread for the user of $2, its places and mentions; and what of it counts into the total. */
const UNREAD = /* sql */ `
select m.room_id, r.last_message_at, r.last_seq - ${ownMarker('m')} as unread, ${mentionsOf('m')} as mentions,
       m.hidden or ${mutedNow('m')} as quiet, m.mentions_only,
       (select count(*)::int from messages s
         where s.client_id = m.client_id and s.room_id = m.room_id and s.silent and s.seq > ${ownMarker('m')}) as silent
  from room_members m
  join rooms r on r.client_id = m.client_id and r.id = m.room_id and r.status <> 'deleted'
 where m.client_id = $1 and m.user_pk = $2 and m.status = 'active' and r.last_seq > ${ownMarker('m')}`;

const counted = (what: string): string => `coalesce(sum(${what}) filter (where not quiet), 0)::int`;
const TOTAL_UNREAD = counted('case when mentions_only then mentions else unread - silent end');

@Injectable()
export class ReceiptsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Moves the markers of members whose rows are free: no lock is waited for, because sends hold many such rows at once.
   * @returns what came of each; those that are held, or are no members, are missing
   */
  moveFree(moves: Move[]): Promise<Moved[]> {
    return this.database.query<Moved>(MOVE_FREE, MOVES.values(moves));
  }

  /** The same of one, waiting for its row. */
  async moveOne(one: Move): Promise<Moved | null> {
    return (await this.database.query<Moved>(MOVE_ONE, MOVES.values([one])))[0] ?? null;
  }

  /** Members' own sides, those that are still there. */
  async ownSides(members: Marked[]): Promise<(OwnSideRow & Marked & { last_seq: number })[]> {
    return this.database.query(
      `select w.client_id, w.room_id, w.user_pk, r.last_seq, ${OWN_SIDE}
         from ${PAIRS.sql}
         join rooms r on r.client_id = w.client_id and r.id = w.room_id
         join room_members me on me.client_id = w.client_id and me.room_id = w.room_id and me.user_pk = w.user_pk
        where me.status = 'active'`,
      PAIRS.values(members),
    );
  }

  /** The place of a message in its room. */
  async findSeq(clientId: string, roomId: string, messageId: string): Promise<number | null> {
    const [row] = await this.database.query<{ seq: number }>(
      `select seq from messages where client_id = $1 and id = $2 and room_id = $3`,
      [clientId, messageId, roomId],
    );
    return row?.seq ?? null;
  }

  async unreadOf(clientId: string, userPk: UserPk): Promise<UnreadDto> {
    const [row] = await this.database.query<UnreadDto>(
      `with unread as materialized (${UNREAD})
       select ${TOTAL_UNREAD} as total_unread, ${counted('mentions')} as total_mentions,
              coalesce((select jsonb_agg(jsonb_build_object('room_id', room_id, 'unread', unread, 'mentions', mentions))
                          from (select * from unread order by last_message_at desc nulls last, room_id limit $3) u), '[]') as rooms
         from unread`,
      [clientId, userPk, UNREAD_ROOMS],
    );
    return row!;
  }

  async totalOf(clientId: string, userPk: UserPk): Promise<number> {
    const [row] = await this.database.query<{ total: number }>(
      `select ${TOTAL_UNREAD} as total from (${UNREAD}) unread`,
      [clientId, userPk],
    );
    return row!.total;
  }

  /** Markers of active members, by `user_pk`, which is the cursor. */
  async list(
    clientId: string,
    roomId: string,
    limit: number,
    cursor: Cursor | null,
  ): Promise<(MemberReceiptDto & { user_pk: UserPk })[]> {
    const back = cursor?.direction === 'prev';
    return this.database.query(
      `select m.user_pk, u.user_id, u.display_name, m.last_read_seq, m.last_delivered_seq
         from room_members m join users u on u.client_id = m.client_id and u.user_pk = m.user_pk
        where m.client_id = $1 and m.room_id = $2 and m.status = 'active'
          and ($4::uuid is null or m.user_pk ${back ? '<' : '>'} $4)
        order by m.user_pk ${back ? 'desc' : 'asc'} limit $3`,
      [clientId, roomId, limit + 1, cursor?.key[0] ?? null],
    );
  }

  /** Active members of a room. */
  async members(clientId: string, roomId: string, limit: number): Promise<UserPk[]> {
    const rows = await this.database.query<{ user_pk: UserPk }>(
      `select user_pk from room_members where client_id = $1 and room_id = $2 and status = 'active' limit $3`,
      [clientId, roomId, limit],
    );
    return rows.map(({ user_pk }) => user_pk);
  }
}
