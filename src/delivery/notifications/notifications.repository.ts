import { Injectable } from '@nestjs/common';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { declared } from '../../engine/providers/declared.js';
import type { Priority } from '../../engine/deliveries/delivery.js';
import { insertDeliveries, sourcesOfRecipient, type NewDelivery } from '../../engine/deliveries/new-deliveries.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';
import type { Chain } from './fallback.js';
import { channelNamesOf, NotificationEntity } from './notification.entity.js';
import { NOTIFICATION, NOTIFICATION_COLUMNS, type NotificationRow } from './notification.js';
import type { UserPk } from '../../platform/common/ids.js';

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

export interface NotificationFilter {
  status?: string;
  channel?: string;
  tag?: string;
  /** Only what this user sent or got. */
  viewer: UserPk | null;
}

/** What of a notification can be changed, as it is from now on. */
export type NotificationChange = Pick<
  NotificationEntity,
  'channels' | 'fallback' | 'priority' | 'scheduled_for' | 'expires_at' | 'metadata' | 'tags'
>;

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

@Injectable()
export class NotificationsRepository {
  constructor(private readonly database: Database) {}

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

  /** What is to be sent, of notifications of any clients; only the channels that are asked for. */
  contents(
    wanted: { client_id: string; id: string; channel: string }[],
  ): Promise<{ id: string; channel: string; content: unknown; category: string | null }[]> {
    return this.database.query(
      `select n.id, w.channel, n.channels -> w.channel as content, n.category
         from unnest($1::uuid[], $2::uuid[], $3::text[]) as w (client_id, id, channel)
         join notifications n on n.client_id = w.client_id and n.id = w.id`,
      [wanted.map((row) => row.client_id), wanted.map((row) => row.id), wanted.map((row) => row.channel)],
    );
  }

  /**
   * Newest first, one more than `limit`. Each filter has an index that is in the order of the list, so that a page costs what
   * it shows; of several filters the planner takes the rarest. A channel is looked for in each set of channels that has it.
   */
  list(
    tx: Tx,
    clientId: string,
    { status, channel, tag, viewer }: NotificationFilter,
    limit: number,
    cursor: Cursor | null,
  ): Promise<NotificationRow[]> {
    const backwards = cursor?.direction === 'prev';
    const order = `order by n.id ${backwards ? 'asc' : 'desc'} limit $2`;
    const values: unknown[] = [clientId, limit + 1];
    const given = (value: unknown): string => `$${values.push(value)}`;
    const conditions = ['n.client_id = $1'];
    if (status !== undefined) conditions.push(`n.status = ${given(status)}`);
    if (tag !== undefined) conditions.push(`t.client_id = $1 and t.id = n.id and t.tag = ${given(tag)}`);
    // Who only got it does not see its tags.
    if (viewer !== null && tag !== undefined) conditions.push(`n.sender_pk = ${given(viewer)}`);
    else if (viewer !== null) {
      const user = given(viewer);
      const tomorrow = given(new Date(Date.now() + 86_400_000));
      conditions.push(`n.id in (select s.id from notifications s where s.client_id = $1 and s.sender_pk = ${user}
                                 union ${sourcesOfRecipient(NOTIFICATION, '$1', user, `${tomorrow}::timestamptz`)})`);
    }
    if (cursor) conditions.push(`n.id ${backwards ? '>' : '<'} ${given(cursor.key[0])}`);
    const pageOf = (where: string[]): string =>
      `select ${NOTIFICATION_COLUMNS} from notifications n ${tag === undefined ? '' : ', notification_tags t'}
        where ${where.join(' and ')} ${order}`;
    if (channel === undefined) return tx.query(pageOf(conditions), values);
    const pages = setsWith(channel).map((set) => `(${pageOf([...conditions, `n.channel_names = ${given(set)}`])})`);
    return tx.query(`select n.* from (${pages.join(' union all ')}) n ${order}`, values);
  }

