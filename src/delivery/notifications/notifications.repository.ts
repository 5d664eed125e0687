import { Injectable } from '@nestjs/common';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { DELIVERY_COLUMNS, PRIORITIES, type DeliveryRow } from '../../engine/deliveries/delivery.js';
import type { Channel } from '../../engine/providers/provider.js';
import { NotificationEntity } from './notification.entity.js';
import { NOTIFICATION_COLUMNS, type NotificationRow, type StatusCount } from './notification.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

export interface NewNotification extends Pick<
  NotificationEntity,
  'id' | 'sender_pk' | 'priority' | 'channels' | 'max_retry_attempts' | 'metadata' | 'tags'
> {
  expires_at: string | null;
}

export interface NewDelivery {
  id: string;
  channel: Channel;
  lane: string;
  user_pk: UserPk | null;
  address: string | null;
  max_attempts: number;
  /** Why it is suppressed from the start; null when it is to be sent. */
  suppressed: string | null;
}

/** A notification to be written with its deliveries. */
export interface Accepted {
  client_id: string;
  row: NewNotification;
  deliveries: NewDelivery[];
}

export interface NotificationFilter {
  status?: string;
  channel?: string;
  tag?: string;
  /** Only what this user sent or got. */
  viewer: UserPk | null;
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
export class NotificationsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Notifications of any clients and their deliveries, in one statement. Deliveries have their notification's
   * created_at, so that they are found in one partition.
   */
  insert(on: Pick<Tx, 'query'>, items: Accepted[]): Promise<NotificationRow[]> {
    const of = <T>(read: (item: Accepted) => T): T[] => items.map(read);
    const all = items.flatMap(({ client_id, row, deliveries }) =>
      deliveries.map((delivery) => ({ ...delivery, client_id, notification_id: row.id, priority: row.priority })),
    );
    const each = <T>(read: (delivery: (typeof all)[number]) => T): T[] => all.map(read);
    return on.query<NotificationRow>(
      `with n as (
         insert into notifications as n (client_id, id, sender_pk, status, priority, strategy, channels, total, open_count,
                                         max_retry_attempts, expires_at, metadata, tags, created_at, updated_at)
         select w.client_id, w.id, w.sender_pk, 'pending', w.priority, 'all', w.channels, w.total, w.open_count,
                w.max_retry_attempts, w.expires_at, w.metadata,
                array(select jsonb_array_elements_text(w.tags)), at, at
           from (select date_trunc('milliseconds', clock_timestamp()) as at) now,
                unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[], $6::int[], $7::int[], $8::int[],
                       $9::timestamptz[], $10::jsonb[], $11::jsonb[])
             as w (client_id, id, sender_pk, priority, channels, total, open_count, max_retry_attempts, expires_at,
                   metadata, tags)
         returning ${NOTIFICATION_COLUMNS}
       ), d as (
         insert into deliveries (client_id, id, created_at, notification_id, channel, lane, priority, user_pk, address,
                                 status, reason, max_attempts, next_attempt_at, expires_at, updated_at)
         select n.client_id, d.id, n.created_at, n.id, d.channel, d.lane, d.priority, d.user_pk, d.address,
                case when d.suppressed is null then 'pending' else 'suppressed' end, d.suppressed, d.max_attempts,
                case when d.suppressed is null then n.created_at end, n.expires_at, n.created_at
           from n join unnest($12::uuid[], $13::uuid[], $14::uuid[], $15::text[], $16::text[], $17::smallint[],
                              $18::uuid[], $19::text[], $20::int[], $21::text[])
             as d (client_id, notification_id, id, channel, lane, priority, user_pk, address, max_attempts, suppressed)
             on d.client_id = n.client_id and d.notification_id = n.id
       )
       select * from n`,
      [
        of(({ client_id }) => client_id),
        of(({ row }) => row.id),
        of(({ row }) => row.sender_pk),
        of(({ row }) => row.priority),
        of(({ row }) => JSON.stringify(row.channels)),
        of(({ deliveries }) => deliveries.length),
        of(({ deliveries }) => deliveries.filter(({ suppressed }) => suppressed === null).length),
        of(({ row }) => row.max_retry_attempts),
        of(({ row }) => row.expires_at),
        of(({ row }) => JSON.stringify(row.metadata)),
        of(({ row }) => JSON.stringify(row.tags)),
        each(({ client_id }) => client_id),
        each(({ notification_id }) => notification_id),
        each(({ id }) => id),
        each(({ channel }) => channel),
        each(({ lane }) => lane),
        each(({ priority }) => PRIORITIES.indexOf(priority)),
        each(({ user_pk }) => user_pk),
        each(({ address }) => address),
        each(({ max_attempts }) => max_attempts),
        each(({ suppressed }) => suppressed),
      ],
    );
  }

  suppressedOf(tx: Tx, clientId: string, row: NotificationRow): Promise<DeliveryRow[]> {
    return tx.query(
      `select ${DELIVERY_COLUMNS} from deliveries d
        where d.client_id = $1 and d.notification_id = $2 and d.created_at = $3 and d.status = 'suppressed'`,
      [clientId, row.id, row.created_at],
    );
  }

