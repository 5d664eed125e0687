import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { EndpointRow } from './endpoint.js';

export interface Missed {
  client_id: string;
  id: string;
  type: string;
  rev: number;
  occurred_at: Date;
  stream_id: string;
  room_id: string | null;
  /** As it was first tried. */
  body: string | null;
}

@Injectable()
export class EndpointRecoveriesRepository {
  /**
   * Events since a time that the endpoint hears, and that it was not told: those that failed for good, and those that it was not sent at all
   * while it was disabled. Oldest first.
   */
  missed(tx: Tx, { client_id, id, event_types, room_ids }: EndpointRow, since: Date, limit: number): Promise<Missed[]> {
    return tx.query<Missed>(
      `with told as materialized (
         select m.event_id, (array_agg(m.body order by m.position desc) filter (where m.body is not null))[1] as body,
                bool_or(m.state = 'skipped' or coalesce(d.status, 'pending') not in ('failed', 'expired', 'cancelled')) as is_told
           from endpoint_messages m
           left join deliveries d on d.client_id = m.client_id and d.id = m.id and d.created_at = m.created_at
          where m.client_id = $1 and m.endpoint_id = $2 and not m.is_test
            and m.created_at between $3::timestamptz - interval '1 hour' and $4
          group by m.event_id
       )
       select e.client_id, e.id, e.type, e.rev, e.occurred_at, e.stream_id, e.room_id, t.body
         from events e left join told t on t.event_id = e.id
        where e.client_id = $1 and e.occurred_at between $3 and $4 and t.is_told is not true
          and e.type like any ($5::text[]) and ($6::uuid[] is null or e.room_id = any ($6))
          and (e.type not like 'delivery.%' or e.data ->> 'notification_id' is not null)
        order by e.occurred_at, e.stream_id, e.rev limit $7`,
      [
        client_id,
        id,
        since,
        new Date(Date.now() + 3_600_000),
        event_types.map((pattern) => pattern.replaceAll('_', '\\_').replace(/\*$/, '%')),
        room_ids,
        limit,
      ],
    );
  }
}
