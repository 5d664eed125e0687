import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import { prepared } from '../../../platform/database/prepared.js';
import { unnest } from '../../../platform/database/unnest.js';
import { AHEAD } from '../delivery.js';

export interface DueDelivery {
  client_id: string;
  id: string;
  attempt_count: number;
  /** With attempt_count, what tells one wait from the next. */
  holds: number;
  priority: number;
  lane: string;
  /** Until it is due; negative when it is late. */
  due_in_ms: number;
}

/** One client's deliveries of one priority. */
export interface Group {
  client_id: string;
  priority: number;
}

export interface LaneKey extends Group {
  lane: string;
}

/** A lane in which something is awake, and nothing due within the time that is looked ahead. */
export interface QuietLane extends LaneKey {
  id: null;
}

/** How much of everything one look sees. */
export interface LookBounds {
  groups: number;
  lanesPerGroup: number;
  perLane: number;
}

const CURSORS = unnest<LaneKey>()('c', { client_id: 'uuid', priority: 'smallint', lane: 'text' }, { first: 6 });

/** Two walks through the index, from group to group and within each from lane to lane: a long backlog costs no more than a short one. */
const DUE = prepared(
  'deliveries.due',
  `with recursive groups as (
     (select o.client_id, o.priority from open_deliveries o
       where o.awake and (o.client_id, o.priority) > ($1, $2) order by o.client_id, o.priority limit 1)
     union all
     select n.client_id, n.priority
       from groups g, lateral (
         select o.client_id, o.priority from open_deliveries o
          where o.awake and (o.client_id, o.priority) > (g.client_id, g.priority)
          order by o.client_id, o.priority limit 1) n
   )
   select g.client_id, g.priority, l.lane, d.id, d.attempt_count, d.holds, d.due_in_ms
     from (select * from groups limit $3) g
     left join ${CURSORS.sql} on c.client_id = g.client_id and c.priority = g.priority
    cross join lateral (
       with recursive lanes as (
         (select o.lane from open_deliveries o
           where o.awake and o.client_id = g.client_id and o.priority = g.priority and o.lane > coalesce(c.lane, '')
           order by o.lane limit 1)
         union all
         select n.lane
           from lanes l, lateral (
             select o.lane from open_deliveries o
              where o.awake and o.client_id = g.client_id and o.priority = g.priority and o.lane > l.lane
              order by o.lane limit 1) n
       )
       select lane from lanes limit $4) l
     left join lateral (
       select o.id, o.attempt_count, o.holds, extract(epoch from o.next_attempt_at - clock_timestamp())::float8 * 1000 as due_in_ms
         from open_deliveries o
        where o.awake and o.client_id = g.client_id and o.priority = g.priority and o.lane = l.lane
          and o.next_attempt_at <= statement_timestamp() + ${AHEAD}
        order by o.next_attempt_at limit $5) d on true`,
);

@Injectable()
export class DispatcherRepository {
  constructor(private readonly database: Database) {}

  /**
   * The first due deliveries of each lane.
   * @param after begin behind this group, where the look before had no room for all groups
   * @param cursors of groups of which the look before had no room for all lanes: begin behind these
   */
  due(
    { groups, lanesPerGroup, perLane }: LookBounds,
    after: Group | null,
    cursors: LaneKey[],
  ): Promise<(DueDelivery | QuietLane)[]> {
    return this.database.query(DUE, [
      after?.client_id ?? '00000000-0000-0000-0000-000000000000',
      after?.priority ?? -1,
      groups,
      lanesPerGroup,
      perLane,
      ...CURSORS.values(cursors),
    ]);
  }
}
