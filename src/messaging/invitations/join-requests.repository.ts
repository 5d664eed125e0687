import { Injectable } from '@nestjs/common';
import { newId, type UserId, type UserPk } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { JoinRequestEntity } from './join-request.entity.js';
import type { JoinRequestDto, JoinRequestStatus } from './join-requests.dto.js';

export interface JoinRequestRow extends Omit<JoinRequestEntity, 'client_id'> {
  user_id: UserId;
  display_name: string | null;
}

export type ApprovedRequest = Pick<JoinRequestRow, 'id' | 'room_id' | 'user_pk'>;

const SELECT = `
  select j.id, j.room_id, j.user_pk, j.message, j.status, j.created_at, j.updated_at, u.user_id, u.display_name
    from join_requests j join users u on u.client_id = j.client_id and u.user_pk = j.user_pk`;

/** Requests to join. Their changes are made under the room's lock. */
@Injectable()
export class JoinRequestsRepository {
  constructor(private readonly database: Database) {}

  /** A new request; one that was decided before makes way for it. */
  async ask(tx: Tx, clientId: string, roomId: string, userPk: UserPk, message: string | null): Promise<void> {
    await tx.execute(
      `insert into join_requests (client_id, room_id, user_pk, id, message) values ($1, $2, $3, $4, $5)
       on conflict (client_id, room_id, user_pk) do update
          set message = excluded.message, status = 'pending',
              created_at = clock_timestamp(), updated_at = clock_timestamp()`,
      [clientId, roomId, userPk, newId(), message],
    );
  }

  async reject(tx: Tx, clientId: string, id: string): Promise<void> {
    await tx.execute(
      `update join_requests set status = 'rejected', updated_at = clock_timestamp() where client_id = $1 and id = $2`,
      [clientId, id],
    );
  }

  /** What waits of these users' requests is approved. */
  approve(tx: Tx, clientId: string, roomId: string, userPks: UserPk[]): Promise<ApprovedRequest[]> {
    return tx.query<ApprovedRequest>(
      `update join_requests set status = 'approved', updated_at = clock_timestamp()
        where client_id = $1 and room_id = $2 and user_pk = any ($3::uuid[]) and status = 'pending'
       returning id, room_id, user_pk`,
      [clientId, roomId, userPks],
    );
  }

  async find(tx: Tx, clientId: string, roomId: string, userPk: UserPk): Promise<JoinRequestRow | null> {
    const [row] = await tx.query<JoinRequestRow>(
      `${SELECT} where j.client_id = $1 and j.room_id = $2 and j.user_pk = $3`,
      [clientId, roomId, userPk],
    );
    return row ?? null;
  }

  /** How many wait for a decision, counted up to `most`. */
  async countPending(tx: Tx, clientId: string, roomId: string, most: number): Promise<number> {
    const rows = await tx.query(
      `select 1 from join_requests where client_id = $1 and room_id = $2 and status = 'pending' limit $3`,
      [clientId, roomId, most],
    );
    return rows.length;
  }

  async findMany(clientId: string, ids: string[]): Promise<Map<string, JoinRequestRow>> {
    const rows = await this.database.query<JoinRequestRow>(
      `${SELECT} where j.client_id = $1 and j.id = any ($2::uuid[])`,
      [clientId, ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** The oldest first. Cursor: [id]. */
  list(
    clientId: string,
    roomId: string,
    status: JoinRequestStatus,
    limit: number,
    cursor: Cursor | null,
  ): Promise<JoinRequestRow[]> {
    const back = cursor?.direction === 'prev';
    return this.database.query<JoinRequestRow>(
      `${SELECT}
        where j.client_id = $1 and j.room_id = $2 and j.status = $3
          and ($5::uuid is null or j.id ${back ? '<' : '>'} $5)
        order by j.id ${back ? 'desc' : 'asc'} limit $4`,
      [clientId, roomId, status, limit + 1, cursor?.key[0] ?? null],
    );
  }
}

export const toJoinRequest = ({ user_pk: _, ...row }: JoinRequestRow): JoinRequestDto => ({
  ...row,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
