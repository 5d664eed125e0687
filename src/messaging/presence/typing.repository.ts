import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { Database } from '../../platform/database/database.js';

@Injectable()
export class TypingRepository {
  constructor(private readonly database: Database) {}

  /** Does what the user writes reach nobody: is it shadow-banned, or the room a direct one with somebody who blocked it? */
  async isUnheard(clientId: string, userPk: UserPk, roomId: string): Promise<boolean> {
    const [row] = await this.database.query<{ unheard: boolean }>(
      `select exists (select from users
                       where client_id = $1 and user_pk = $2 and shadow_banned and banned_until > clock_timestamp())
           or exists (select from rooms r
                        join room_members o on o.client_id = r.client_id and o.room_id = r.id
                        join user_blocks b on b.client_id = o.client_id and b.user_pk = o.user_pk and b.blocked_pk = $2
                       where r.client_id = $1 and r.id = $3 and r.room_type = 'direct') as unheard`,
      [clientId, userPk, roomId],
    );
    return row!.unheard;
  }
}
