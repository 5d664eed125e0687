import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';

/** The first id that is made at a time: UUIDv7 begin with it, in milliseconds. */
const FIRST_ID = `(lpad(to_hex((extract(epoch from clock_timestamp() - make_interval(days => $1)) * 1000)::bigint), 12, '0')
  || repeat('0', 20))::uuid`;

/** By the keys of each client, so that what is young is not looked at. */
const DELETE = `
  with old as materialized (
    select n.client_id, n.id
      from clients c
     cross join lateral (select client_id, id from notifications
                          where client_id = c.id and id < ${FIRST_ID} and open_count = 0
                            and updated_at < clock_timestamp() - make_interval(days => $1)
                          order by id limit $2) n
     limit $2
  )
  delete from notifications n using old where n.client_id = old.client_id and n.id = old.id and n.open_count = 0`;

@Injectable()
export class OldNotificationsRepository {
  constructor(private readonly database: Database) {}

  /** Deletes some that nothing was left to do for so many days ago. @returns how many */
  delete(keptDays: number, limit: number): Promise<number> {
    return this.database.execute(DELETE, [keptDays, limit]);
  }
}
