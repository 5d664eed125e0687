import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { Database } from '../../platform/database/database.js';

/** A user's membership of a room, as a change left it. */
export interface MembershipChange {
  room_id: string;
  user_pk: UserPk;
  /** Gained or, with false, lost. */
  active: boolean;
}

/** What one look at the changes found. */
export interface MembershipLook {
  /** Where the next look goes on: the snapshot that this one saw. */
  next: string;
  /** The database's time. */
  time: Date;
  /** In the order in which they were made, room by room: of a room and user the last one holds. */
  changes: MembershipChange[];
}

type Row = Omit<MembershipLook, 'changes'> & { [K in keyof MembershipChange]: MembershipChange[K] | null };

/** Changes of members, as the room of rooms notes them: for nodes that must not depend on hearing of them. */
@Injectable()
export class MembershipChangesRepository {
  constructor(private readonly database: Database) {}

  /** Another number when the database gets another history, in which transactions are counted anew. */
  get history(): number {
    return this.database.installation.generation;
  }

  /**
   * What was committed between two looks: whatever this one sees and the one before did not, however long a transaction
   * took and in whichever order they commit.
   * @param since `next` of an earlier look; null: no changes, only where to begin
   * @param limit so many changes at most
   */
  async read(since: string | null, limit: number): Promise<MembershipLook> {
    const rows = await this.database.query<Row>(
      `select now.next, now.time, c.room_id, c.user_pk, c.active
         from (select pg_current_snapshot()::text as next, clock_timestamp() as time) now
         left join membership_changes c
           on c.tx >= pg_snapshot_xmin($1::pg_snapshot) and not pg_visible_in_snapshot(c.tx, $1::pg_snapshot)
        order by c.id limit $2`,
      [since, limit],
    );
    const { next, time } = rows[0]!;
    const changes = rows.flatMap(({ room_id, user_pk, active }) =>
      room_id === null ? [] : { room_id, user_pk: user_pk!, active: active! },
    );
    return { next, time, changes };
  }
}
