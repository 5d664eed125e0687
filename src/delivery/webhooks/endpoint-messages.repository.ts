import { Injectable } from '@nestjs/common';
import { timeOfId } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';
import type { DeliveryRow } from '../../engine/deliveries/delivery.js';
import { insertDeliveries, type NewDelivery } from '../../engine/deliveries/new-deliveries.js';
import { EVENT } from './endpoint.js';

export type MessageState = 'waiting' | 'released' | 'done' | 'skipped';

/** An event for one endpoint. Its delivery has the same id. */
export interface EndpointMessageRow {
  client_id: string;
  id: string;
  endpoint_id: string;
  event_id: string;
  event_type: string;
  event_rev: number;
  event_at: Date;
  stream_id: string;
  /** What it waits in line for: the room's id. */
  order_key: string | null;
  state: MessageState;
  is_test: boolean;
  /** As it was at the first attempt. */
  body: string | null;
  /** Why the condition could not be worked out. */
  fault: object | null;
  /** Of the trace of its event, while it waits for its release; from then on its delivery has it. */
  traceparent: string | null;
  created_at: Date;
}

export interface NewEndpointMessage extends Omit<EndpointMessageRow, 'created_at' | 'fault' | 'traceparent'> {
  /** Of the trace of its event. */
  traceparent?: string | null;
}

/** Where its delivery goes. */
export interface EndpointTarget {
  url: string;
  lane: string;
  max_attempts: number;
}

const NEW = unnest<NewEndpointMessage>()(
  'w',
  {
    client_id: 'uuid',
    id: 'uuid',
    endpoint_id: 'uuid',
    event_id: 'uuid',
    event_type: 'text',
    event_rev: 'bigint',
    event_at: 'timestamptz',
    stream_id: 'uuid',
    order_key: 'uuid',
    state: 'text',
    is_test: 'boolean',
    body: 'text',
    traceparent: ['text', ({ state, traceparent }) => (state === 'waiting' ? (traceparent ?? null) : null)],
  },
  { ordinality: 'nth' },
);

const OF_NEW = insertDeliveries(EVENT, 14);

const INSERT = `with written as (
    insert into endpoint_messages as m (client_id, id, endpoint_id, event_id, event_type, event_rev, event_at, stream_id, order_key,
                                        state, is_test, body, traceparent, created_at)
    select w.client_id, w.id, w.endpoint_id, w.event_id, w.event_type, w.event_rev, w.event_at, w.stream_id, w.order_key,
           w.state, w.is_test, w.body, w.traceparent, at
      from (select date_trunc('milliseconds', clock_timestamp()) as at) now, ${NEW.sql} order by w.nth
    returning m.client_id, m.id, m.created_at, m.expires_at
  ), ${OF_NEW.sql}
  select id, created_at from written`;

interface Key {
  client_id: string;
  id: string;
  created_at: Date;
}

/** $1 and $2: the days. */
const KEYS = unnest<Key>()('w', { client_id: 'uuid', id: 'uuid', created_at: 'timestamptz' }, { first: 3 });
const BY_KEY = `m.client_id = w.client_id and m.id = w.id and m.created_at = w.created_at and m.created_at between $1 and $2`;

const OF_RELEASED = insertDeliveries(EVENT, 6);
const RELEASE = `with written as (
    update endpoint_messages m set state = case when m.order_key is null then 'done' else 'released' end
      from ${KEYS.sql} where ${BY_KEY} and m.state = 'waiting'
    returning m.client_id, m.id, m.created_at, m.expires_at
  ), ${OF_RELEASED.sql}
  select id from written`;

const COLUMNS = `m.client_id, m.id, m.endpoint_id, m.event_id, m.event_type, m.event_rev, m.event_at, m.stream_id, m.order_key, m.state,
  m.is_test, m.body, m.fault, m.traceparent, m.created_at`;

/** No younger ones, whatever the clocks; and as far back as something may wait. */
const DAYS = `m.created_at between statement_timestamp() - interval '30 days' and statement_timestamp() + interval '1 day'`;

const ANY_GATED = prepared(
  'webhooks.any_gated',
  `select from webhook_endpoints where gated and status = 'enabled' limit 1`,
);

@Injectable()
export class EndpointMessagesRepository {
  constructor(private readonly database: Database) {}