  /** Behind the locks of its deliveries. */
  async lock(tx: Tx, clientId: string, id: string): Promise<NotificationRow | null> {
    const [row] = await tx.query<NotificationRow>(
      `select ${NOTIFICATION_COLUMNS} from notifications n where n.client_id = $1 and n.id = $2 for update`,
      [clientId, id],
    );
    return row ?? null;
  }

  async channelsOf(tx: Tx, clientId: string, id: string): Promise<string[]> {
    const [row] = await tx.query<{ channel_names: string }>(
      'select channel_names from notifications where client_id = $1 and id = $2',
      [clientId, id],
    );
    return row!.channel_names.split(' ');
  }

  /** What it sends, by channel. May hold attachments of megabytes. */
  async channels(tx: Tx, clientId: string, id: string): Promise<Record<string, unknown>> {
    const [row] = await tx.query<{ channels: Record<string, unknown> }>(
      'select channels from notifications where client_id = $1 and id = $2',
      [clientId, id],
    );
    return row!.channels;
  }

  /** How often their deliveries are tried again, by their ids; those that leave that to the channel are left out. */
  async retriesOf(tx: Tx, keys: { client_id: string; id: string }[]): Promise<Map<string, number>> {
    const rows = await tx.query<{ id: string; max_retry_attempts: number }>(
      `select n.id, n.max_retry_attempts from unnest($1::uuid[], $2::uuid[]) as w (client_id, id)
         join notifications n on n.client_id = w.client_id and n.id = w.id
        where n.max_retry_attempts is not null`,
      [keys.map(({ client_id }) => client_id), keys.map(({ id }) => id)],
    );
    return new Map(rows.map(({ id, max_retry_attempts }) => [id, max_retry_attempts]));
  }

  /** Many of any clients, in one order. */
  lockMany(tx: Tx, keys: { client_id: string; id: string }[]): Promise<NotificationRow[]> {
    return tx.query(
      `select ${NOTIFICATION_COLUMNS} from unnest($1::uuid[], $2::uuid[]) as w (client_id, id)
         join notifications n on n.client_id = w.client_id and n.id = w.id
        order by n.client_id, n.id for update of n`,
      [keys.map(({ client_id }) => client_id), keys.map(({ id }) => id)],
    );
  }

  /** Under its lock. `channels`: what these send from now on. */
  async update(tx: Tx, clientId: string, id: string, change: NotificationChange): Promise<void> {
    await tx.execute(
      `update notifications n
          set channels = n.channels || $3, fallback = $9, priority = $4, scheduled_for = $5, expires_at = $6, metadata = $7, tags = $8,
              updated_at = clock_timestamp(),
              status = case when n.status not in ('scheduled', 'pending') then n.status
                            when $5 > clock_timestamp() then 'scheduled' else 'pending' end
        where n.client_id = $1 and n.id = $2`,
      [
        clientId,
        id,
        JSON.stringify(change.channels),
        change.priority,
        change.scheduled_for,
        change.expires_at,
        JSON.stringify(change.metadata),
        change.tags,
        change.fallback && JSON.stringify(change.fallback),
      ],
    );
  }

  async retag(tx: Tx, clientId: string, id: string, tags: string[]): Promise<void> {
    await tx.execute('delete from notification_tags where client_id = $1 and id = $2', [clientId, id]);
    await tx.execute(
      `insert into notification_tags (client_id, tag, id) select distinct $1::uuid, t, $2::uuid from unnest($3::text[]) as t`,
      [clientId, id, tags],
    );
  }

  find(tx: Tx, clientId: string, id: string): Promise<NotificationRow | null> {
    return tx.manager.getRepository(NotificationEntity).findOneBy({ client_id: clientId, id });
  }
}

/** Every set of the house's channels that has this one. */
function setsWith(channel: string): string[] {
  const others = declared.channels.map(({ name }) => name).filter((name) => name !== channel);
  const sets = others.reduce<string[][]>(
    (found, name) => [...found, ...found.map((set) => [...set, name])],
    [[channel]],
  );
  return sets.map(channelNamesOf);
}
