import { Injectable } from '@nestjs/common';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { declared } from '../../engine/providers/declared.js';
import { insertDeliveries, sourcesOfRecipient, type NewDelivery } from '../../engine/deliveries/new-deliveries.js';
import { prepared } from '../../platform/database/prepared.js';
import { channelNamesOf, NotificationEntity } from './notification.entity.js';
import { NOTIFICATION, NOTIFICATION_COLUMNS, type NotificationRow } from './notification.js';
import type { UserPk } from '../../platform/common/ids.js';

export interface NewNotification extends Pick<
  NotificationEntity,
  'id' | 'sender_pk' | 'priority' | 'channels' | 'max_retry_attempts' | 'metadata' | 'tags'
> {
  expires_at: string | null;
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

/** A notification as it was written. */
export interface WrittenRow extends NotificationRow {
  /** Ids of the deliveries that this process is to send now. */
  claimed: string[];
}

const DELIVERIES = insertDeliveries(NOTIFICATION, 13);

const INSERT = `with written as (
         insert into notifications as n (client_id, id, sender_pk, status, priority, strategy, channels, channel_names, total, open_count,
                                         max_retry_attempts, expires_at, metadata, tags, created_at, updated_at)
         select w.client_id, w.id, w.sender_pk, 'pending', w.priority, 'all', w.channels, w.channel_names, w.total, w.open_count,
                w.max_retry_attempts, w.expires_at, w.metadata,
                array(select jsonb_array_elements_text(w.tags)), at, at
           from (select date_trunc('milliseconds', clock_timestamp()) as at) now,
                unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[], $6::int[], $7::int[], $8::int[],
                       $9::timestamptz[], $10::jsonb[], $11::jsonb[], $12::text[])
             as w (client_id, id, sender_pk, priority, channels, total, open_count, max_retry_attempts, expires_at,
                   metadata, tags, channel_names)
         returning ${NOTIFICATION_COLUMNS}
       ), tagged as (
         insert into notification_tags (client_id, tag, id)
         select distinct client_id, unnest(tags), id from written where tags <> '{}'
       ), ${DELIVERIES.sql}
       select w.*, coalesce(c.ids, '{}') as claimed from written w left join claims c on c.source_id = w.id`;

const MOVE = prepared(
  'notifications.move',
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
);

/** Planned once, for a few: a plan for any number would join what was written with its deliveries one by one. */
const INSERT_FEW = prepared('notifications.insert', INSERT);
const FEW = 64;

@Injectable()
export class NotificationsRepository {
  constructor(private readonly database: Database) {}

  /** Notifications of any clients and their deliveries, in one statement. */
  insert(on: Pick<Tx, 'query'>, items: Accepted[]): Promise<WrittenRow[]> {
    const of = <T>(read: (item: Accepted) => T): T[] => items.map(read);
    const wanted = items.map(({ client_id, row, deliveries }) => ({
      client_id,
      source_id: row.id,
      priority: row.priority,
      deliveries,
    }));
    const few = wanted.reduce((sum, { deliveries }) => sum + deliveries.length, 0) <= FEW;
    return on.query<WrittenRow>(few ? INSERT_FEW : INSERT, [
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
      of(({ row }) => channelNamesOf(Object.keys(row.channels))),
      ...DELIVERIES.values(wanted),
    ]);
  }

  /** Counters after deliveries changed; notifications are locked in id order. @returns them, with their status before */
  async move(
    tx: Tx,
    deltas: { client_id: string; id: string; open: number; failed: number }[],
  ): Promise<(NotificationRow & { before: string })[]> {
    return tx.query(MOVE, [
      deltas.map((delta) => delta.client_id),
      deltas.map((delta) => delta.id),
      deltas.map((delta) => delta.open),
      deltas.map((delta) => delta.failed),
    ]);
  }

  /** What is to be sent, of notifications of any clients; only the channels that are asked for. */
  contents(
    wanted: { client_id: string; id: string; channel: string }[],
  ): Promise<{ id: string; channel: string; content: unknown }[]> {
    return this.database.query(
      `select n.id, w.channel, n.channels -> w.channel as content
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
    if (viewer !== null) {
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