  /** In their order. Those that need not wait have their delivery in the same statement. */
  insert(
    tx: Pick<Tx, 'query'>,
    messages: NewEndpointMessage[],
    targets: Map<string, EndpointTarget>,
  ): Promise<Pick<EndpointMessageRow, 'id' | 'created_at'>[]> {
    const begun = messages.filter(({ state }) => state !== 'waiting');
    return tx.query(INSERT, [...NEW.values(messages), ...OF_NEW.values(deliveriesOf(begun, targets))]);
  }

  /** Those that still wait get their delivery. @returns how many */
  async release(tx: Tx, messages: EndpointMessageRow[], targets: Map<string, EndpointTarget>): Promise<number> {
    if (messages.length === 0) return 0;
    const values = [
      ...daysOf(messages),
      ...KEYS.values(messages),
      ...OF_RELEASED.values(deliveriesOf(messages, targets)),
    ];
    return (await tx.query(RELEASE, values)).length;
  }

  /** The condition does not hold. */
  async skip(tx: Tx, messages: EndpointMessageRow[]): Promise<void> {
    if (messages.length === 0) return;
    await tx.execute(
      `update endpoint_messages m set state = 'skipped' from ${KEYS.sql} where ${BY_KEY} and m.state = 'waiting'`,
      [...daysOf(messages), ...KEYS.values(messages)],
    );
  }

  async noteFaults(tx: Tx, messages: EndpointMessageRow[], fault: object): Promise<void> {
    await tx.execute(`update endpoint_messages m set fault = $6 from ${KEYS.sql} where ${BY_KEY}`, [
      ...daysOf(messages),
      ...KEYS.values(messages),
      JSON.stringify(fault),
    ]);
  }

  /** Nothing of these is open any more: what waits behind them may go. @returns whether anything did */
  async end(tx: Tx, keys: Key[]): Promise<boolean> {
    const ended = await tx.execute(
      `update endpoint_messages m set state = 'done' from ${KEYS.sql} where ${BY_KEY} and m.state = 'released'`,
      [...daysOf(keys), ...KEYS.values(keys)],
    );
    return ended > 0;
  }

  /** Nobody will send what waits. */
  async skipAll(tx: Tx, clientId: string, endpointId: string): Promise<void> {
    await tx.execute(
      `update endpoint_messages m set state = 'skipped'
        where m.client_id = $1 and m.endpoint_id = $2 and m.state = 'waiting' and ${DAYS}`,
      [clientId, endpointId],
    );
  }

  /** The first of an endpoint that wait, in their order. */
  nextWaiting(clientId: string, endpointId: string, limit: number): Promise<EndpointMessageRow[]> {
    return this.database.query(
      `select ${COLUMNS} from endpoint_messages m
        where m.client_id = $1 and m.endpoint_id = $2 and m.state = 'waiting' and ${DAYS}
        order by m.position limit $3`,
      [clientId, endpointId, limit],
    );
  }

  /** The same, but of each room the first one alone, and that only where nothing of the room is open. Goes from room to room. */
  nextInOrder(clientId: string, endpointId: string, limit: number): Promise<EndpointMessageRow[]> {
    const line = `m.client_id = $1 and m.endpoint_id = $2 and m.order_key is not null and m.state in ('waiting', 'released') and ${DAYS}`;
    return this.database.query(
      `with recursive keys as (
         (select m.order_key, 1 as n from endpoint_messages m where ${line} order by m.order_key limit 1)
         union all
         (select next.order_key, k.n + 1 from keys k cross join lateral (
            select m.order_key from endpoint_messages m where ${line} and m.order_key > k.order_key order by m.order_key limit 1
          ) next where k.n < 5000)
       )
       select * from (
         select f.* from keys k cross join lateral (
           select ${COLUMNS}, m.position from endpoint_messages m where ${line} and m.order_key = k.order_key order by m.position limit 1
         ) f where f.state = 'waiting'
         union all
         (select ${COLUMNS}, m.position from endpoint_messages m
           where m.client_id = $1 and m.endpoint_id = $2 and m.state = 'waiting' and m.order_key is null and ${DAYS}
           order by m.position limit $3)
       ) m order by m.position limit $3`,
      [clientId, endpointId, limit],
    );
  }

  /** Endpoints for which something waits: any of them, so that those that cannot go on now keep nobody from it. */
  async waiting(limit: number): Promise<{ client_id: string; id: string }[]> {
    // Asked each second. To plan a look into all days takes ten times as long as to see that nothing can wait anywhere, which is most often so.
    if ((await this.database.query(ANY_GATED)).length === 0) return [];
    return this.database.query(
      `select e.client_id, e.id from webhook_endpoints e
        where e.gated and e.status = 'enabled'
          and exists (select from endpoint_messages m
                       where m.client_id = e.client_id and m.endpoint_id = e.id and m.state = 'waiting' and ${DAYS})
        order by random() limit $1`,
      [limit],
    );
  }

