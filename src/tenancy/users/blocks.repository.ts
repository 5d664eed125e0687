import { Injectable } from '@nestjs/common';
import type { UserId, UserPk } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';

/** Whom a user blocked, and since when. */
export interface BlockRow {
  user_pk: UserPk;
  user_id: UserId;
  created_at: Date;
}

/** Who blocked whom. Whoever reads messages asks the table itself. */
@Injectable()
export class BlocksRepository {
  constructor(private readonly database: Database) {}

  /** One change of a user's blocks at a time. @returns how many it has, up to `atMost` */
  async lockAndCount(tx: Tx, clientId: string, userPk: UserPk, atMost: number): Promise<number> {
    await tx.execute('select 1 from users where client_id = $1 and user_pk = $2 for no key update', [clientId, userPk]);
    const [row] = await tx.query<{ n: number }>(
      `select count(*)::int as n from (select from user_blocks where client_id = $1 and user_pk = $2 limit $3) b`,
      [clientId, userPk, atMost],
    );
    return row!.n;
  }

  async has(tx: Tx, clientId: string, userPk: UserPk, blockedPk: UserPk): Promise<boolean> {
    const rows = await tx.query('select from user_blocks where client_id = $1 and user_pk = $2 and blocked_pk = $3', [
      clientId,
      userPk,
      blockedPk,
    ]);
    return rows.length > 0;
  }

  async add(tx: Tx, clientId: string, userPk: UserPk, blockedPk: UserPk): Promise<void> {
    await tx.execute('insert into user_blocks (client_id, user_pk, blocked_pk) values ($1, $2, $3)', [
      clientId,
      userPk,
      blockedPk,
    ]);
  }

  /** @returns false when it was not there */
  async remove(tx: Tx, clientId: string, userPk: UserPk, blockedPk: UserPk): Promise<boolean> {
    const removed = await tx.execute(
      'delete from user_blocks where client_id = $1 and user_pk = $2 and blocked_pk = $3',
      [clientId, userPk, blockedPk],
    );
    return removed > 0;
  }

  /** One more than `limit`, in the order in which the users were made. */
  async list(clientId: string, userPk: UserPk, limit: number, cursor: Cursor | null): Promise<BlockRow[]> {
    const [after, order] = cursor?.direction === 'prev' ? ['<', 'desc'] : ['>', 'asc'];
    return this.database.query<BlockRow>(
      `select b.blocked_pk as user_pk, u.user_id, b.created_at
         from user_blocks b join users u on u.client_id = b.client_id and u.user_pk = b.blocked_pk
        where b.client_id = $1 and b.user_pk = $2 and ($3::uuid is null or b.blocked_pk ${after} $3)
        order by b.blocked_pk ${order} limit $4`,
      [clientId, userPk, cursor?.key[0] ?? null, limit + 1],
    );
  }
}
