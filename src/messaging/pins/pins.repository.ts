import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';

/** Which messages of a room are pinned: `messages/` itself keeps since when. */
@Injectable()
export class PinsRepository {
  constructor(private readonly database: Database) {}

  /** Of messages beyond `floor`, under the room's lock. */
  async count(tx: Tx, clientId: string, roomId: string, floor: number): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      `select count(*)::int as n from messages where client_id = $1 and room_id = $2 and pinned_at is not null and seq > $3`,
      [clientId, roomId, floor],
    );
    return row!.n;
  }

  /** Of messages beyond `floor`, the latest pin first. */
  async list(clientId: string, roomId: string, floor: number, limit: number): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `select id from messages
        where client_id = $1 and room_id = $2 and pinned_at is not null and deleted_at is null and seq > $3
        order by pinned_at desc, seq desc limit $4`,
      [clientId, roomId, floor, limit],
    );
    return rows.map(({ id }) => id);
  }
}
