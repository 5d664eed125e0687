import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import { unnest } from '../../../platform/database/unnest.js';
import { OPEN_COLUMNS } from '../delivery-columns.js';
import { PRIORITIES, type DeliveryRow, type DeliveryStatus } from '../delivery.js';
import { insertDeliveries, type NewDelivery } from '../new-deliveries.js';

/** One that ended, and may be sent again. */
export interface EndedDelivery extends Pick<
  DeliveryRow,
  | 'client_id'
  | 'id'
  | 'created_at'
  | 'source_kind'
  | 'source_id'
  | 'channel'
  | 'lane'
  | 'user_pk'
  | 'address'
  | 'traceparent'
> {
  status: DeliveryStatus;
  priority: number;
  max_attempts: number;
  resend_of: string | null;
  resent_at: Date | null;
  discarded_at: Date | null;
}

/** A delivery that ended, and the one that is sent for it. */
export interface Resend {
  of: EndedDelivery;
  delivery: NewDelivery;
}

/** One that ended, and the id of the one that was made for it. */
export interface Replaced {
  id: string;
  created_at: Date;
  by: string;
}

/** No two clocks are further apart. */
const DAY_MS = 86_400_000;

const REPLACED = unnest<Replaced>()('k', { id: 'uuid', created_at: 'timestamptz', by: 'uuid' }, { first: 4 });

const SOURCES = unnest<Resend>()('w', {
  client_id: ['uuid', ({ of }) => of.client_id],
  source_id: ['uuid', ({ of }) => of.source_id],
  source_kind: ['text', ({ of }) => of.source_kind],
});
const KEYS = unnest<Resend>()(
  'k',
  {
    client_id: ['uuid', ({ of }) => of.client_id],
    id: ['uuid', ({ of }) => of.id],
    created_at: ['timestamptz', ({ of }) => of.created_at],
    by: ['uuid', ({ delivery }) => delivery.id],
    first: ['uuid', ({ of }) => of.resend_of ?? of.id],
  },
  { first: 4 },
);
const DELIVERIES = insertDeliveries(null, 12);

const INSERT = `with written as (
    select w.client_id, w.source_id as id, w.source_kind, at as created_at, null::timestamptz as expires_at
      from (select date_trunc('milliseconds', clock_timestamp()) as at) now, (select distinct * from ${SOURCES.sql}) w
  ), marked as (
    update ended_deliveries e set resent_at = clock_timestamp(), resent_by = k.by from ${KEYS.sql}
     where e.client_id = k.client_id and e.id = k.id and e.created_at = k.created_at and e.created_at between $9 and $10
  ), siblings as (
    update ended_deliveries e set resent_at = clock_timestamp(), resent_by = k.by from ${KEYS.sql}
     where e.client_id = k.client_id and e.resend_of = k.first and e.id <> all ($5) and e.created_at between $9 and $11
       and e.status in ('failed', 'expired', 'cancelled') and e.resent_at is null
  ), ${DELIVERIES.sql}
  select count(*)::int as n from opened`;

const ENDED = `e.client_id, e.id, e.created_at, e.source_kind, e.source_id, e.channel, e.lane, e.user_pk, e.address, e.status,
  e.priority, e.max_attempts, e.resend_of, e.resent_at, e.discarded_at, e.traceparent`;

@Injectable()
export class ResendsRepository {
  /** Those of these that ended, until the transaction ends. @param days between which they were made */
  lock(tx: Tx, clientId: string, ids: string[], days: [Date, Date]): Promise<EndedDelivery[]> {
    return tx.query(
      `select ${ENDED} from ended_deliveries e
        where e.client_id = $1 and e.id = any ($2::uuid[]) and e.created_at between $3 and $4 order by e.id for update`,
      [clientId, ids, ...days],
    );
  }

  /** Those on their way that are sent for these. */
  openResends(tx: Tx, clientId: string, ofIds: string[]): Promise<{ id: string; resend_of: string }[]> {
    return tx.query(
      `select o.id, o.resend_of from open_deliveries o where o.client_id = $1 and o.resend_of = any ($2::uuid[])`,
      [clientId, ofIds],
    );
  }

  /** @returns the new ones */
  async insert(tx: Tx, clientId: string, resends: Resend[]): Promise<DeliveryRow[]> {
    const times = resends.map(({ of }) => of.created_at.getTime());
    await tx.query(INSERT, [
      ...SOURCES.values(resends),
      ...KEYS.values(resends),
      new Date(Math.min(...times)),
      new Date(Math.max(...times)),
      new Date(Date.now() + DAY_MS),
      ...DELIVERIES.values(
        resends.map(({ of: { client_id, source_id, priority }, delivery }) => ({
          client_id,
          source_id,
          priority: PRIORITIES[priority]!,
          deliveries: [delivery],
        })),
      ),
    ]);
    return this.findOpen(
      tx,
      clientId,
      resends.map(({ delivery }) => delivery.id),
    );
  }

  findOpen(tx: Tx, clientId: string, ids: string[]): Promise<DeliveryRow[]> {
    return tx.query(
      `select ${OPEN_COLUMNS} from open_deliveries o where o.client_id = $1 and o.id = any ($2::uuid[]) order by o.id`,
      [clientId, ids],
    );
  }

  /** Those of these that did not get through. */
  async markReplaced(tx: Tx, clientId: string, deliveries: Replaced[]): Promise<void> {
    const times = deliveries.map(({ created_at }) => created_at.getTime());
    await tx.execute(
      `update ended_deliveries e set resent_at = clock_timestamp(), resent_by = k.by from ${REPLACED.sql}
        where e.client_id = $1 and e.id = k.id and e.created_at = k.created_at and e.created_at between $2 and $3
          and e.status in ('failed', 'expired', 'cancelled')`,
      [clientId, new Date(Math.min(...times)), new Date(Math.max(...times)), ...REPLACED.values(deliveries)],
    );
  }

  /** Nobody is going to send it again. */
  async discard(tx: Tx, { client_id, id, created_at }: EndedDelivery): Promise<void> {
    await tx.execute(
      `update ended_deliveries e set discarded_at = coalesce(e.discarded_at, clock_timestamp())
        where e.client_id = $1 and e.id = $2 and e.created_at = $3`,
      [client_id, id, created_at],
    );
  }
}
