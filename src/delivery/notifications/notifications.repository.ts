import { Injectable } from '@nestjs/common';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { declared } from '../../engine/providers/declared.js';
import { sourcesOfRecipient } from '../../engine/deliveries/new-deliveries.js';
import { channelNamesOf, NotificationEntity } from './notification.entity.js';
import { NOTIFICATION, NOTIFICATION_COLUMNS, type NotificationRow } from './notification.js';
import type { UserPk } from '../../platform/common/ids.js';

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

@Injectable()
export class NotificationsRepository {
  constructor(private readonly database: Database) {}

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
