import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { newId } from '../../../platform/common/ids.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { unnest } from '../../../platform/database/unnest.js';
import type { ProviderEvent } from '../../providers/provider.js';
import { ENDED_COLUMNS } from '../delivery-columns.js';
import type { ToldRow, ToldFields } from './told-delivery.js';

/** An event, and whose deliveries it may be about; null: any client's, for it comes from the operator's provider. */
export interface ToldEvent {
  client_id: string | null;
  event: ProviderEvent;
}

export interface ParkedEvent {
  id: string;
  client_id: string;
  provider_type: string;
  event: ProviderEvent;
}

/** For how long after it was made something may be told of a delivery; older days are not looked at. */
const TOLD_FOR = `interval '60 days'`;
const MAX_PARKED_PER_CLIENT = 10_000;

/** As its index has it: others than webhooks, whose id is their own. */
const REPORTED = 'e.provider_message_id <> coalesce(e.resend_of, e.id)::text';
const DAYS = `e.created_at between statement_timestamp() - ${TOLD_FOR} and statement_timestamp()`;
/** Providers write their ids with angle brackets here, without them there. */
const OF_MESSAGE = `e.provider_message_id = any (array[w.message, '<' || w.message || '>'])
  and (w.client_id is null or e.client_id = w.client_id) and ${REPORTED} and ${DAYS}`;

const EVENTS = unnest<ToldEvent>()(
  'w',
  {
    client_id: 'uuid',
    message: ['text', ({ event }) => bare(event.provider_message_id)],
    recipient: ['text', ({ event }) => event.recipient?.toLowerCase() ?? null],
  },
  { ordinality: 'n' },
);

const FIND = `select ${ENDED_COLUMNS}, e.bounced_at, w.n::int from ${EVENTS.sql} cross join lateral (
    select * from ended_deliveries e
     where ${OF_MESSAGE} and (w.recipient is null or lower(e.address) = w.recipient) limit 1000
  ) e`;

const FIND_COPIES = `select e.client_id, e.channel, w.n::int from ${EVENTS.sql} cross join lateral (
    select e.client_id, e.channel from ended_deliveries e where ${OF_MESSAGE} limit 1
  ) e`;

export interface ChangedByProvider {
  row: ToldRow;
  told: ToldFields;
}

const KEYS = unnest<ToldRow>()('w', { client_id: 'uuid', id: 'uuid', created_at: 'timestamptz' }, { first: 3 });
const BETWEEN = 'e.created_at between $1 and $2';

const CHANGES = unnest<ChangedByProvider>()(
  'w',
  {
    client_id: ['uuid', ({ row }) => row.client_id],
    id: ['uuid', ({ row }) => row.id],
    created_at: ['timestamptz', ({ row }) => row.created_at],
    status: ['text', ({ told }) => told.status],
    reason: ['text', ({ told }) => told.reason],
    delivered_at: ['timestamptz', ({ told }) => told.delivered_at],
    opened_at: ['timestamptz', ({ told }) => told.opened_at],
    clicked_at: ['timestamptz', ({ told }) => told.clicked_at],
    complained_at: ['timestamptz', ({ told }) => told.complained_at],
    unsubscribed_at: ['timestamptz', ({ told }) => told.unsubscribed_at],
    bounced_at: ['timestamptz', ({ told }) => told.bounced_at],
  },
  { first: 3 },
);

/** Records of which providers tell, and what they told before there was such a record. */
@Injectable()
export class ProviderEventsRepository {
  constructor(private readonly database: Database) {}

  /** The records that events are about; `n` numbers the event from 1. */
  find(tx: Tx, events: ToldEvent[]): Promise<(ToldRow & { n: number })[]> {
    return tx.query(FIND, EVENTS.values(events));
  }

  /** Which of them are about a copy of some mail of ours, and whose. */
  copies(tx: Tx, events: ToldEvent[]): Promise<{ client_id: string; channel: string; n: number }[]> {
    return tx.query(FIND_COPIES, EVENTS.values(events));
  }

