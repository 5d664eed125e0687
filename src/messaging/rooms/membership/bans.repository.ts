import { Injectable } from '@nestjs/common';
import { newId, type UserPk } from '../../../platform/common/ids.js';
import type { Cursor } from '../../../platform/common/pagination.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { bannedNow, MEMBER_COLUMNS, type MemberRow } from './member.row.js';

export type BanRow = MemberRow & { reason: string | null };

const COLUMNS = `${MEMBER_COLUMNS}, m.ban_reason as reason`;
const FROM = `from room_members m join users u on u.client_id = m.client_id and u.user_pk = m.user_pk`;

/** Who is kept out of rooms. Those who change it hold the room's lock. */
@Injectable()
export class BansRepository {
  constructor(private readonly database: Database) {}

  /**
   * Of somebody who is not, or no longer, an active member.
   * @param seconds until it ends; null: until it is lifted
   */
  async ban(
    tx: Tx,
    clientId: string,
    roomId: string,
    userPk: UserPk,
    { reason, seconds }: { reason: string | null; seconds: number | null },
  ): Promise<void> {
    await tx.execute(
      `insert into room_members as m (client_id, room_id, user_pk, id, status, ban_reason, banned_until)
       values ($1, $2, $3, $4, 'banned', $5, clock_timestamp() + make_interval(secs => $6))
       on conflict (client_id, room_id, user_pk) do update
          set status = 'banned', role = 'member', ban_reason = excluded.ban_reason, banned_until = excluded.banned_until,
              updated_at = clock_timestamp()
        where m.status <> 'active'`,
      [clientId, roomId, userPk, newId(), reason, seconds],
    );
  }

  async lift(tx: Tx, clientId: string, roomId: string, userPk: UserPk): Promise<void> {
    await tx.execute(
      `update room_members
          set status = 'left', ban_reason = null, banned_until = null, updated_at = clock_timestamp()
        where client_id = $1 and room_id = $2 and user_pk = $3 and status = 'banned'`,
      [clientId, roomId, userPk],
    );
  }

  async find(tx: Tx, clientId: string, roomId: string, userPk: UserPk): Promise<BanRow | null> {
    const [row] = await tx.query<BanRow>(
      `select ${COLUMNS} ${FROM} where m.client_id = $1 and m.room_id = $2 and m.user_pk = $3 and ${bannedNow('m')}`,
      [clientId, roomId, userPk],
    );
    return row ?? null;
  }

  /** Those that hold, in the order of `user_pk`, which is the cursor. */
  list(clientId: string, roomId: string, limit: number, cursor: Cursor | null): Promise<BanRow[]> {
    const back = cursor?.direction === 'prev';
    return this.database.query<BanRow>(
      `select ${COLUMNS} ${FROM}
        where m.client_id = $1 and m.room_id = $2 and ${bannedNow('m')}
          and ($4::uuid is null or m.user_pk ${back ? '<' : '>'} $4)
        order by m.user_pk ${back ? 'desc' : 'asc'} limit $3`,
      [clientId, roomId, limit + 1, cursor?.key[0] ?? null],
    );
  }
}
