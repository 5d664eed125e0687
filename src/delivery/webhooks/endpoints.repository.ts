import { Injectable } from '@nestjs/common';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { laneOfEndpoint, type EndpointRow, type EndpointStatus, type EndpointValues } from './endpoint.js';

/** Of `e`. */
const COLUMNS = `e.client_id, e.id, e.url, e.description, e.event_types, e.room_ids, e.condition, e.headers, e.signature, e.secret,
  e.previous_secret, e.previous_secret_expires_at, e.ordered_by, e.rate_limit_per_second, e.concurrency, e.timeout_ms, e.status,
  e.disabled_reason, e.gated, e.failing_since, e.condition_fault, e.enabled_at, e.created_at, e.updated_at`;

const STATUS = 'select e.status from webhook_endpoints e where e.client_id = $1 and e.id = $2';

const values = (row: EndpointValues): unknown[] => [
  row.url,
  row.description,
  row.event_types,
  row.room_ids,
  row.condition,
  row.headers,
  row.signature,
  row.secret,
  row.ordered_by,
  row.rate_limit_per_second,
  row.concurrency,
  row.timeout_ms,
];

@Injectable()
export class EndpointsRepository {
  constructor(private readonly database: Database) {}

  /** How many a client has, under the client's lock: until the transaction ends, no other is added. */
  async count(tx: Tx, clientId: string): Promise<number> {
    await tx.execute('select from clients where id = $1 for no key update', [clientId]);
    const [row] = await tx.query<{ n: number }>(
      `select count(*)::int as n from webhook_endpoints where client_id = $1 and status <> 'removed'`,
      [clientId],
    );
    return row!.n;
  }

  async insert(tx: Tx, clientId: string, id: string, row: EndpointValues, gated: boolean): Promise<EndpointRow> {
    const [made] = await tx.query<EndpointRow>(
      `insert into webhook_endpoints as e (client_id, id, url, description, event_types, room_ids, condition, headers, signature,
                                           secret, ordered_by, rate_limit_per_second, concurrency, timeout_ms, status, gated,
                                           next_release_at, enabled_at, created_at, updated_at)
       select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'enabled', $15, at, at, at, at
         from (select date_trunc('milliseconds', clock_timestamp()) as at) now
       returning ${COLUMNS}`,
      [clientId, id, ...values(row), gated],
    );
    return made!;
  }

  async find(on: Pick<Tx, 'query'>, clientId: string, id: string): Promise<EndpointRow | null> {
    const [row] = await on.query<EndpointRow>(
      `select ${COLUMNS} from webhook_endpoints e where e.client_id = $1 and e.id = $2 and e.status <> 'removed'`,
      [clientId, id],
    );
    return row ?? null;
  }

  read(clientId: string, id: string): Promise<EndpointRow | null> {
    return this.find(this.database, clientId, id);
  }

  /** Nobody else changes it until the transaction ends. */
  async lock(tx: Tx, clientId: string, id: string): Promise<EndpointRow | null> {
    const [row] = await tx.query<EndpointRow>(
      `select ${COLUMNS} from webhook_endpoints e where e.client_id = $1 and e.id = $2 and e.status <> 'removed' for no key update`,
      [clientId, id],
    );
    return row ?? null;
  }

  list(clientId: string, limit: number, cursor: Cursor | null): Promise<EndpointRow[]> {
    const backwards = cursor?.direction === 'prev';
    return this.database.query<EndpointRow>(
      `select ${COLUMNS} from webhook_endpoints e
        where e.client_id = $1 and e.status <> 'removed' and ($2::uuid is null or e.id ${backwards ? '<' : '>'} $2)
        order by e.id ${backwards ? 'desc' : 'asc'} limit $3`,
      [clientId, cursor?.key[0] ?? null, limit + 1],
    );
  }

  /** Under its lock. Once gated, it stays so: what waits for it must be found. */
  async update(tx: Tx, clientId: string, id: string, row: EndpointValues, gated: boolean): Promise<EndpointRow> {
    const [changed] = await tx.query<EndpointRow>(
      `update webhook_endpoints e
          set url = $3, description = $4, event_types = $5, room_ids = $6, condition = $7, headers = $8, signature = $9,
              secret = $10, previous_secret = case when e.signature = $9 then e.previous_secret end,
              previous_secret_expires_at = case when e.signature = $9 then e.previous_secret_expires_at end, ordered_by = $11, rate_limit_per_second = $12, concurrency = $13, timeout_ms = $14,
              gated = e.gated or $15, updated_at = clock_timestamp(),
              condition_fault = case when e.condition is not distinct from $7 then e.condition_fault end
        where e.client_id = $1 and e.id = $2 returning ${COLUMNS}`,
      [clientId, id, ...values(row), gated],
    );
    return changed!;
  }

  /** The secret that was current signs along for so long. */
  async rotate(tx: Tx, clientId: string, id: string, secret: string, overlapS: number): Promise<EndpointRow | null> {
    const [row] = await tx.query<EndpointRow>(
      `update webhook_endpoints e
          set previous_secret = case when $4 > 0 then e.secret end, secret = $3, updated_at = clock_timestamp(),
              previous_secret_expires_at = case when $4 > 0 then clock_timestamp() + make_interval(secs => $4) end
        where e.client_id = $1 and e.id = $2 and e.status <> 'removed' returning ${COLUMNS}`,
      [clientId, id, secret, overlapS],
    );
    return row ?? null;
  }

