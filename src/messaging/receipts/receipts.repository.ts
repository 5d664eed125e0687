import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database } from '../../platform/database/database.js';
import { unnest } from '../../platform/database/unnest.js';
import type { Marked } from '../rooms/membership/markers.repository.js';
import { mentionsOf, mutedNow, OWN_SIDE, readUpTo, type OwnSideRow } from '../rooms/membership/own-side.js';
import type { MemberReceiptDto, UnreadDto } from './receipts.dto.js';
import { UNREAD_ROOMS } from './receipts.dto.js';

const PAIRS = unnest<Marked>()('w', { client_id: 'uuid', room_id: 'uuid', user_pk: 'uuid' });

/**
 * Rooms in which something is unread for the user of $2, its places and mentions; and what of it counts into the total. Each room by its
 * key (`limit 1` keeps the planner from reading all of the client's).
 */
const UNREAD = /* sql */ `
select m.room_id, r.last_message_at, r.last_seq - ${readUpTo('m', 'r')} as unread, ${mentionsOf('m', 'r')} as mentions,
       m.hidden or ${mutedNow('m')} as quiet, m.mentions_only,
       (select count(*)::int from messages s
         where s.client_id = m.client_id and s.room_id = m.room_id and s.silent and s.seq > ${readUpTo('m', 'r')}) as silent
  from room_members m
 cross join lateral (select * from rooms where client_id = m.client_id and id = m.room_id limit 1) r
 where m.client_id = $1 and m.user_pk = $2 and m.status = 'active' and r.status <> 'deleted' and r.last_seq > ${readUpTo('m', 'r')}`;

const counted = (what: string): string => `coalesce(sum(${what}) filter (where not quiet), 0)::int`;
const TOTAL_UNREAD = counted('case when mentions_only then mentions else unread - silent end');

@Injectable()
export class ReceiptsRepository {
  constructor(private readonly database: Database) {}

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

  /** The place of a message in its room; null: it is not there. */
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
      `select m.room_id, m.user_pk, u.user_id, u.display_name, m.last_read_seq, m.last_delivered_seq
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
