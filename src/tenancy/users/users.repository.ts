import { Injectable } from '@nestjs/common';
import { LessThan, MoreThan } from 'typeorm';
import type { UserRef } from '../access/user-ref.js';
import { newId, type UserId, type UserPk } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { UserEntity } from './user.entity.js';

/** What is undefined stays as it is. */
export type Profile = Partial<Pick<UserEntity, 'display_name' | 'avatar_url' | 'email' | 'phone' | 'metadata'>>;

const PROFILE = ['display_name', 'avatar_url', 'email', 'phone', 'metadata'] as const;

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
      'select user_pk, user_id, display_name from users where client_id = $1 and user_id = any ($2::text[])',
      [clientId, userIds],
    );
  }

  async refsOf(clientId: string, userPks: UserPk[]): Promise<UserRef[]> {
    return this.database.query<UserRef>(
      'select user_pk, user_id, display_name from users where client_id = $1 and user_pk = any ($2::uuid[])',
      [clientId, userPks],
    );
  }

  async addressesOf(
    clientId: string,
    userPks: UserPk[],
  ): Promise<{ user_pk: UserPk; email: string | null; phone: string | null }[]> {
    return this.database.query(
      'select user_pk, email, phone from users where client_id = $1 and user_pk = any ($2::uuid[])',
      [clientId, userPks],
    );
  }

  /** Makes those that are missing. In one order everywhere, so that nobody deadlocks. */
  async createMissing(clientId: string, userIds: UserId[]): Promise<void> {
    const sorted = userIds.toSorted();
    await this.database.execute(
      `insert into users (client_id, user_pk, user_id)
       select $1, user_pk, user_id from unnest($2::uuid[], $3::text[]) as u (user_pk, user_id)
       on conflict (client_id, user_id) do nothing`,
      [clientId, sorted.map(() => newId()), sorted],
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
}
