import type { UserPk } from '../../platform/common/ids.js';
import { unnest } from '../../platform/database/unnest.js';
import { PRIORITIES, type Priority } from './delivery.js';

export interface NewDelivery {
  id: string;
  channel: string;
  lane: string;
  user_pk: UserPk | null;
  address: string | null;
  max_attempts: number;
  /** Why it is suppressed from the start; null when it is to be sent. */
  suppressed: string | null;
}

/** What one source wants to be delivered. */
export interface NewDeliveries {
  client_id: string;
  source_id: string;
  priority: Priority;
  deliveries: NewDelivery[];
}

type Row = NewDelivery & Omit<NewDeliveries, 'deliveries'>;

/**
 * A piece of SQL that inserts deliveries in the statement that writes their sources, so that both are one round trip. It
 * stands in a CTE, behind one that is named `written` and returns the sources: client_id, id, created_at and expires_at.
 * Deliveries take their source's created_at, so that they are found in one partition. Made once, beside the statement.
 * @param kind of the sources, as they are registered
 * @param first number of the first parameter that is still free in the statement
 */
export function insertDeliveries(kind: string, first: number) {
  const wanted = unnest<Row>()(
    'd',
    {
      client_id: 'uuid',
      source_id: 'uuid',
      id: 'uuid',
      channel: 'text',
      lane: 'text',
      priority: ['smallint', ({ priority }) => PRIORITIES.indexOf(priority)],
      user_pk: 'uuid',
      address: 'text',
      max_attempts: 'int',
      suppressed: 'text',
    },
    { first },
  );
  const sql = `insert into deliveries (client_id, id, created_at, source_kind, source_id, channel, lane, priority, user_pk,
                                address, status, reason, max_attempts, next_attempt_at, expires_at, updated_at)
         select s.client_id, d.id, s.created_at, '${kind}', s.id, d.channel, d.lane, d.priority, d.user_pk, d.address,
                case when d.suppressed is null then 'pending' else 'suppressed' end, d.suppressed, d.max_attempts,
                case when d.suppressed is null then s.created_at end, s.expires_at, s.created_at
           from written s join ${wanted.sql} on d.client_id = s.client_id and d.source_id = s.id`;
  /** The parameters, in their order. */
  const values = (of: NewDeliveries[]): unknown[] =>
    wanted.values(
      of.flatMap(({ deliveries, ...source }) => deliveries.map((delivery) => ({ ...delivery, ...source }))),
    );
  return { sql, values };
}

/**
 * A subquery: the ids of the sources of a kind of which this user got a delivery. Arguments are expressions of the
 * statement around it, such as `$1`.
 */
export const sourcesOfRecipient = (kind: string, clientId: string, userPk: string): string =>
  `select d.source_id from deliveries d
    where d.client_id = ${clientId} and d.user_pk = ${userPk} and d.source_kind = '${kind}'`;
