import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { Database } from '../../platform/database/database.js';
import type { RoomType } from '../rooms/rooms.dto.js';

/** Where somebody is about to write. */
export interface SendTarget {
  room_type: RoomType;
  /** Is the sender a member? */
  member: boolean;
  /** Was a message with this client_msg_id sent before? */
  sent: boolean;
}

@Injectable()
export class SendTargetsRepository {
  constructor(private readonly database: Database) {}

  /** @returns null where there is no such room */
  async find(
    clientId: string,
    roomId: string,
    senderPk: UserPk,
    clientMsgId: string | null,
  ): Promise<SendTarget | null> {
    const [row] = await this.database.query<SendTarget>(
      `select r.room_type,
              exists (select from room_members m
                       where m.client_id = r.client_id and m.room_id = r.id and m.user_pk = $3 and m.status = 'active') as member,
              exists (select from messages s
                       where s.client_id = r.client_id and s.room_id = r.id and s.client_msg_id = $4 and s.sender_pk = $3) as sent
         from rooms r where r.client_id = $1 and r.id = $2`,
      [clientId, roomId, senderPk, clientMsgId],
    );
    return row ?? null;
  }
}
