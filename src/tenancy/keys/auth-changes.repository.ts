import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';

export interface AuthChange {
  id: number;
  /** The transaction that wrote it. */
  tx: bigint;
  client_id: string;
  /** null: the client itself, and so all its keys. */
  key_id: string | null;
  /** The key was revoked, or the client suspended; else something about it changed. */
  revoked: boolean;
  /** In how many ms the key expires; null: not by itself. */
  ends_in_ms: number | null;
}

interface AuthChangeRow extends Omit<AuthChange, 'tx'> {
  next: string;
  tx: string;
}

/** Looks each key up, however many changes the planner expects: it can't look into what has a limit. */
const READ = prepared(
  'auth_changes.read',
  `with a as materialized (
     select id, tx, client_id, key_id from auth_changes where tx >= $1::text::xid8 and not (id = any ($2::bigint[]))
   )
   select now.next::text as next, a.id, a.tx::text as tx, a.client_id, a.key_id, coalesce(now_is.revoked, true) as revoked, now_is.ends_in_ms
     from (select clock_timestamp() as time, pg_snapshot_xmin(pg_current_snapshot()) as next) now
     left join a on true
     left join lateral (
       select case when a.key_id is null then c.suspended_at is not null
                   else k.id is null or k.revoked_at is not null or coalesce(k.expires_at <= now.time, false) end as revoked,
              (extract(epoch from k.expires_at - now.time) * 1000)::float8 as ends_in_ms
         from clients c
         left join api_keys k on k.client_id = c.id and k.id = a.key_id
        where c.id = a.client_id
        limit 1
     ) now_is on true
    order by a.id`,
);

@Injectable()
export class AuthChangesRepository {
  constructor(private readonly database: Database) {}

  /** In the transaction of the change, so that it is told if and only if it happened. null: the client itself. */
  insert(tx: Tx, clientId: string, keyIds: (string | null)[]): void {
    tx.withCommit('insert into auth_changes (client_id, key_id) select $1, unnest($2::uuid[])', [clientId, keyIds]);
  }

  /** Rises when the database gets another history, in which transactions are counted anew. */
  get history(): number {
    return this.database.installation.generation;
  }

  /**
   * Changes by transactions from `since` on, without those seen.
   * @param since `next` of an earlier answer; null: no changes, only where to begin
   * @returns `next`: the oldest transaction that this look could not see the end of. What it and later ones write can't
   * be missed, however long they take, if the next look begins there
   */
  async read(since: bigint | null, seen: number[]): Promise<{ next: bigint; changes: AuthChange[] }> {
    const rows = await this.database.forKeys.query<AuthChangeRow>(READ, [since?.toString() ?? null, seen]);
    const changes = rows.filter(({ id }) => id !== null).map(({ next: _, ...row }) => ({ ...row, tx: BigInt(row.tx) }));
    return { next: BigInt(rows[0]!.next), changes };
  }

  /** Forgets changes that no running node can still need. */
  async prune(): Promise<void> {
    await this.database.execute(
      `delete from auth_changes where created_at < statement_timestamp() - interval '7 days'`,
    );
  }
}
