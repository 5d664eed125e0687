import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';

export interface DueDelivery {
  client_id: string;
  id: string;
  created_at: Date;
  attempt_count: number;
  priority: number;
  lane: string;
  /** Until it is due; negative when it is late. */
  due_in_ms: number;
}

export interface LaneKey {
  priority: number;
  client_id: string;
  lane: string;
}

export interface DormantLane extends LaneKey {
  id: null;
}

/** Jobs are made this long before they are due. */
const AHEAD = `interval '30 seconds'`;

@Injectable()
export class DispatcherRepository {
  constructor(private readonly database: Database) {}

  /**
   * The first due deliveries of each lane. Jumps from lane to lane through the index, so that a long backlog in one
   * lane costs no more than a short one.
   * @param after begin behind this lane, where the look before had no room for all lanes
   * @returns lane by lane; a lane of which nothing is due yet (retries of hours) is there too, without a delivery
   */
  due(perLane: number, lanes: number, after: LaneKey | null): Promise<(DueDelivery | DormantLane)[]> {
    return this.database.query(
      `with recursive lanes as (
         (select d.priority, d.client_id, d.lane from deliveries d
           where d.status in ('pending', 'retrying') and (d.priority, d.client_id, d.lane) > ($3, $4, $5)
           order by d.priority, d.client_id, d.lane limit 1)
         union all
         select n.priority, n.client_id, n.lane
           from lanes l, lateral (
             select d.priority, d.client_id, d.lane from deliveries d
              where d.status in ('pending', 'retrying')
                and (d.priority, d.client_id, d.lane) > (l.priority, l.client_id, l.lane)
              order by d.priority, d.client_id, d.lane limit 1) n
       )
       select l.priority, l.client_id, l.lane, d.id, d.created_at, d.attempt_count,
              extract(epoch from d.next_attempt_at - clock_timestamp())::float8 * 1000 as due_in_ms
         from (select * from lanes limit $2) l left join lateral (
           select d.id, d.created_at, d.attempt_count, d.next_attempt_at from deliveries d
            where d.status in ('pending', 'retrying')
              and d.priority = l.priority and d.client_id = l.client_id and d.lane = l.lane
              and d.next_attempt_at <= statement_timestamp() + ${AHEAD}
            order by d.next_attempt_at limit $1) d on true`,
      [
        perLane,
        lanes,
        after?.priority ?? -1,
        after?.client_id ?? '00000000-0000-0000-0000-000000000000',
        after?.lane ?? '',
      ],
    );
  }
}
