import { Injectable } from '@nestjs/common';
import type { UserId, UserPk } from '../../platform/common/ids.js';
import { Database } from '../../platform/database/database.js';
import { unnest } from '../../platform/database/unnest.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import type { ChosenState } from './presence.dto.js';
import type { UserPresenceEntity } from './user-presence.entity.js';

export type PresenceRow = Pick<UserPresenceEntity, 'user_pk' | 'state' | 'text' | 'shown_text' | 'last_seen_at'>;

/** A user who was there so long ago. */
export interface Seen {
  client_id: string;
  user_pk: UserPk;
  ago_ms: number;
}

/** What of it is undefined stays as it is. */
export interface PresenceChoice {
  state?: ChosenState | undefined;
  text?: string | null | undefined;
}

/** Of whom lists are made, in the order of `user_pk`: at most `limit` beyond `after`. */
export type People = (after: UserPk | null, limit: number) => Promise<UserRef[]>;

const SEEN = unnest<Seen>()('w', { client_id: 'uuid', user_pk: 'uuid', ago_ms: 'float8' });

/** Rooms whose people are listed where nobody is named. */
const ROOMS_LISTED = 200;
const MEMBERS_LISTED = 100;

@Injectable()
export class PresenceRepository {
  constructor(private readonly database: Database) {}

  /** Who has none has never been seen, nor chosen anything. */
  async findMany(clientId: string, userPks: UserPk[]): Promise<Map<UserPk, PresenceRow>> {
    const rows = await this.database.query<PresenceRow>(
      `select user_pk, state, text, shown_text, last_seen_at from user_presence
        where client_id = $1 and user_pk = any ($2::uuid[])`,
      [clientId, userPks],
    );
    return new Map(rows.map((row) => [row.user_pk, row]));
  }

  /** Others see of the text nothing new before the user is visible again. */
  async choose(clientId: string, userPk: UserPk, { state, text }: PresenceChoice): Promise<PresenceRow> {
    const [row] = await this.database.query<PresenceRow>(
      `insert into user_presence as p (client_id, user_pk, state, text, shown_text)
       values ($1, $2, coalesce($3, 'online'), $4, case when $3 = 'invisible' then null else $4 end)
       on conflict (client_id, user_pk) do update
          set state = coalesce($3, p.state), text = case when $5 then $4 else p.text end,
              shown_text = case when coalesce($3, p.state) = 'invisible' then p.shown_text
                                when $5 then $4 else p.text end
       returning user_pk, state, text, shown_text, last_seen_at`,
      [clientId, userPk, state ?? null, text ?? null, text !== undefined],
    );
    return row!;
  }

  /** In one order everywhere, so that nobody deadlocks. Of who is invisible nobody learns that they were there. */
  async seen(users: Seen[]): Promise<void> {
    await this.database.execute(
      `insert into user_presence as p (client_id, user_pk, last_seen_at)
       select w.client_id, w.user_pk, clock_timestamp() - w.ago_ms * interval '1 millisecond'
         from ${SEEN.sql}
         join users u on u.client_id = w.client_id and u.user_pk = w.user_pk
        order by w.client_id, w.user_pk
       on conflict (client_id, user_pk) do update
          set last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at)
        where p.state <> 'invisible'`,
      SEEN.values(users),
    );
  }

  findUsers(clientId: string, userIds: UserId[]): Promise<UserRef[]> {
    return this.database.query<UserRef>(
      'select user_pk, user_id, display_name from users where client_id = $1 and user_id = any ($2::text[])',
      [clientId, userIds],
    );
  }

  /** A room's active members. */
  membersOf =
    (clientId: string, roomId: string): People =>
    (after, limit) =>
      this.database.query<UserRef>(
        `select u.user_pk, u.user_id, u.display_name
           from room_members m join users u on u.client_id = m.client_id and u.user_pk = m.user_pk
          where m.client_id = $1 and m.room_id = $2 and m.status = 'active' and ($3::uuid is null or m.user_pk > $3)
          order by m.user_pk limit $4`,
        [clientId, roomId, after, limit],
      );

  /** Who shares one of the user's newest rooms that are not large. */
  neighboursOf =
    (clientId: string, userPk: UserPk): People =>
    (after, limit) =>
      this.database.query<UserRef>(
        `with mine as materialized (
           select r.id from room_members m join rooms r on r.client_id = m.client_id and r.id = m.room_id
            where m.client_id = $1 and m.user_pk = $2 and m.status = 'active' and r.status <> 'deleted'
              and r.member_count <= ${MEMBERS_LISTED}
            order by r.id desc limit ${ROOMS_LISTED}
         ), near as materialized (
           select distinct m.user_pk from mine join room_members m on m.client_id = $1 and m.room_id = mine.id
            where m.status = 'active' and m.user_pk <> $2 and ($3::uuid is null or m.user_pk > $3)
            order by 1 limit $4
         )
         select u.user_pk, u.user_id, u.display_name
           from near join users u on u.client_id = $1 and u.user_pk = near.user_pk order by 1`,
        [clientId, userPk, after, limit],
      );
}
