import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { MESSAGE_COLUMNS, MESSAGE_PEOPLE, type MessageRow } from './message.row.js';

/** A stretch of a room's messages on both sides of a seq. */
export interface Stretch {
  /** The seq at which the two sides meet: it belongs to those after. */
  at: number;
  /** How many messages at most from below `at`, the nearest ones. */
  before: number;
  /** How many messages at most from `at` on, the nearest ones. */
  after: number;
  /** Messages up to this seq are left out. */
  floor: number;
}

@Injectable()
export class MessagesRepository {
  constructor(private readonly database: Database) {}

  /** Ascending. */
  async list(clientId: string, roomId: string, { at, before, after, floor }: Stretch): Promise<MessageRow[]> {
    return this.database.query<MessageRow>(
      `select ${MESSAGE_COLUMNS}
         from (
           (select * from messages where client_id = $1 and room_id = $2 and seq > $6 and seq < $3
             order by seq desc limit $4)
           union all
           (select * from messages where client_id = $1 and room_id = $2 and seq > $6 and seq >= $3
             order by seq limit $5)
         ) m ${MESSAGE_PEOPLE}
        order by m.seq`,
      [clientId, roomId, at, before, after, floor],
    );
  }

  async find(clientId: string, id: string): Promise<MessageRow | null> {
    return (await this.findMany(clientId, [id])).get(id) ?? null;
  }

  async findMany(clientId: string, ids: string[]): Promise<Map<string, MessageRow>> {
    const rows = await this.database.query<MessageRow>(
      `select ${MESSAGE_COLUMNS} from messages m ${MESSAGE_PEOPLE} where m.client_id = $1 and m.id = any ($2::uuid[])`,
      [clientId, ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }
}
