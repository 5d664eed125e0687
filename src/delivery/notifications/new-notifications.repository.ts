import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { Priority } from '../../engine/deliveries/delivery.js';
import { insertDeliveries, type NewDelivery } from '../../engine/deliveries/new-deliveries.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';
import type { Chain } from './fallback/fallback.js';
import { channelNamesOf, type NotificationEntity } from './notification.entity.js';
import { NOTIFICATION, type NotificationRow } from './notification.js';

export interface NewNotification extends Pick<
  NotificationEntity,
  | 'id'
  | 'sender_pk'
  | 'priority'
  | 'strategy'
  | 'fallback'
  | 'category'
  | 'channels'
  | 'max_retry_attempts'
  | 'metadata'
  | 'tags'
> {
  scheduled_for: string | null;
  expires_at: string | null;
}

/** A notification to be written with its deliveries. */
export interface Accepted {
  client_id: string;
  row: NewNotification;
  deliveries: NewDelivery[];
  /** Recipients for whom another channel may have its turn. */
  chains: Chain[];
  /** What the caller knows it by, for so many seconds. */
  dedup: { key: string; window_s: number } | null;
}

/** A notification as it was written. */
export interface WrittenRow extends NotificationRow {
  /** Ids of the deliveries that this process is to send now. */
  claimed: string[];
}

const statusOf = ({ scheduled_for }: NewNotification) => (scheduled_for === null ? 'pending' : 'scheduled');

/** Deliveries not yet settled, and those that may follow. */
const openIn = ({ deliveries, chains }: Accepted): number =>
  deliveries.reduce((open, { suppressed }) => (suppressed === null ? open + 1 : open), chains.length);

const NEW = unnest<Accepted>()('w', {
  client_id: 'uuid',
  id: ['uuid', ({ row }) => row.id],
  sender_pk: ['uuid', ({ row }) => row.sender_pk],
  status: ['text', ({ row }) => statusOf(row)],
  priority: ['text', ({ row }) => row.priority],
  strategy: ['text', ({ row }) => row.strategy],
  category: ['text', ({ row }) => row.category],
  channels: ['jsonb', ({ row }) => row.channels],
  channel_names: ['text', ({ row }) => channelNamesOf(Object.keys(row.channels))],
  total: ['int', ({ deliveries }) => deliveries.length],
  open_count: ['int', openIn],
  fallback: ['jsonb', ({ row }) => row.fallback],
  max_retry_attempts: ['int', ({ row }) => row.max_retry_attempts],
  scheduled_for: ['timestamptz', ({ row }) => row.scheduled_for],
  expires_at: ['timestamptz', ({ row }) => row.expires_at],
  metadata: ['jsonb', ({ row }) => row.metadata],
  tag_list: ['jsonb', ({ row }) => (row.tags.length === 0 ? null : row.tags)],
});

const DELIVERIES = insertDeliveries(NOTIFICATION, 18, 'clock');

/** Planned once, for any number: nothing in it is looked for among the rows that it writes. What it wrote is what it was given, but for the time. */
const INSERT = prepared(
  'notifications.insert',
  `with clock as materialized (
         select date_trunc('milliseconds', clock_timestamp()) as at
       ), written as (
         insert into notifications (client_id, id, sender_pk, status, priority, strategy, category, channels, channel_names, total,
                                    open_count, fallback, max_retry_attempts, scheduled_for, expires_at, metadata, tags, created_at, updated_at)
         select w.client_id, w.id, w.sender_pk, w.status, w.priority, w.strategy, w.category, w.channels, w.channel_names, w.total,
                w.open_count, w.fallback, w.max_retry_attempts, w.scheduled_for, w.expires_at, w.metadata,
                case when w.tag_list is null then '{}' else array(select jsonb_array_elements_text(w.tag_list)) end, c.at, c.at
           from clock c, ${NEW.sql}
         returning client_id, id, tags
       ), tagged as (
         insert into notification_tags (client_id, tag, id)
         select distinct client_id, unnest(tags), id from written where tags <> '{}'
       ), ${DELIVERIES.sql}
       select c.at, array(select id::text from opened where status = 'sending') as claimed from clock c`,
);

/** As it is read from its row. */
function writtenRow(item: Accepted, at: Date, claimed: ReadonlySet<string>): WrittenRow {
  const { row, deliveries } = item;
  return {
    client_id: item.client_id,
    id: row.id,
    sender_pk: row.sender_pk,
    status: statusOf(row),
    priority: row.priority,
    strategy: row.strategy,
    fallback: row.fallback,
    category: row.category,
    metadata: row.metadata,
    tags: row.tags,
    total: deliveries.length,
    open_count: openIn(item),
    failed_count: 0,
    expired_count: 0,
    cancelled_count: 0,
    last_delivery_at: null,
    scheduled_for: dateOf(row.scheduled_for),
    expires_at: dateOf(row.expires_at),
    created_at: at,
    updated_at: at,
    claimed: claimed.size === 0 ? [] : deliveries.flatMap(({ id }) => (claimed.has(id) ? [id] : [])),
  };
}

const dateOf = (time: string | null): Date | null => (time === null ? null : new Date(time));

/** What is added to one that was accepted before. */
export interface More {
  client_id: string;
  id: string;
  priority: Priority;
  deliveries: NewDelivery[];
  /** Of the open ones, beside these. */
  open: number;
}

const MORE = unnest<More>()('w', {
  client_id: 'uuid',
  id: 'uuid',
  made: ['int', ({ deliveries }) => deliveries.length],
  open: ['int', ({ deliveries, open }) => open + deliveries.filter(({ suppressed }) => suppressed === null).length],
});

const MORE_DELIVERIES = insertDeliveries(NOTIFICATION, 5);

const INSERT_MORE = `with written as (
         update notifications n
            set total = n.total + w.made, open_count = n.open_count + w.open, last_delivery_at = at, updated_at = at
           from (select date_trunc('milliseconds', clock_timestamp()) as at) now, ${MORE.sql}
          where n.client_id = w.client_id and n.id = w.id
         returning n.client_id, n.id, n.last_delivery_at as created_at, n.expires_at
       ), ${MORE_DELIVERIES.sql}
       select w.client_id, w.id, w.created_at from written w`;

/** Writes notifications with their deliveries. */
@Injectable()
export class NewNotificationsRepository {
  /** Notifications of any clients and their deliveries, in one statement. @returns in their order */
  async insert(on: Pick<Tx, 'query'>, items: Accepted[]): Promise<WrittenRow[]> {
    const wanted = items.map(({ client_id, row, deliveries }) => ({
      client_id,
      source_id: row.id,
      priority: row.priority,
      expires_at: row.expires_at,
      deliveries,
    }));
    const [written] = await on.query<{ at: Date; claimed: string[] }>(INSERT, [
      ...NEW.values(items),
      ...DELIVERIES.values(wanted),
    ]);
    const claimed = new Set(written!.claimed);
    return items.map((item) => writtenRow(item, written!.at, claimed));
  }

  /**
   * Deliveries that are made later, of notifications that are locked; with them goes by how much more, or less, is open.
   * @returns the notifications; `created_at` is that of the deliveries
   */
  insertMore(tx: Tx, items: More[]): Promise<{ client_id: string; id: string; created_at: Date }[]> {
    const wanted = items.map(({ client_id, id, priority, deliveries }) => ({
      client_id,
      source_id: id,
      priority,
      deliveries,
    }));
    return tx.query(INSERT_MORE, [...MORE.values(items), ...MORE_DELIVERIES.values(wanted)]);
  }
}
