import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { NIL_UUID } from '../../tenancy/access/caller.js';
import type { Accepted } from './new-notifications.repository.js';

/** Waits for who is claiming it just now, and locks nothing that is there: those who find it taken do not wait for each other. */
const CLAIM = `insert into notification_dedup_keys (client_id, sender_pk, dedup_key, notification_id, expires_at)
  values ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))
  on conflict do nothing returning notification_id`;

const FIND = `select notification_id, expires_at > clock_timestamp() as holds from notification_dedup_keys
  where client_id = $1 and sender_pk = $2 and dedup_key = $3`;

const RENEW = `update notification_dedup_keys
    set notification_id = $4, expires_at = clock_timestamp() + make_interval(secs => $5)
  where client_id = $1 and sender_pk = $2 and dedup_key = $3 and expires_at <= clock_timestamp()
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
    const ours = [...key, row.id, dedup!.window_s];
    for (;;) {
      if ((await tx.query(CLAIM, ours)).length > 0) return null;
      const [named] = await tx.query<{ notification_id: string; holds: boolean }>(FIND, key);
      if (named?.holds) return named.notification_id;
      if (named && (await tx.query(RENEW, ours)).length > 0) return null;
      // Forgotten, or taken by somebody else, between two statements: the next claim tells.
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
