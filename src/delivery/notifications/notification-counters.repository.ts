import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';
import type { DeliveryRow } from '../../engine/deliveries/delivery.js';
import { NOTIFICATION_COLUMNS, type NotificationRow } from './notification.js';

/** A notification as its counters were moved, with the status that it had before. */
export type MovedRow = NotificationRow & { before: string };

const ADDED = unnest<Pick<DeliveryRow, 'client_id' | 'source_id' | 'created_at'>>()('a', {
  client_id: 'uuid',
  source_id: 'uuid',
  created_at: 'timestamptz',
});

const EXTEND = `with w as (
         select client_id, source_id as id, count(*)::int as n, max(created_at) as at from ${ADDED.sql} group by 1, 2
       ), l as materialized (
         select n.client_id, n.id, w.n, w.at from notifications n join w on n.client_id = w.client_id and n.id = w.id
          order by n.client_id, n.id for update of n
       )
       update notifications n
          set total = n.total + l.n, open_count = n.open_count + l.n, last_delivery_at = greatest(n.last_delivery_at, l.at),
              status = case when n.status = 'scheduled' then n.status else 'processing' end, updated_at = clock_timestamp()
         from l where n.client_id = l.client_id and n.id = l.id`;

/** By how much a notification's counters change. */
export interface CounterDelta {
  client_id: string;
  id: string;
  open: number;
  failed: number;
  expired: number;
  cancelled: number;
}

const DELTAS = unnest<CounterDelta>()('w', {
  client_id: 'uuid',
  id: 'uuid',
  open: 'int',
  failed: 'int',
  expired: 'int',
  cancelled: 'int',
});

const MOVE = prepared(
  'notifications.move',
  `with w as (
         select * from ${DELTAS.sql}
       ), l as materialized (
         select n.client_id, n.id, n.status, n.total, n.open_count + w.open as open, n.failed_count + w.failed as failed,
                n.expired_count + w.expired as expired, n.cancelled_count + w.cancelled as cancelled,
                n.scheduled_for > clock_timestamp() as waits
           from notifications n join w on n.client_id = w.client_id and n.id = w.id
          order by n.client_id, n.id for update of n
       )
       update notifications n
          set open_count = l.open, failed_count = l.failed, expired_count = l.expired, cancelled_count = l.cancelled,
              updated_at = clock_timestamp(),
              status = case when l.open > 0 then case when l.waits then 'scheduled' else 'processing' end
                            when l.cancelled = l.total then 'cancelled' when l.expired = l.total then 'expired'
                            when l.failed = 0 then 'completed' when l.failed = l.total then 'failed'
                            else 'partially_failed' end
         from l where n.client_id = l.client_id and n.id = l.id
       returning ${NOTIFICATION_COLUMNS}, l.status as before`,
);

export const noDelta = ({ client_id, id }: { client_id: string; id: string }): CounterDelta => ({
  client_id,
  id,
  open: 0,
  failed: 0,
  expired: 0,
  cancelled: 0,
});

/** How many deliveries of notifications are open and how the others ended, in the rows of the notifications themselves. */
@Injectable()
export class NotificationCounters {
  /** After open deliveries were added by somebody else; notifications are locked in id order. */
  async extend(tx: Tx, rows: Pick<DeliveryRow, 'client_id' | 'source_id' | 'created_at'>[]): Promise<void> {
    await tx.execute(EXTEND, ADDED.values(rows));
  }

  /** After deliveries changed; notifications are locked in id order, and their status follows. */
  move(tx: Tx, deltas: CounterDelta[]): Promise<MovedRow[]> {
    return tx.query(MOVE, DELTAS.values(deltas));
  }

  /** Under its lock: so much less is open. */
  async close(tx: Tx, clientId: string, id: string, open: number): Promise<void> {
    await tx.execute('update notifications set open_count = open_count - $3 where client_id = $1 and id = $2', [
      clientId,
      id,
      open,
    ]);
  }
}
