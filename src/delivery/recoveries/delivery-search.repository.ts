import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { DELIVERY_COLUMNS } from '../../engine/deliveries/delivery-columns.js';
import type { NamedRow } from '../../engine/deliveries/deliveries.reader.js';
import { conditionsOf, DEALT_WITH, type DeliveryFilter, type Window } from './delivery-filter.js';

const DAY = `interval '1 day'`;

type On = Pick<Tx, 'query'>;

export interface Counted {
  matched: number;
  skipped: number;
}

/** Finds deliveries of whatever source, a window of time at a time. */
@Injectable()
export class DeliverySearchRepository {
  constructor(private readonly database: Database) {}

  /** In the order of their ids. @param beyond only what comes behind this one */
  list(
    on: On,
    clientId: string,
    filter: DeliveryFilter,
    window: Window,
    { beyond, backwards, limit }: { beyond: string | null; backwards: boolean; limit: number },
  ): Promise<NamedRow[]> {
    const [given, values] = parameters();
    const conditions = conditionsOf(clientId, filter, window, given);
    const after = beyond === null ? '' : ` and d.id ${backwards ? '<' : '>'} ${given(beyond)}`;
    return on.query(
      `select ${DELIVERY_COLUMNS}, u.user_id as user_name
         from deliveries d left join users u on u.client_id = d.client_id and u.user_pk = d.user_pk
        where ${conditions}${after} order by d.id ${backwards ? 'desc' : 'asc'} limit ${given(limit)}`,
      values,
    );
  }

  /** The notifications that have a tag; null where they are more than so many. */
  async tagged(clientId: string, tag: string, most: number): Promise<string[] | null> {
    const rows = await this.database.query<{ id: string }>(
      'select id from notification_tags where client_id = $1 and tag = $2 limit $3',
      [clientId, tag, most + 1],
    );
    return rows.length > most ? null : rows.map(({ id }) => id);
  }

  /** Only ids, ascending. */
  async ids(
    on: On,
    clientId: string,
    filter: DeliveryFilter,
    window: Window,
    { beyond, limit }: { beyond: string; limit: number },
  ): Promise<string[]> {
    const [given, values] = parameters();
    const conditions = conditionsOf(clientId, filter, window, given);
    const rows = await on.query<{ id: string }>(
      `select d.id from deliveries d where ${conditions} and d.id > ${given(beyond)} order by d.id limit ${given(limit)}`,
      values,
    );
    return rows.map(({ id }) => id);
  }

  /** How many match, and how many of them no recovery would send again. */
  async count(on: On, clientId: string, filter: DeliveryFilter, window: Window): Promise<Counted> {
    const [given, values] = parameters();
    const [row] = await on.query<Counted>(
      `select count(*)::int as matched, (count(*) filter (where ${DEALT_WITH}))::int as skipped
         from deliveries d where ${conditionsOf(clientId, filter, window, given)}`,
      values,
    );
    return row!;
  }

  /** @param around about when it was made */
  async find(on: On, clientId: string, id: string, around: Date): Promise<NamedRow | null> {
    const [row] = await on.query<NamedRow>(
      `select ${DELIVERY_COLUMNS}, u.user_id as user_name
         from deliveries d left join users u on u.client_id = d.client_id and u.user_pk = d.user_pk
        where d.client_id = $1 and d.id = $2 and d.created_at between $3::timestamptz - ${DAY} and $3::timestamptz + ${DAY}`,
      [clientId, id, around],
    );
    return row ?? null;
  }
}

function parameters(): [(value: unknown) => string, unknown[]] {
  const values: unknown[] = [];
  return [(value) => `$${values.push(value)}`, values];
}
