import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import type { DeliveryRow, DeliveryStatus } from '../delivery.js';
import { END, ENDED_COLUMNS, KEPT, OPEN_COLUMNS } from '../delivery-columns.js';

type MovedRow = DeliveryRow & { from: DeliveryStatus };

/** Of a lane of a client, those that are so; what is in hand just now is passed over. */
const some = (are: string): string => `
  select o.client_id, o.id, o.status as "from" from open_deliveries o
   where o.client_id = $1 and o.lane = $2 and ${are}
   order by o.id limit $3 for update skip locked`;

/** Not what has not begun because its time has not come: that keeps its time. */
const DUE = `(o.attempt_count > 0 or o.next_attempt_at <= clock_timestamp())`;

const HOLD = `
  with picked as (${some(`(o.status in ('pending', 'retrying') and ${DUE} or (o.status = 'held' and o.reason is distinct from $4))`)})
  update open_deliveries o
     set status = 'held', awake = false, reason = $4, next_attempt_at = null, updated_at = clock_timestamp()
    from picked where o.client_id = picked.client_id and o.id = picked.id
  returning ${OPEN_COLUMNS}, picked."from"`;

const RESUME = `
  with picked as (${some(`o.status = 'held' and o.reason = $4`)})
  update open_deliveries o
     set status = case when o.attempt_count = 0 then 'pending' else 'retrying' end, awake = true, reason = null,
         next_attempt_at = clock_timestamp(), updated_at = clock_timestamp()
    from picked where o.client_id = picked.client_id and o.id = picked.id
  returning ${OPEN_COLUMNS}, picked."from"`;

const CANCEL = `
  with picked as (${some(`o.status in ('pending', 'held', 'retrying') and o.source_kind = $5`)}), gone as (
    delete from open_deliveries o using picked where o.client_id = picked.client_id and o.id = picked.id
    returning o.*
  ), ended as (
    ${END} select ${KEPT}, 'cancelled', $4, null, null, null, clock_timestamp() from gone
    returning ${ENDED_COLUMNS}
  )
  select ended.*, gone.status as "from" from ended join gone on gone.client_id = ended.client_id and gone.id = ended.id`;

const ROUSE = `
  with picked as (${some(`(o.status = 'held' or (o.status = 'retrying' and o.next_attempt_at > clock_timestamp()))`)})
  update open_deliveries o
     set status = case when o.attempt_count = 0 then 'pending' else 'retrying' end, awake = true,
         next_attempt_at = clock_timestamp(), updated_at = clock_timestamp()
    from picked where o.client_id = picked.client_id and o.id = picked.id
  returning ${OPEN_COLUMNS}, picked."from"`;

const MOVES = { hold: HOLD, resume: RESUME, cancel: CANCEL, rouse: ROUSE };

/** All of a lane at once. Rare: it reads what the client has open. */
@Injectable()
export class LanesRepository {
  /** @param more `$4` and on of the statement: why, and of which kind of source */
  move(
    tx: Tx,
    what: keyof typeof MOVES,
    clientId: string,
    lane: string,
    limit: number,
    more: string[],
  ): Promise<MovedRow[]> {
    return tx.query<MovedRow>(MOVES[what], [clientId, lane, limit, ...more]);
  }
}
