import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { unnest } from '../../platform/database/unnest.js';
import { bucketSql } from './analytics.repository.js';
import type { Period } from './period.js';

/** Messages of one bucket: of a client, of a user or in a room. */
export interface MessageActivity {
  client_id: string;
  bucket: Date;
  kind: 'client' | 'user' | 'room';
  id: string;
  messages: number;
}

export interface ActivityRow {
  bucket: Date | null;
  messages: number;
  active_users: number;
  active_rooms: number;
}

const ACTIVITY = unnest<MessageActivity>()('a', {
  client_id: 'uuid',
  bucket: 'timestamptz',
  kind: 'text',
  id: 'uuid',
  messages: 'bigint',
});

const IN_PERIOD = 'client_id = $1 and bucket >= $2 and bucket < $3';

/** Messages as a reader of the log counts them. */
@Injectable()
export class ActivityRepository {
  constructor(private readonly database: Database) {}

  /** @param counted at most one of each bucket, kind and id */
  async add(tx: Tx, counted: MessageActivity[]): Promise<void> {
    await tx.query(
      `with a as (
         select * from ${ACTIVITY.sql}
       ), of_clients as (
         insert into message_rollups as m (client_id, bucket, messages)
         select client_id, bucket, messages from a where kind = 'client' order by client_id, bucket
         on conflict (client_id, bucket) do update set messages = m.messages + excluded.messages
       )
       insert into activity_rollups as r (client_id, kind, bucket, id, messages)
       select client_id, kind, bucket, id, messages from a where kind <> 'client' order by client_id, kind, bucket, id
       on conflict (client_id, kind, bucket, id) do update set messages = r.messages + excluded.messages`,
      ACTIVITY.values(counted),
    );
  }

  /** By the period's steps; the last row, without a bucket, is of the whole of it. */
  read(clientId: string, { from, to, interval, timezone }: Period): Promise<ActivityRow[]> {
    return this.database.query(
      `select bucket, sum(messages)::bigint as messages,
              count(distinct id) filter (where kind = 'user') as active_users,
              count(distinct id) filter (where kind = 'room') as active_rooms
         from (
           select ${bucketSql(interval, 'm.bucket')} as bucket, m.messages, '' as kind, null::uuid as id
             from message_rollups m where ${IN_PERIOD}
           union all
           select ${bucketSql(interval, 'r.bucket')}, 0, r.kind, r.id from activity_rollups r where ${IN_PERIOD}
         ) x
        where $4::text is not null
        group by grouping sets ((bucket), ()) order by bucket nulls last`,
      [clientId, from, to, timezone],
    );
  }

  async ofUser(clientId: string, userPk: UserPk, { from, to }: Pick<Period, 'from' | 'to'>): Promise<number> {
    const [row] = await this.database.query<{ messages: number }>(
      `select coalesce(sum(messages), 0)::bigint as messages from activity_rollups
        where client_id = $1 and kind = 'user' and id = $4 and bucket >= $2 and bucket < $3`,
      [clientId, from, to, userPk],
    );
    return row!.messages;
  }

  /** What there is now. */
  async present(clientId: string): Promise<{ users: number; rooms: number }> {
    const [row] = await this.database.query<{ users: number; rooms: number }>(
      `select (select count(*) from users where client_id = $1) as users,
              (select count(*) from rooms where client_id = $1 and status <> 'deleted') as rooms`,
      [clientId],
    );
    return row!;
  }

  /** Of a user: rooms, and deliveries by state. */
  roomsOf(clientId: string, userPk: UserPk): Promise<{ rooms: number }[]> {
    return this.database.query(
      `select count(*) as rooms from room_members where client_id = $1 and user_pk = $2 and status = 'active'`,
      [clientId, userPk],
    );
  }

  deliveriesOf(
    clientId: string,
    userPk: UserPk,
    { from, to }: Pick<Period, 'from' | 'to'>,
  ): Promise<{ status: string; n: number }[]> {
    return this.database.query(
      `select d.status, count(*) as n from deliveries d
        where d.client_id = $1 and d.user_pk = $2 and d.created_at >= $3 and d.created_at < $4 group by 1`,
      [clientId, userPk, from, to],
    );
  }

  /** Drops what is older than so many days. */
  async prune(table: 'message_rollups' | 'activity_rollups', keptDays: number, limit: number): Promise<number> {
    const sql = {
      message_rollups: `delete from message_rollups where (client_id, bucket) in (
         select client_id, bucket from message_rollups where bucket < statement_timestamp() - make_interval(days => $1) limit $2)`,
      activity_rollups: `delete from activity_rollups where (client_id, kind, bucket, id) in (
         select client_id, kind, bucket, id from activity_rollups where bucket < statement_timestamp() - make_interval(days => $1) limit $2)`,
    };
    return this.database.execute(sql[table], [keptDays, limit]);
  }
}
