import { Injectable } from '@nestjs/common';
import type { UserId, UserPk } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { RoomType } from '../rooms/rooms.dto.js';
import type { StoredCode } from './invite-codes.js';
import type { InviteEntity } from './invite.entity.js';
import type { InviteDto, InviteKind, InviteStatus } from './invites.dto.js';

/** An invitation with the ids that callers know people by, and what it tells of its room. Expired is what is past its time. */
export interface InviteRow extends Omit<InviteEntity, 'client_id' | 'code_digest'> {
  user_id: UserId | null;
  invited_by: UserId | null;
  room_type: RoomType;
  room_name: string | null;
  room_description: string | null;
  room_member_count: number;
}

export type AcceptedInvite = Pick<InviteRow, 'id' | 'room_id' | 'user_pk' | 'invited_by_pk'>;

export type NewInvite = Pick<
  InviteEntity,
  'id' | 'room_id' | 'kind' | 'user_pk' | 'role' | 'message' | 'invited_by_pk' | 'max_uses'
> & {
  code: StoredCode | null;
  /** Seconds from now; null: never. */
  expires_in: number | null;
};

const STATUS = `case when i.status = 'pending' and i.expires_at <= clock_timestamp() then 'expired' else i.status end`;

const SELECT = `
  select i.id, i.room_id, i.kind, i.user_pk, i.code_encrypted, i.role, i.message, i.invited_by_pk, ${STATUS} as status,
         i.max_uses, i.uses, i.expires_at, i.created_at, i.updated_at, u.user_id, b.user_id as invited_by,
         r.room_type, r.name as room_name, r.description as room_description, r.member_count as room_member_count
    from invites i
    join rooms r on r.client_id = i.client_id and r.id = i.room_id
    left join users u on u.client_id = i.client_id and u.user_pk = i.user_pk
    left join users b on b.client_id = i.client_id and b.user_pk = i.invited_by_pk`;

