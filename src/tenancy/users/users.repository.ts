import { Injectable } from '@nestjs/common';
import { LessThan, MoreThan } from 'typeorm';
import type { UserRef } from '../access/user-ref.js';
import { newId, type UserId, type UserPk } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';
import { UserEntity } from './user.entity.js';

/** What is undefined stays as it is. */
export type Profile = Partial<Pick<UserEntity, 'display_name' | 'avatar_url' | 'email' | 'phone' | 'metadata'>>;

/** As a request says it: metadata that is null is empty. */
export const profileOf = ({
  metadata,
  ...profile
}: Omit<Profile, 'metadata'> & { metadata?: Record<string, unknown> | null | undefined }): Profile =>
  metadata === undefined ? profile : { ...profile, metadata: metadata ?? {} };

/** The last time that RFC 3339 can write: what has no end. */
const FOR_EVER = '9999-12-31T23:59:59.999Z';

/** A {@link UserRef}. */
const REF = 'user_pk, user_id, display_name, case when not shadow_banned then banned_until end as banned_until';

const PROFILE = ['display_name', 'avatar_url', 'email', 'phone', 'metadata'] as const;

/** What is new of a user, by its row. */
export interface ProfileChange {
  user_pk: UserPk;
  profile: Profile;
}

const CHANGES = unnest<ProfileChange>()('w', { user_pk: 'uuid', profile: 'jsonb' }, { first: 2 });

/** A column's new value, of the JSON of a {@link ProfileChange}. */
const NEW: Record<(typeof PROFILE)[number], string> = {
  display_name: `w.profile ->> 'display_name'`,
  avatar_url: `w.profile ->> 'avatar_url'`,
  email: `w.profile ->> 'email'`,
  phone: `w.profile ->> 'phone'`,
  metadata: `w.profile -> 'metadata'`,
};

export interface AddressedUser {
  client_id: string;
  user_pk: UserPk;
}

/** Where a user is reached. */
export type Addresses = Pick<UserEntity, 'email' | 'phone'>;

const KEYS = unnest<AddressedUser>()('w', { client_id: 'uuid', user_pk: 'uuid' });

const ADDRESSES = prepared(
  'users.addresses',
  `select u.client_id, u.user_pk, u.email, u.phone
     from ${KEYS.sql} join users u on u.client_id = w.client_id and u.user_pk = w.user_pk`,
);

