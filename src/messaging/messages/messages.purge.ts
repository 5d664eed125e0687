import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { RoomPart } from '../rooms/room-purge.js';

/** The messages of a room that goes for good, and what users had hidden of them. Edits go with their messages. */
@Injectable()
export class MessagesPurge implements RoomPart {
  async purge(tx: Tx, clientId: string, roomId: string, limit: number): Promise<number> {
    // By the members, who alone can have hidden something, and whose rows go after these.
    const hidden = await tx.execute(
      `delete from hidden_messages where ctid = any (array(
         select h.ctid from room_members m join hidden_messages h
             on h.client_id = m.client_id and h.user_pk = m.user_pk and h.room_id = m.room_id
          where m.client_id = $1 and m.room_id = $2 limit $3))`,
      [clientId, roomId, limit],
    );
    if (hidden > 0) return hidden;
    return tx.execute(
      `delete from messages where ctid = any (array(
         select ctid from messages where client_id = $1 and room_id = $2 limit $3))`,
      [clientId, roomId, limit],
    );
  }
}
