import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';

export interface AuthChange {
  id: number;
  client_id: string;
  /** null: the client itself, and so all its keys. */
  key_id: string | null;
  /** The key was revoked, or the client suspended; else something about it changed. */
  revoked: boolean;
  /** In how many ms the key expires; null: not by itself. */
  ends_in_ms: number | null;
}

@Injectable()
export class AuthChangesRepository {
  constructor(private readonly database: Database) {}

  /** In the transaction of the change, so that it is told if and only if it happened. null: the client itself. */
  async insert(tx: Tx, clientId: string, keyIds: (string | null)[]): Promise<void> {
    await tx.execute('insert into auth_changes (client_id, key_id) select $1, unnest($2::uuid[])', [clientId, keyIds]);
  }

  /**
   * Changes since `since` (the `now` of an earlier answer; null: none but the clock), reaching back 15 s further for
   * transactions that committed late, without those seen.
   */
  async read(since: string | null, seen: number[]): Promise<{ now: string; changes: AuthChange[] }> {
    const rows = await this.database.query<AuthChange & { now: string; id: number | null }>(
      `select clock.now::text as now, a.id, a.client_id, a.key_id,
              case when a.key_id is null then c.suspended_at is not null
                   else k.id is null or k.revoked_at is not null or k.expires_at <= clock.now end as revoked,
              (extract(epoch from k.expires_at - clock.now) * 1000)::float8 as ends_in_ms
         from (select clock_timestamp() as now) clock
         left join auth_changes a
           on a.created_at > $1::timestamptz - interval '15 s' and not (a.id = any ($2::bigint[]))
         left join clients c on c.id = a.client_id
         left join api_keys k on k.client_id = a.client_id and k.id = a.key_id
        order by a.id`,
      [since, seen],
    );
    return { now: rows[0]!.now, changes: rows.filter(({ id }) => id !== null) };
  }

  /** Forgets changes that no running node can still need. */
  async prune(): Promise<void> {
    await this.database.execute(
      `delete from auth_changes where created_at < statement_timestamp() - interval '7 days'`,
    );
  }
}
