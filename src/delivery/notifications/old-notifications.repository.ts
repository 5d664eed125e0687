import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';

/** When, and the first id that was made then: UUIDv7 begin with their time, in milliseconds. */
const BEFORE = `
  select at, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid as first_id
    from (select clock_timestamp() - make_interval(days => $1) as at) t`;

/** By the keys of each client, so that what is young is not looked at: a bound that the planner can't know is no index's. */
const DELETE = `
  with old as materialized (
    select n.client_id, n.id
      from clients c
     cross join lateral (select client_id, id from notifications
                          where client_id = c.id and id < $1::uuid and open_count = 0 and updated_at < $2::timestamptz
                          order by id limit $3) n
     limit $3
  )
  delete from notifications n using old where n.client_id = old.client_id and n.id = old.id and n.open_count = 0`;

@Injectable()
export class OldNotificationsRepository {
  constructor(private readonly database: Database) {}

  /** Deletes some that nothing was left to do for so many days ago. @returns how many */
  async delete(keptDays: number, limit: number): Promise<number> {
    const [before] = await this.database.query<{ at: Date; first_id: string }>(BEFORE, [keptDays]);
    return this.database.execute(DELETE, [before!.first_id, before!.at, limit]);
  }
}
