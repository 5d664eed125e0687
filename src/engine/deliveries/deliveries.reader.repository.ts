import type { UserId, UserPk } from '../../platform/common/ids.js';
import { Injectable } from '@nestjs/common';
import type { Cursor } from '../../platform/common/pagination.js';
import type { Tx } from '../../platform/database/database.js';
import { DELIVERY_COLUMNS } from './delivery-columns.js';
import { daysOf, type DeliveryRow, type DeliveryStatus, type SourceRef } from './delivery.js';

export interface StatusCount {
  source_id: string;
  status: DeliveryStatus;
  n: number;
}

export interface AttemptRow {
  delivery_id: string;
  number: number;
  provider: string | null;
  status: string;
  error_code: string | null;
  error_message: string | null;
  response_status: number | null;
  response_body: string | null;
  duration_ms: number | null;
  attempted_at: Date;
}

@Injectable()
export class DeliveriesReaderRepository {
  /**
   * A source's deliveries in the order in which they were made, one more than `limit`.
   * @param viewer only this user's; null: all
   */
  list(
    tx: Tx,
    source: SourceRef,
    viewer: UserPk | null,
    limit: number,
    cursor: Cursor | null,
  ): Promise<(DeliveryRow & { user_name: UserId | null })[]> {
    const backwards = cursor?.direction === 'prev';
    return tx.query(
      `select ${DELIVERY_COLUMNS}, u.user_id as user_name
         from deliveries d left join users u on u.client_id = d.client_id and u.user_pk = d.user_pk
        where d.client_id = $1 and d.source_id = $2 and d.created_at between $6 and $7
          and ($3::uuid is null or d.user_pk = $3) and ($4::uuid is null or d.id ${backwards ? '<' : '>'} $4)
        order by d.id ${backwards ? 'desc' : 'asc'} limit $5`,
      [source.client_id, source.id, viewer, cursor?.key[0] ?? null, limit + 1, ...daysOf(source)],
    );
  }

  ofSources(tx: Pick<Tx, 'query'>, sources: SourceRef[]): Promise<(DeliveryRow & { user_name: UserId | null })[]> {
    const times = sources.map(({ created_at }) => created_at.getTime());
    return tx.query(
      `select ${DELIVERY_COLUMNS}, u.user_id as user_name
         from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as w (client_id, id, created_at)
         join deliveries d on d.client_id = w.client_id and d.source_id = w.id and d.created_at = w.created_at
          and d.created_at between $4 and $5
         left join users u on u.client_id = d.client_id and u.user_pk = d.user_pk
        order by d.id`,
      [
        sources.map(({ client_id }) => client_id),
        sources.map(({ id }) => id),
        sources.map(({ created_at }) => created_at),
        new Date(Math.min(...times)),
        new Date(Math.max(...times)),
      ],
    );
  }

  attempts(tx: Pick<Tx, 'query'>, clientId: string, deliveries: DeliveryRow[]): Promise<AttemptRow[]> {
    return tx.query(
      `select a.delivery_id, a.number, a.provider, a.status, a.error_code, a.error_message, a.response_status,
              a.response_body, a.duration_ms, a.attempted_at
         from attempts a
        where a.client_id = $1 and a.delivery_id = any ($2::uuid[]) and a.attempted_at between $3::timestamptz - interval '1 hour' and $4::timestamptz + interval '1 hour'
        order by a.delivery_id, a.number`,
      [
        clientId,
        deliveries.map(({ id }) => id),
        new Date(Math.min(...deliveries.map(({ created_at }) => created_at.getTime()))),
        new Date(Math.max(...deliveries.map(({ updated_at }) => updated_at.getTime()))),
      ],
    );
  }

  /**
   * Deliveries by state, of sources of any clients.
   * @param viewers for each source, whose alone are counted; null: all
   */
  counts(tx: Tx, sources: SourceRef[], viewers: (UserPk | null)[]): Promise<StatusCount[]> {
    // Days are left out by what is known when the statement is planned.
    const days = sources.map(daysOf);
    return tx.query(
      `select d.source_id, d.status, count(*)::int as n
         from unnest($1::uuid[], $2::uuid[], $5::uuid[]) as w (client_id, id, viewer)
         join deliveries d on d.client_id = w.client_id and d.source_id = w.id and d.created_at between $3 and $4
        where w.viewer is null or d.user_pk = w.viewer
        group by 1, 2`,
      [
        sources.map(({ client_id }) => client_id),
        sources.map(({ id }) => id),
        new Date(Math.min(...days.map(([first]) => first.getTime()))),
        new Date(Math.max(...days.map(([, last]) => last.getTime()))),
        viewers,
      ],
    );
  }
}