@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  find(clientId: string, userId: UserId): Promise<UserEntity | null> {
    return this.database.dataSource.getRepository(UserEntity).findOneBy({ client_id: clientId, user_id: userId });
  }

  lock(tx: Tx, clientId: string, userId: UserId): Promise<UserEntity | null> {
    return tx.manager.findOne(UserEntity, {
      where: { client_id: clientId, user_id: userId },
      lock: { mode: 'for_no_key_update' },
    });
  }

  /** Those that there are, locked in the order in which streams are. */
  async lockMany(tx: Tx, clientId: string, userIds: UserId[]): Promise<Map<UserId, UserEntity>> {
    const rows = await tx.query<UserEntity>(
      `select * from users where client_id = $1 and user_id = any ($2::text[]) order by user_pk for no key update`,
      [clientId, userIds],
    );
    return new Map(rows.map((row) => [row.user_id, row]));
  }

  /** Oldest first, one more than `limit`. */
  list(clientId: string, limit: number, cursor: Cursor | null): Promise<UserEntity[]> {
    const backwards = cursor?.direction === 'prev';
    return this.database.dataSource.getRepository(UserEntity).find({
      where: {
        client_id: clientId,
        ...(cursor && { user_pk: (backwards ? LessThan : MoreThan)(cursor.key[0] as UserPk) }),
      },
      order: { user_pk: backwards ? 'DESC' : 'ASC' },
      take: limit + 1,
    });
  }

  async findRefs(clientId: string, userIds: UserId[]): Promise<UserRef[]> {
    return this.database.query<UserRef>(
      `select ${REF} from users where client_id = $1 and user_id = any ($2::text[])`,
      [clientId, userIds],
    );
  }

  async refsOf(clientId: string, userPks: UserPk[]): Promise<UserRef[]> {
    return this.database.query<UserRef>(
      `select ${REF} from users where client_id = $1 and user_pk = any ($2::uuid[])`,
      [clientId, userPks],
    );
  }

  /** Of users of any clients. One statement. */
  addressesOf(users: AddressedUser[]): Promise<(AddressedUser & Addresses)[]> {
    return this.database.query(ADDRESSES, KEYS.values(users));
  }

  async blockersOf(clientId: string, userPk: UserPk, others: UserPk[]): Promise<Set<UserPk>> {
    const rows = await this.database.query<{ user_pk: UserPk }>(
      'select user_pk from user_blocks where client_id = $1 and blocked_pk = $2 and user_pk = any ($3::uuid[])',
      [clientId, userPk, others],
    );
    return new Set(rows.map(({ user_pk }) => user_pk));
  }

  /**
   * Makes those that are missing. In one order everywhere, so that nobody deadlocks.
   * @returns who was made
   */
  async createMissing(clientId: string, userIds: UserId[], from: Tx | Database = this.database): Promise<Set<UserId>> {
    const sorted = userIds.toSorted();
    const made = await from.query<{ user_id: UserId }>(
      `insert into users (client_id, user_pk, user_id)
       select $1, user_pk, user_id from unnest($2::uuid[], $3::text[]) as u (user_pk, user_id)
       on conflict (client_id, user_id) do nothing
       returning user_id`,
      [clientId, sorted.map(() => newId()), sorted],
    );
    return new Set(made.map(({ user_id }) => user_id));
  }

  /** Changes users, whose rows the caller has locked. */
  updateMany(tx: Tx, clientId: string, changes: ProfileChange[]): Promise<UserEntity[]> {
    return tx.query<UserEntity>(
      `update users u
          set ${PROFILE.map((column) => `${column} = case when w.profile ? '${column}' then ${NEW[column]} else u.${column} end`).join(', ')},
              updated_at = case when w.profile = '{}' then u.updated_at else clock_timestamp() end
         from ${CHANGES.sql}
        where u.client_id = $1 and u.user_pk = w.user_pk
       returning u.*`,
      [clientId, ...CHANGES.values(changes)],
    );
  }

  /** Makes or changes a user; its row is locked until the commit either way. */
  async upsert(tx: Tx, clientId: string, userId: UserId, profile: Profile): Promise<UserEntity> {
    const given = PROFILE.filter((column) => profile[column] !== undefined);
    const values = given.map((column) => profile[column]);
    const set = given.map((column) => `${column} = excluded.${column}, `).join('');
    const [row] = await tx.query<UserEntity>(
      `insert into users (client_id, user_pk, user_id${given.map((column) => `, ${column}`).join('')})
       values ($1, $2, $3${given.map((_, index) => `, $${index + 4}`).join('')})
       on conflict (client_id, user_id) do update set ${set}
          updated_at = ${given.length > 0 ? 'clock_timestamp()' : 'users.updated_at'}
       returning *`,
      [clientId, newId() as UserPk, userId, ...values],
    );
    return row!;
  }

  /**
   * A ban in the shadow leaves no trace in what the user sees of itself, which says when it was changed.
   * @returns null for an unknown user
   */
  async ban(
    tx: Tx,
    clientId: string,
    userId: UserId,
    { reason, expiresInS, shadow }: { reason: string | null; expiresInS: number | null; shadow: boolean },
  ): Promise<UserEntity | null> {
    const [row] = await tx.query<UserEntity>(
      `update users set ban_reason = $3, shadow_banned = $4,
              updated_at = case when $4 and (shadow_banned or coalesce(banned_until <= clock_timestamp(), true))
                                then updated_at else clock_timestamp() end,
              banned_until = coalesce(date_trunc('milliseconds', clock_timestamp()) + make_interval(secs => $5::float8), '${FOR_EVER}')
        where client_id = $1 and user_id = $2 returning *`,
      [clientId, userId, reason, shadow, expiresInS],
    );
    return row ?? null;
  }

  async unban(tx: Tx, clientId: string, userId: UserId): Promise<UserEntity | null> {
    const [row] = await tx.query<UserEntity>(
      `update users set banned_until = null, ban_reason = null, shadow_banned = false,
              updated_at = case when banned_until is null or shadow_banned then updated_at else clock_timestamp() end
        where client_id = $1 and user_id = $2 returning *`,
      [clientId, userId],
    );
    return row ?? null;
  }
}
