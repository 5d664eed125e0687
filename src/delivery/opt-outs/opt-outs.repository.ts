import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { Database } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';

export interface OptOut {
  client_id: string;
  user_pk: UserPk;
  categories: string[];
  channels: string[];
}

export type UserKey = Pick<OptOut, 'client_id' | 'user_pk'>;

const KEYS = unnest<UserKey>()('w', { client_id: 'uuid', user_pk: 'uuid' });

const FIND = prepared(
  'opt_outs.find',
  `select o.client_id, o.user_pk, o.categories, o.channels
     from ${KEYS.sql} join user_opt_outs o on o.client_id = w.client_id and o.user_pk = w.user_pk`,
);

@Injectable()
export class OptOutsRepository {
  constructor(private readonly database: Database) {}

  /** Who opted out of nothing is missing. */
  find(users: UserKey[]): Promise<OptOut[]> {
    return this.database.query(FIND, KEYS.values(users));
  }

  async put({ client_id, user_pk, categories, channels }: OptOut): Promise<void> {
    if (categories.length + channels.length === 0) {
      await this.database.execute('delete from user_opt_outs where client_id = $1 and user_pk = $2', [
        client_id,
        user_pk,
      ]);
      return;
    }
    await this.database.execute(
      `insert into user_opt_outs (client_id, user_pk, categories, channels) values ($1, $2, $3, $4)
       on conflict (client_id, user_pk) do update
          set categories = excluded.categories, channels = excluded.channels, updated_at = clock_timestamp()`,
      [client_id, user_pk, categories, channels],
    );
  }
}