  /** Those that deliveries are of. */
  ofDeliveries(rows: Pick<DeliveryRow, 'client_id' | 'source_id'>[]): Promise<EndpointMessageRow[]> {
    return this.byIds(
      this.database,
      rows.map(({ client_id, source_id: id }) => ({ client_id, id })),
    );
  }

  byIds(on: Pick<Tx, 'query'>, ids: { client_id: string; id: string }[]): Promise<EndpointMessageRow[]> {
    if (ids.length === 0) return Promise.resolve([]);
    const times = ids.map(({ id }) => timeOfId(id).getTime());
    return on.query(
      `select ${COLUMNS} from unnest($1::uuid[], $2::uuid[]) as w (client_id, id)
         join endpoint_messages m on m.client_id = w.client_id and m.id = w.id and m.created_at between $3 and $4`,
      [
        ids.map(({ client_id }) => client_id),
        ids.map(({ id }) => id),
        new Date(Math.min(...times) - DAY_MS),
        new Date(Math.max(...times) + DAY_MS),
      ],
    );
  }

  /** Bodies as they are from now on. @returns them; where one was there before, that one */
  freeze(bodies: (Key & { body: string })[]): Promise<{ id: string; body: string }[]> {
    return this.database.query(
      `update endpoint_messages m set body = coalesce(m.body, b.body)
         from ${KEYS.sql} join unnest($6::uuid[], $7::text[]) as b (id, body) on b.id = w.id
        where ${BY_KEY} returning m.id, m.body`,
      [...daysOf(bodies), ...KEYS.values(bodies), bodies.map(({ id }) => id), bodies.map(({ body }) => body)],
    );
  }

  /** Newest first, one more than `limit`. */
  list(
    clientId: string,
    endpointId: string,
    { status, event_type }: { status?: string | undefined; event_type?: string | undefined },
    limit: number,
    cursor: Cursor | null,
  ): Promise<EndpointMessageRow[]> {
    const backwards = cursor?.direction === 'prev';
    return this.database.query(
      `select ${COLUMNS} from endpoint_messages m
        where m.client_id = $1 and m.endpoint_id = $2 and m.state <> 'skipped' and m.created_at <= statement_timestamp() + interval '1 day'
          and ($3::uuid is null or m.id ${backwards ? '>' : '<'} $3) and ($4::text is null or m.event_type = $4)
          and ($5::text is null or coalesce(
                (select d.status from deliveries d where d.client_id = m.client_id and d.id = m.id and d.created_at = m.created_at),
                'pending') = $5)
        order by m.id ${backwards ? 'asc' : 'desc'} limit $6`,
      [clientId, endpointId, cursor?.key[0] ?? null, event_type ?? null, status ?? null, limit + 1],
    );
  }

  /** The latest of the last day. */
  latest(on: Pick<Tx, 'query'>, clientId: string, endpointId: string, limit: number): Promise<EndpointMessageRow[]> {
    return on.query(
      `select m.client_id, m.id, m.created_at, m.state from endpoint_messages m
        where m.client_id = $1 and m.endpoint_id = $2 and m.state <> 'skipped'
          and m.created_at between statement_timestamp() - interval '1 day' and statement_timestamp() + interval '1 hour'
        order by m.id desc limit $3`,
      [clientId, endpointId, limit],
    );
  }
}

const DAY_MS = 86_400_000;

const daysOf = (keys: { created_at: Date }[]): [Date, Date] => {
  const times = keys.map(({ created_at }) => created_at.getTime());
  return [new Date(Math.min(...times)), new Date(Math.max(...times))];
};

const deliveriesOf = (
  messages: Pick<NewEndpointMessage, 'client_id' | 'id' | 'endpoint_id' | 'traceparent'>[],
  targets: Map<string, EndpointTarget>,
) =>
  messages.map(({ client_id, id, endpoint_id, traceparent = null }) => ({
    client_id,
    source_id: id,
    priority: 'normal' as const,
    deliveries: [{ ...deliveryOf(id, targets.get(endpoint_id)!), traceparent }],
  }));

const deliveryOf = (id: string, { url, lane, max_attempts }: EndpointTarget): NewDelivery => ({
  id,
  channel: 'webhook',
  lane,
  user_pk: null,
  address: url,
  max_attempts,
  suppressed: null,
});
