import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';

export interface OptOut {
  client_id: string;
  user_pk: UserPk;
  categories: string[];
  channels: string[];
  /** By category, when it was left by the link of a mail. */
  unsubscribed: Record<string, string>;
}

export type OptOutKey = Pick<OptOut, 'client_id' | 'user_pk'>;

const KEYS = unnest<OptOutKey>()('w', { client_id: 'uuid', user_pk: 'uuid' });

const FIND = prepared(
  'opt_outs.find',
  `select o.client_id, o.user_pk, o.categories, o.channels, o.unsubscribed
     from ${KEYS.sql} join user_opt_outs o on o.client_id = w.client_id and o.user_pk = w.user_pk`,
);

@Injectable()
export class OptOutsRepository {
  constructor(private readonly database: Database) {}

  /** Who opted out of nothing is missing. */
  find(users: OptOutKey[]): Promise<OptOut[]> {
    return this.database.query(FIND, KEYS.values(users));
  }

  /** The user is told nothing more of a category. Again changes nothing. @returns false: there is no such user */
  async leave(tx: Tx, clientId: string, userPk: UserPk, category: string): Promise<boolean> {
    const left = await tx.execute(
      `insert into user_opt_outs as o (client_id, user_pk, categories, channels, unsubscribed)
       select u.client_id, u.user_pk, array[$3::text], '{}',
              jsonb_build_object($3::text, to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
         from users u where u.client_id = $1 and u.user_pk = $2
       on conflict (client_id, user_pk) do update
          set categories = case when $3 = any (o.categories) then o.categories else o.categories || $3::text end,
              unsubscribed = excluded.unsubscribed || o.unsubscribed, updated_at = clock_timestamp()`,
      [clientId, userPk, category],
    );
    return left > 0;
  }

  async put({ client_id, user_pk, categories, channels }: Omit<OptOut, 'unsubscribed'>): Promise<void> {
    if (categories.length + channels.length === 0) {
      await this.database.execute('delete from user_opt_outs where client_id = $1 and user_pk = $2', [
        client_id,
        user_pk,
      ]);
      return;
    }
    await this.database.execute(
      `insert into user_opt_outs as o (client_id, user_pk, categories, channels) values ($1, $2, $3, $4)
       on conflict (client_id, user_pk) do update
          set categories = excluded.categories, channels = excluded.channels, updated_at = clock_timestamp(),
              unsubscribed = coalesce((select jsonb_object_agg(key, value) from jsonb_each(o.unsubscribed)
                                        where key = any (excluded.categories)), '{}')`,
      [client_id, user_pk, categories, channels],
    );
  }
}
