import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';

/** A room of which messages are out of sight that still say something. */
export interface RoomToPurge {
  client_id: string;
  id: string;
  truncated_seq: number;
  truncated_at: Date;
  purged_seq: number;
}

/** Who read messages before their room was truncated has finished by then, and keeps no copy of what is purged. */
const PATIENCE = `interval '1 minute'`;

/** Up to where rooms were truncated. */
@Injectable()
export class TruncationsRepository {
  constructor(private readonly database: Database) {}

  /** Under the room's lock. @param seq beyond where it was truncated to before */
  async truncate(tx: Tx, clientId: string, roomId: string, seq: number): Promise<void> {
    await tx.execute(
      `update rooms
          set truncated_seq = $3, truncated_at = clock_timestamp(), updated_at = clock_timestamp(),
              truncation_purge_at = coalesce(truncation_purge_at, clock_timestamp() + ${PATIENCE})
        where client_id = $1 and id = $2`,
      [clientId, roomId, seq],
    );
  }

  /** Of any clients, those first that have waited longest. A room that goes for good takes its messages with it. */
  async findDue(limit: number): Promise<RoomToPurge[]> {
    return this.database.query<RoomToPurge>(
      `select client_id, id, truncated_seq, truncated_at, purged_seq from rooms
        where truncation_purge_at <= statement_timestamp() and purge_started_at is null
        order by truncation_purge_at limit $1`,
      [limit],
    );
  }

  /** What messages up to `seq` said is gone. What was truncated since they were looked at has its own time. */
  async purged(clientId: string, roomId: string, seq: number, { whole }: { whole: boolean }): Promise<void> {
    await this.database.query(
      `update rooms
          set purged_seq = greatest(purged_seq, $3),
              truncation_purge_at = case when not $4 then truncation_purge_at
                                         when truncated_seq > $3 then clock_timestamp() + ${PATIENCE} end
        where client_id = $1 and id = $2`,
      [clientId, roomId, seq, whole],
    );
  }
}
