import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

@Injectable()
export class RecipientsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Ids of a room's members, without those named.
   * @param viewer who must be a member too; null: the client itself asks
   * @returns null when there is no such room, or the viewer doesn't see it
   */
  async members(
    clientId: string,
    roomId: string,
    viewer: UserPk | null,
    except: UserId[],
    limit: number,
  ): Promise<UserPk[] | null> {
    const rows = await this.database.query<{ user_pk: UserPk | null }>(
      `select m.user_pk from rooms r left join lateral (
         select m.user_pk from room_members m join users u on u.client_id = m.client_id and u.user_pk = m.user_pk
          where m.client_id = r.client_id and m.room_id = r.id and m.status = 'active' and u.user_id <> all ($4::text[])
          order by m.user_pk limit $5) m on true
        where r.client_id = $1 and r.id = $2 and r.status <> 'deleted' and ($3::uuid is null or exists (
          select 1 from room_members v
           where v.client_id = r.client_id and v.room_id = r.id and v.user_pk = $3 and v.status = 'active'))`,
      [clientId, roomId, viewer, except, limit],
    );
    if (rows.length === 0) return null;
    return rows.flatMap(({ user_pk }) => (user_pk === null ? [] : [user_pk]));
  }

  /** Which of the users share a room with this one. */
  async sharingRoom(clientId: string, userPk: UserPk, others: UserPk[]): Promise<Set<UserPk>> {
    const rows = await this.database.query<{ id: UserPk }>(
      `select o.id from unnest($3::uuid[]) as o (id)
        where o.id = $2 or exists (
          select 1 from room_members mine join room_members theirs
              on theirs.client_id = mine.client_id and theirs.room_id = mine.room_id
           where mine.client_id = $1 and mine.user_pk = $2 and mine.status = 'active'
             and theirs.user_pk = o.id and theirs.status = 'active')`,
      [clientId, userPk, others],
    );
    return new Set(rows.map(({ id }) => id));
  }
}