  /** Records as they stand, which nobody else changes before the transaction ends; and the time. */
  async lock(tx: Tx, rows: ToldRow[]): Promise<(ToldRow & { now: Date })[]> {
    return tx.query(
      `select ${ENDED_COLUMNS}, e.bounced_at, clock_timestamp() as now
         from ${KEYS.sql} join ended_deliveries e
           on e.client_id = w.client_id and e.id = w.id and e.created_at = w.created_at and ${BETWEEN}
        order by e.client_id, e.id for update of e`,
      [...boundsOf(rows), ...KEYS.values(rows)],
    );
  }

  change(tx: Tx, changes: ChangedByProvider[]): Promise<ToldRow[]> {
    return tx.query(
      `update ended_deliveries e
          set status = w.status, reason = w.reason, delivered_at = w.delivered_at, opened_at = w.opened_at,
              clicked_at = w.clicked_at, complained_at = w.complained_at, unsubscribed_at = w.unsubscribed_at,
              bounced_at = w.bounced_at, updated_at = clock_timestamp()
         from ${CHANGES.sql}
        where e.client_id = w.client_id and e.id = w.id and e.created_at = w.created_at and ${BETWEEN}
       returning ${ENDED_COLUMNS}`,
      [...boundsOf(changes.map(({ row }) => row)), ...CHANGES.values(changes)],
    );
  }

  /** A delivery by its own id. @param around about when it was made */
  async findOwn(tx: Tx, clientId: string, id: string, around: Date): Promise<ToldRow | null> {
    const [row] = await tx.query<ToldRow>(
      `select ${ENDED_COLUMNS}, e.bounced_at from ended_deliveries e
        where e.client_id = $1 and e.id = $2
          and e.created_at between $3::timestamptz - interval '1 day' and $3::timestamptz + interval '1 day'`,
      [clientId, id, around],
    );
    return row ?? null;
  }

  /** The same one is parked once; a client's are bounded. */
  async park(tx: Tx, clientId: string, providerType: string, events: ProviderEvent[]): Promise<void> {
    const rows = events.map((event) => JSON.stringify(event));
    await tx.query(
      `insert into parked_provider_events (id, client_id, provider_type, digest, event)
       select w.id, $1, $2, w.digest, w.event
         from unnest($3::uuid[], $4::bytea[], $5::jsonb[]) as w (id, digest, event)
        where (select count(*) from (
                 select 1 from parked_provider_events where client_id = $1 limit ${MAX_PARKED_PER_CLIENT}) p
              ) < ${MAX_PARKED_PER_CLIENT}
       on conflict (client_id, digest) do nothing`,
      [clientId, providerType, rows.map(newId), rows.map((row) => createHash('sha256').update(row).digest()), rows],
    );
  }

  /** Oldest first. */
  async parked(after: string | null, limit: number): Promise<ParkedEvent[]> {
    const rows = await this.database.query<ParkedEvent>(
      `select id, client_id, provider_type, event from parked_provider_events
        where ($1::uuid is null or id > $1::uuid) order by id limit $2`,
      [after, limit],
    );
    return rows.map((row) => ({ ...row, event: { ...row.event, occurred_at: new Date(row.event.occurred_at) } }));
  }

  async unpark(ids: string[]): Promise<void> {
    await this.database.execute(`delete from parked_provider_events where id = any ($1::uuid[])`, [ids]);
  }

  /** Those that nothing came to fit for a day. */
  async dropParked(): Promise<void> {
    await this.database.execute(
      `delete from parked_provider_events where parked_at < statement_timestamp() - interval '1 day'`,
    );
  }
}

export const bare = (messageId: string): string => messageId.trim().replace(/^<(.*)>$/, '$1');

function boundsOf(rows: ToldRow[]): [Date, Date] {
  const times = rows.map(({ created_at }) => created_at.getTime());
  return [new Date(Math.min(...times)), new Date(Math.max(...times))];
}