  /** Counters after deliveries changed; notifications are locked in id order. @returns them, with their status before */
  async move(
    tx: Tx,
    deltas: { client_id: string; id: string; open: number; failed: number }[],
  ): Promise<(NotificationRow & { before: string })[]> {
    return tx.query(
      `with w as (
         select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[]) as w (client_id, id, open, failed)
       ), l as materialized (
         select n.client_id, n.id, n.status, n.total, n.open_count + w.open as open, n.failed_count + w.failed as failed
           from notifications n join w on n.client_id = w.client_id and n.id = w.id
          order by n.client_id, n.id for update of n
       )
       update notifications n
          set open_count = l.open, failed_count = l.failed, updated_at = clock_timestamp(),
              status = case when l.open > 0 then 'processing' when l.failed = 0 then 'completed'
                            when l.failed = l.total then 'failed' else 'partially_failed' end
         from l where n.client_id = l.client_id and n.id = l.id
       returning ${NOTIFICATION_COLUMNS}, l.status as before`,
      [
        deltas.map((delta) => delta.client_id),
        deltas.map((delta) => delta.id),
        deltas.map((delta) => delta.open),
        deltas.map((delta) => delta.failed),
      ],
    );
  }

  /** Deliveries by state, of notifications of any clients. */
  counts(tx: Pick<Tx, 'query'>, rows: NotificationRow[]): Promise<StatusCount[]> {
    return tx.query(
      `select d.notification_id, d.status, count(*)::int as n
         from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as w (client_id, id, created_at)
         join deliveries d on d.client_id = w.client_id and d.notification_id = w.id and d.created_at = w.created_at
        group by 1, 2`,
      [rows.map((row) => row.client_id), rows.map((row) => row.id), rows.map((row) => row.created_at)],
    );
  }

  /** What is to be sent, of notifications of any clients; only the channels that are asked for. */
  contents(
    wanted: { client_id: string; id: string; channel: Channel }[],
  ): Promise<{ id: string; channel: Channel; content: unknown }[]> {
    return this.database.query(
      `select n.id, w.channel, n.channels -> w.channel as content
         from unnest($1::uuid[], $2::uuid[], $3::text[]) as w (client_id, id, channel)
         join notifications n on n.client_id = w.client_id and n.id = w.id`,
      [wanted.map((row) => row.client_id), wanted.map((row) => row.id), wanted.map((row) => row.channel)],
    );
  }

  /** Newest first, one more than `limit`. */
  list(clientId: string, filter: NotificationFilter, limit: number, cursor: Cursor | null): Promise<NotificationRow[]> {
    const backwards = cursor?.direction === 'prev';
    return this.database.query(
      `select ${NOTIFICATION_COLUMNS} from notifications n
        where n.client_id = $1 and ($2::text is null or n.status = $2) and ($3::text is null or $3 = any (n.tags))
          and ($4::text is null or n.channels ? $4)
          and ($5::uuid is null or n.id in (
            select s.id from notifications s where s.client_id = $1 and s.sender_pk = $5
            union select d.notification_id from deliveries d where d.client_id = $1 and d.user_pk = $5))
          and ($6::uuid is null or n.id ${backwards ? '>' : '<'} $6)
        order by n.id ${backwards ? 'asc' : 'desc'} limit $7`,
      [
        clientId,
        filter.status ?? null,
        filter.tag ?? null,
        filter.channel ?? null,
        filter.viewer,
        cursor?.key[0] ?? null,
        limit + 1,
      ],
    );
  }

  find(clientId: string, id: string): Promise<NotificationRow | null> {
    return this.database.dataSource.getRepository(NotificationEntity).findOneBy({ client_id: clientId, id });
  }

  /** In the order in which they were made, one more than `limit`. */
  deliveries(
    clientId: string,
    notification: NotificationRow,
    viewer: UserPk | null,
    limit: number,
    cursor: Cursor | null,
  ): Promise<(DeliveryRow & { user_name: UserId | null })[]> {
    const backwards = cursor?.direction === 'prev';
    return this.database.query(
      `select ${DELIVERY_COLUMNS}, u.user_id as user_name
         from deliveries d left join users u on u.client_id = d.client_id and u.user_pk = d.user_pk
        where d.client_id = $1 and d.notification_id = $2 and d.created_at >= $3 and ($4::uuid is null or d.user_pk = $4)
          and ($5::uuid is null or d.id ${backwards ? '<' : '>'} $5)
        order by d.id ${backwards ? 'desc' : 'asc'} limit $6`,
      [clientId, notification.id, notification.created_at, viewer, cursor?.key[0] ?? null, limit + 1],
    );
  }

  attempts(clientId: string, deliveries: DeliveryRow[]): Promise<AttemptRow[]> {
    return this.database.query(
      `select a.delivery_id, a.number, a.provider, a.status, a.error_code, a.error_message, a.response_status,
              a.response_body, a.duration_ms, a.attempted_at
         from attempts a
        where a.client_id = $1 and a.delivery_id = any ($2::uuid[]) and a.attempted_at >= $3::timestamptz - interval '1 day'
        order by a.delivery_id, a.number`,
      [clientId, deliveries.map(({ id }) => id), deliveries[0]?.created_at ?? new Date()],
    );
  }
}
