import { Injectable } from '@nestjs/common';
import type { UserId, UserPk } from '../../../platform/common/ids.js';
import { Database } from '../../../platform/database/database.js';
import { unnest } from '../../../platform/database/unnest.js';
import { ownMarker } from './own-side.js';

/** Whose markers of which room. */
export interface Marked {
  client_id: string;
  room_id: string;
  user_pk: UserPk;
}

/** Where a member's markers are to move; null: not at all. What others see never goes back. */
export interface MarkerMove extends Marked {
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
export interface MovedMarkers extends Marked {
  user_id: UserId;
  last_read_seq: number;
  last_delivered_seq: number;
  member_count: number;
  /** What others see has changed; the member's own marker has. */
  seen: boolean;
  own: boolean;
}

const MOVES = unnest<MarkerMove>()('w', {
  client_id: 'uuid',
  room_id: 'uuid',
  user_pk: 'uuid',
  read: 'bigint',
  private_read: 'bigint',
  delivered: 'bigint',
  unread_from: 'bigint',
  looked: 'boolean',
});
/** Keeps only what no place is beyond. */
const clamped = (seq: string): string => `case when ${seq} is not null then least(${seq}, r.last_seq) end`;

const move = (how: string): string => /* sql */ `
with locked as materialized (
  select m.client_id, m.room_id, m.user_pk, m.last_read_seq, m.last_delivered_seq, ${ownMarker('m')} as own_seq,
         r.member_count,
         greatest(m.last_read_seq, ${clamped('w.read')}) as new_read,
         greatest(m.private_read_seq, ${clamped('w.private_read')}) as new_private,
         greatest(m.last_delivered_seq, ${clamped('w.delivered')}, ${clamped('w.read')}) as new_delivered,
         case when w.unread_from is not null
                then greatest(least(w.unread_from, r.last_seq), 1, case r.history when 'since_join' then m.joined_seq + 1 end)
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

/** Members' markers of what they have read and received. The gathered send moves the sender's own itself. */
@Injectable()
export class MarkersRepository {
  constructor(private readonly database: Database) {}

  /**
   * Moves the markers of members whose rows are free: no lock is waited for, because sends hold many such rows at once.
   * @returns what came of each; those that are held, or are no members, are missing
   */
  moveFree(moves: MarkerMove[]): Promise<MovedMarkers[]> {
    return this.database.query<MovedMarkers>(MOVE_FREE, MOVES.values(moves));
  }

  /** The same of one, waiting for its row. */
  async moveOne(one: MarkerMove): Promise<MovedMarkers | null> {
    return (await this.database.query<MovedMarkers>(MOVE_ONE, MOVES.values([one])))[0] ?? null;
  }
}