  /** It is known by its id for 30 days more, without what was secret of it. @returns false where there is none, and was none */
  async remove(tx: Tx, clientId: string, id: string): Promise<'removed' | 'was removed' | null> {
    await tx.execute(
      `delete from webhook_endpoints
        where client_id = $1 and status = 'removed' and updated_at < clock_timestamp() - interval '30 days'`,
      [clientId],
    );
    const [row] = await tx.query<{ was: boolean }>(
      `with found as (select id, status from webhook_endpoints where client_id = $1 and id = $2 for update)
       update webhook_endpoints e
          set status = 'removed', secret = '', previous_secret = null, headers = null, updated_at = clock_timestamp()
         from found where e.client_id = $1 and e.id = found.id returning found.status = 'removed' as was`,
      [clientId, id],
    );
    if (!row) return null;
    return row.was ? 'was removed' : 'removed';
  }

  /** @returns null where there is none; as it was where it is in that state already */
  async setStatus(
    tx: Tx,
    clientId: string,
    id: string,
    reason: string | null,
  ): Promise<{ row: EndpointRow; changed: boolean } | null> {
    const before = await this.lock(tx, clientId, id);
    const status = reason === null ? 'enabled' : 'disabled';
    if (!before || before.status === status) return before && { row: before, changed: false };
    const [row] = await tx.query<EndpointRow>(
      `update webhook_endpoints e
          set status = $3, disabled_reason = $4, updated_at = clock_timestamp(),
              failing_since = case when $3 = 'enabled' then null else e.failing_since end,
              enabled_at = case when $3 = 'enabled' then clock_timestamp() else e.enabled_at end
        where e.client_id = $1 and e.id = $2 returning ${COLUMNS}`,
      [clientId, id, status, reason],
    );
    return { row: row!, changed: true };
  }

  async statusOf(clientId: string, id: string): Promise<EndpointStatus | undefined> {
    const [row] = await this.database.query<{ status: EndpointStatus }>(STATUS, [clientId, id]);
    return row?.status;
  }

  /** As {@link statusOf}; until the transaction ends it stays so. */
  async shareStatus(tx: Tx, clientId: string, id: string): Promise<EndpointStatus | undefined> {
    const [row] = await tx.query<{ status: EndpointStatus }>(`${STATUS} for share`, [clientId, id]);
    return row?.status;
  }

  /** Those at which something waits for them to be enabled, which they are: it was not let go to its end. */
  heldThoughEnabled(reason: string): Promise<{ client_id: string; id: string }[]> {
    return this.database.query(
      `select e.client_id, e.id from webhook_endpoints e
        where e.status = 'enabled' and e.enabled_at > e.created_at
          and exists (select from open_deliveries o
                       where o.client_id = e.client_id and o.channel = 'webhook' and o.status = 'held' and o.reason = $1
                         and o.lane = $2 || e.id)`,
      [reason, laneOfEndpoint('')],
    );
  }

  /** Of these clients, those that hear events now. */
  enabledOf(on: Pick<Tx, 'query'>, clientIds: string[]): Promise<EndpointRow[]> {
    return on.query<EndpointRow>(
      `select ${COLUMNS} from webhook_endpoints e where e.client_id = any ($1::uuid[]) and e.status = 'enabled' order by e.id`,
      [clientIds],
    );
  }

  /** Those that say how many requests they take at once, whether or not they take any now. */
  limited(): Promise<{ client_id: string; id: string; concurrency: number }[]> {
    return this.database.query(
      `select client_id, id, concurrency from webhook_endpoints where concurrency is not null and status <> 'removed'`,
    );
  }

  /** Is there any at all? */
  async areThere(): Promise<boolean> {
    const [row] = await this.database.query<{ any: boolean }>('select exists (select from webhook_endpoints) as any');
    return row!.any;
  }

  readMany(keys: { client_id: string; id: string }[]): Promise<EndpointRow[]> {
    return this.database.query<EndpointRow>(
      `select ${COLUMNS} from webhook_endpoints e
         join unnest($1::uuid[], $2::uuid[]) as w (client_id, id) on e.client_id = w.client_id and e.id = w.id and e.status <> 'removed'`,
      [keys.map(({ client_id }) => client_id), keys.map(({ id }) => id)],
    );
  }

  /** What its condition last failed by. */
  async noteFault(tx: Tx, clientId: string, id: string, fault: object): Promise<void> {
    await tx.execute('update webhook_endpoints set condition_fault = $3 where client_id = $1 and id = $2', [
      clientId,
      id,
      JSON.stringify(fault),
    ]);
  }

  /** Since when nothing succeeds; null: something does. Rows that say so already are left alone. */
  async noteFailing(tx: Tx, keys: { client_id: string; id: string; failing: boolean }[]): Promise<EndpointRow[]> {
    return tx.query<EndpointRow>(
      `update webhook_endpoints e set failing_since = case when w.failing then clock_timestamp() end
         from unnest($1::uuid[], $2::uuid[], $3::boolean[]) as w (client_id, id, failing)
        where e.client_id = w.client_id and e.id = w.id and (e.failing_since is not null) <> w.failing
       returning ${COLUMNS}`,
      [keys.map(({ client_id }) => client_id), keys.map(({ id }) => id), keys.map(({ failing }) => failing)],
    );
  }
}