/** Invitations and links. Their changes are made under the room's lock. */
@Injectable()
export class InvitesRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Tx, clientId: string, invite: NewInvite): Promise<void> {
    await tx.execute(
      `insert into invites (client_id, id, room_id, kind, user_pk, code_digest, code_encrypted, role, message,
                            invited_by_pk, max_uses, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, clock_timestamp() + make_interval(secs => $12))`,
      [
        clientId,
        invite.id,
        invite.room_id,
        invite.kind,
        invite.user_pk,
        invite.code?.digest ?? null,
        invite.code?.encrypted ?? null,
        invite.role,
        invite.message,
        invite.invited_by_pk,
        invite.max_uses,
        invite.expires_in,
      ],
    );
  }

  /** Says of a room's invitations that have expired that they did, so that they stand in nobody's way. */
  async markExpired(tx: Tx, clientId: string, roomId: string): Promise<void> {
    await tx.execute(
      `update invites set status = 'expired'
        where client_id = $1 and room_id = $2 and status = 'pending' and expires_at <= clock_timestamp()`,
      [clientId, roomId],
    );
  }

  /** How many of a kind are pending in a room, counted up to `most`. */
  async countPending(tx: Tx, clientId: string, roomId: string, kind: InviteKind, most: number): Promise<number> {
    const rows = await tx.query(
      `select 1 from invites where client_id = $1 and room_id = $2 and kind = $3 and status = 'pending' limit $4`,
      [clientId, roomId, kind, most],
    );
    return rows.length;
  }

  async setStatus(tx: Tx, clientId: string, id: string, status: 'declined' | 'revoked'): Promise<void> {
    await tx.execute(
      'update invites set status = $3, updated_at = clock_timestamp() where client_id = $1 and id = $2',
      [clientId, id, status],
    );
  }

  /** What is pending of these users' invitations into the room is accepted. */
  accept(tx: Tx, clientId: string, roomId: string, userPks: UserPk[]): Promise<AcceptedInvite[]> {
    return tx.query<AcceptedInvite>(
      `update invites set status = 'accepted', uses = uses + 1, updated_at = clock_timestamp()
        where client_id = $1 and room_id = $2 and user_pk = any ($3::uuid[]) and kind = 'user' and status = 'pending'
          and (expires_at is null or expires_at > clock_timestamp())
       returning id, room_id, user_pk, invited_by_pk`,
      [clientId, roomId, userPks],
    );
  }

  /** Somebody came by a link: with its last use it is accepted. */
  async use(tx: Tx, clientId: string, id: string): Promise<void> {
    await tx.execute(
      `update invites
          set uses = uses + 1, status = case when uses + 1 >= max_uses then 'accepted' else status end,
              updated_at = clock_timestamp()
        where client_id = $1 and id = $2`,
      [clientId, id],
    );
  }

  async find(from: Tx | Database, clientId: string, id: string): Promise<InviteRow | null> {
    const [row] = await from.query<InviteRow>(`${SELECT} where i.client_id = $1 and i.id = $2`, [clientId, id]);
    return row ?? null;
  }

  /** As in `find`, outside of a transaction. */
  read(clientId: string, id: string): Promise<InviteRow | null> {
    return this.find(this.database, clientId, id);
  }

  async findByCode(clientId: string, digest: Buffer): Promise<InviteRow | null> {
    const [row] = await this.database.query<InviteRow>(`${SELECT} where i.client_id = $1 and i.code_digest = $2`, [
      clientId,
      digest,
    ]);
    return row ?? null;
  }

  /** A user's latest invitation into a room of these statuses. */
  async findOf(
    tx: Tx,
    clientId: string,
    roomId: string,
    userPk: UserPk,
    status: InviteStatus,
  ): Promise<InviteRow | null> {
    const [row] = await tx.query<InviteRow>(
      `${SELECT} where i.client_id = $1 and i.room_id = $2 and i.user_pk = $3 and ${STATUS} = $4
        order by i.id desc limit 1`,
      [clientId, roomId, userPk, status],
    );
    return row ?? null;
  }

  async findMany(clientId: string, ids: string[]): Promise<Map<string, InviteRow>> {
    const rows = await this.database.query<InviteRow>(`${SELECT} where i.client_id = $1 and i.id = any ($2::uuid[])`, [
      clientId,
      ids,
    ]);
    return new Map(rows.map((row) => [row.id, row]));
  }

  listOfRoom(
    clientId: string,
    roomId: string,
    status: InviteStatus | null,
    limit: number,
    cursor: Cursor | null,
  ): Promise<InviteRow[]> {
    return this.list('i.room_id', [clientId, roomId, status, limit, cursor]);
  }

  listOfUser(
    clientId: string,
    userPk: UserPk,
    status: InviteStatus | null,
    limit: number,
    cursor: Cursor | null,
  ): Promise<InviteRow[]> {
    return this.list('i.user_pk', [clientId, userPk, status, limit, cursor]);
  }

  /** The newest first. Cursor: [id]. */
  private list(
    column: string,
    [clientId, value, status, limit, cursor]: [string, string, InviteStatus | null, number, Cursor | null],
  ): Promise<InviteRow[]> {
    const back = cursor?.direction === 'prev';
    return this.database.query<InviteRow>(
      `${SELECT} where i.client_id = $1 and ${column} = $2 and r.status <> 'deleted' and ($3::text is null or ${STATUS} = $3)
          and ($5::uuid is null or i.id ${back ? '>' : '<'} $5)
        order by i.id ${back ? 'asc' : 'desc'} limit $4`,
      [clientId, value, status, limit + 1, cursor?.key[0] ?? null],
    );
  }
}

/** @param code what of a link's code whoever reads may see */
export const toInvite = (row: InviteRow, code: string | null): InviteDto => ({
  id: row.id,
  room_id: row.room_id,
  room:
    row.status === 'pending'
      ? {
          room_type: row.room_type,
          name: row.room_name,
          description: row.room_description,
          member_count: row.room_member_count,
        }
      : null,
  kind: row.kind,
  user_id: row.user_id,
  code,
  role: row.role,
  message: row.message,
  invited_by: row.invited_by,
  status: row.status,
  max_uses: row.max_uses,
  uses: row.uses,
  expires_at: row.expires_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
