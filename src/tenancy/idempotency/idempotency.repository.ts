import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import type { IdempotencyLease } from '../access/request.js';
import { unnest } from '../../platform/database/unnest.js';

export interface StoredAnswer {
  status: number;
  /** Encrypted. */
  body: string | null;
  resource_type: string | null;
  resource_id: string | null;
}

export interface KeyedRow extends Omit<StoredAnswer, 'status'> {
  fingerprint: Buffer;
  /** null while the first request runs. */
  status: number | null;
}

/** A claim on a key: who completes it or gives it up must still hold it. */
export type Claim = Pick<IdempotencyLease, 'clientId' | 'scope' | 'claim'>;

/** A request's completion, in the transaction of its effect. */
export interface Completion extends Claim {
  status: number;
  body?: string | null;
  resource_type?: string | null;
  resource_id?: string | null;
}

const COMPLETIONS = unnest<Completion>()('r', {
  client_id: ['uuid', ({ clientId }) => clientId],
  scope: 'bytea',
  claim: 'uuid',
  status: 'smallint',
  body: ['text', ({ body }) => body ?? null],
  resource_type: ['text', ({ resource_type }) => resource_type ?? null],
  resource_id: ['uuid', ({ resource_id }) => resource_id ?? null],
});

const LEASE_S = 60;
const KEPT_HOURS = 24;
const PRUNED_AT_ONCE = 2_000;

@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: Database) {}

  /** Claims a key that is free: unknown, out of date, or left by a request whose lease ran out. @returns the claim, or null */
  async claim(clientId: string, scope: Buffer, fingerprint: Buffer): Promise<string | null> {
    const [claimed] = await this.database.query<{ claim: string }>(
      `insert into idempotency_keys as i (client_id, scope, fingerprint, lease_until, expires_at)
       values ($1, $2, $3, clock_timestamp() + interval '${LEASE_S} s', clock_timestamp() + interval '${KEPT_HOURS} h')
       on conflict (client_id, scope) do update
          set fingerprint = excluded.fingerprint, claim = excluded.claim, lease_until = excluded.lease_until,
              expires_at = excluded.expires_at, status = null, body = null, resource_type = null, resource_id = null, completed_at = null
        where (i.completed_at is null and i.lease_until < clock_timestamp()) or i.expires_at < clock_timestamp()
       returning claim`,
      [clientId, scope, fingerprint],
    );
    return claimed?.claim ?? null;
  }

  /** For a process that has just started and is the only one: no request of before is still in flight. */
  async endLeases(): Promise<void> {
    await this.database.execute(
      `update idempotency_keys set lease_until = clock_timestamp()
        where expires_at > clock_timestamp() + interval '${KEPT_HOURS} h' - interval '${LEASE_S} s'
          and completed_at is null and lease_until > clock_timestamp()`,
    );
  }

  async find(clientId: string, scope: Buffer): Promise<KeyedRow | null> {
    const [row] = await this.database.query<KeyedRow>(
      `select fingerprint, status, body, resource_type, resource_id
         from idempotency_keys where client_id = $1 and scope = $2`,
      [clientId, scope],
    );
    return row ?? null;
  }

  /** @returns how many were still open and theirs: who finds fewer than it gave has lost a key to a later request */
  async complete(tx: Tx | Database, rows: Completion[]): Promise<number> {
    return tx.execute(
      `update idempotency_keys i
          set status = r.status, body = r.body, resource_type = r.resource_type, resource_id = r.resource_id,
              completed_at = clock_timestamp()
         from ${COMPLETIONS.sql}
        where i.client_id = r.client_id and i.scope = r.scope and i.claim = r.claim and i.completed_at is null`,
      COMPLETIONS.values(rows),
    );
  }

  async completeAlone(row: Completion): Promise<void> {
    await this.complete(this.database, [row]);
  }

  /** Gives up a claim without an answer: the next request with the key runs. */
  async free({ clientId, scope, claim }: Claim): Promise<void> {
    await this.database.execute(
      'delete from idempotency_keys where client_id = $1 and scope = $2 and claim = $3 and completed_at is null',
      [clientId, scope, claim],
    );
  }

  /** Drops rows whose time is over, in small bites that hold no lock for long. */
  async prune(): Promise<void> {
    let dropped: number;
    do {
      dropped = await this.database.execute(
        `delete from idempotency_keys where (client_id, scope) in (
           select client_id, scope from idempotency_keys where expires_at < statement_timestamp() limit ${PRUNED_AT_ONCE})`,
      );
    } while (dropped === PRUNED_AT_ONCE);
  }
}
