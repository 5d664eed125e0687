import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { NIL_UUID } from '../../tenancy/access/caller.js';
import type { Accepted } from './new-notifications.repository.js';

const CLAIM = `insert into notification_dedup_keys as k (client_id, sender_pk, dedup_key, notification_id, expires_at)
  values ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))
  on conflict (client_id, sender_pk, dedup_key) do update
     set notification_id = excluded.notification_id, expires_at = excluded.expires_at
   where k.expires_at <= clock_timestamp()
  returning notification_id`;

/**
 * The keys by which callers know their notifications, each sender's own. Who claims one that another transaction is claiming
 * waits for its end.
 */
@Injectable()
export class NotificationDedup {
  constructor(private readonly database: Database) {}

  /** The caller's key names this notification from now on. @returns the one that it names already; null: none, it does now */
  async claim(tx: Tx, { client_id, row, dedup }: Accepted): Promise<string | null> {
    const key = [client_id, row.sender_pk ?? NIL_UUID, dedup!.key];
    for (;;) {
      if ((await tx.query(CLAIM, [...key, row.id, dedup!.window_s])).length > 0) return null;
      const [named] = await tx.query<{ notification_id: string }>(
        `select notification_id from notification_dedup_keys where client_id = $1 and sender_pk = $2 and dedup_key = $3`,
        key,
      );
      // Forgotten between the two statements: the next claim gets it.
      if (named) return named.notification_id;
    }
  }

  /** Does the caller's key name a notification already, or one that is being accepted just now, whose end is waited for? */
  async isTaken(item: Accepted): Promise<boolean> {
    const free = new Error('the key is free');
    try {
      // Claimed to see whether it can be, and given back.
      await this.database.transaction(
        async (tx) => {
          if ((await this.claim(tx, item)) === null) throw free;
        },
        { turn: { tenant: item.client_id, row: `dedup ${item.dedup!.key}` } },
      );
      return true;
    } catch (error) {
      if (error === free) return false;
      throw error;
    }
  }

  /** Forgets keys that are over. @returns how many, of at most `limit` */
  prune(limit: number): Promise<number> {
    return this.database.execute(
      `delete from notification_dedup_keys where (client_id, sender_pk, dedup_key) in (
         select client_id, sender_pk, dedup_key from notification_dedup_keys
          where expires_at <= statement_timestamp() order by expires_at limit $1)`,
      [limit],
    );
  }
}
