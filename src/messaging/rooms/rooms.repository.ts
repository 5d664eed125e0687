import { Injectable } from '@nestjs/common';
import { Not, type QueryDeepPartialEntity } from 'typeorm';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { slugsOf } from '../../platform/common/slug.js';
import { RoomEntity } from './room.entity.js';
import { ROOM_COLUMNS, roomPeople, type RoomRow } from './room.row.js';
import type { Role } from './membership/member.dto.js';
import type { AllRoomsQueryDto } from './rooms.dto.js';
import type { UserPk } from '../../platform/common/ids.js';

export type NewRoom = Pick<
  RoomEntity,
  | 'id'
  | 'room_type'
  | 'name'
  | 'description'
  | 'privacy'
  | 'history'
  | 'max_members'
  | 'metadata'
  | 'created_by_pk'
  | 'direct_key'
>;

/** A room under its lock, as a change of it must see it. */
export interface LockedRoom extends Pick<
  RoomEntity,
  | 'id'
  | 'room_type'
  | 'name'
  | 'description'
  | 'slow_mode_s'
  | 'privacy'
  | 'status'
  | 'deactivated_reason'
  | 'frozen'
  | 'history'
  | 'max_members'
  | 'member_count'
  | 'epoch'
  | 'truncated_seq'
  | 'last_seq'
  | 'last_rev'
  | 'metadata'
> {
  /** Of who asks for the change; null: not a member. */
  actor_role: Role | null;
  /** What came up to here, the actor does not see in a room with `history: since_join`. */
  actor_joined_seq: number | null;
}

export type RoomChange = Partial<
  Pick<RoomEntity, 'name' | 'description' | 'privacy' | 'history' | 'max_members' | 'slow_mode_s' | 'metadata'>
>;

@Injectable()
export class RoomsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Names repeat, slugs don't: the unique index decides, whoever else inserts at the same time.
   * @returns null when there is a direct room of these people already: its id follows from `findDirect`
   */
  async insert(tx: Tx, clientId: string, room: NewRoom): Promise<string | null> {
    for (const slug of slugsOf(room.direct_key === null ? room.name : null, null)) {
      const inserted = await tx.execute(
        `insert into rooms (client_id, id, room_type, name, slug, description, privacy, history, max_members, metadata,
                            created_by_pk, direct_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict do nothing`,
        [
          clientId,
          room.id,
          room.room_type,
          room.name,
          slug,
          room.description,
          room.privacy,
          room.history,
          room.max_members,
          JSON.stringify(room.metadata),
          room.created_by_pk,
          room.direct_key,
        ],
      );
      if (inserted === 1) return room.id;
      if (room.direct_key !== null) return null;
    }
    throw new Error('every random slug was taken');
  }

  /** The direct room of these people that is there, not one that was deleted. */
  async findDirect(tx: Tx, clientId: string, directKey: string): Promise<string | null> {
    const where = { client_id: clientId, direct_key: directKey, status: Not('deleted' as const) };
    return (await tx.manager.findOne(RoomEntity, { select: { id: true }, where }))?.id ?? null;
  }

  /** @param viewerPk the user whose own side comes with it */
  async find(from: Tx | Database, clientId: string, id: string, viewerPk: UserPk | null): Promise<RoomRow | null> {
    const [row] = await from.query<RoomRow>(
      `select ${ROOM_COLUMNS} from rooms r ${roomPeople('$3')}
        where r.client_id = $1 and r.id = $2 and r.status <> 'deleted'`,
      [clientId, id, viewerPk],
    );
    return row ?? null;
  }

  /** As in `find`, outside of a transaction. */
  read(clientId: string, id: string, viewerPk: UserPk | null): Promise<RoomRow | null> {
    return this.find(this.database, clientId, id, viewerPk);
  }

  async findMany(clientId: string, ids: string[]): Promise<Map<string, RoomRow>> {
    const rows = await this.database.query<RoomRow>(
      `select ${ROOM_COLUMNS} from rooms r ${roomPeople('null')} where r.client_id = $1 and r.id = any ($2::uuid[])`,
      [clientId, ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** First of all locks in every change of a room, its members or its messages. */
  async lock(tx: Tx, clientId: string, id: string, actorPk: UserPk | null): Promise<LockedRoom | null> {
    const locked = await tx.execute(`select from rooms where client_id = $1 and id = $2 for update`, [clientId, id]);
    if (locked === 0) return null;
    // A second statement, whose snapshot is younger than the lock.
    const [row] = await tx.query<LockedRoom>(
      `select r.id, r.room_type, r.name, r.description, r.slow_mode_s, r.privacy, r.status, r.deactivated_reason, r.frozen, r.history, r.max_members, r.member_count, r.epoch, r.truncated_seq, r.last_seq,
              r.last_rev, r.metadata, m.role as actor_role, m.joined_seq as actor_joined_seq
         from rooms r
         left join room_members m
           on m.client_id = r.client_id and m.room_id = r.id and m.user_pk = $3 and m.status = 'active'
        where r.client_id = $1 and r.id = $2 and r.status <> 'deleted'`,
      [clientId, id, actorPk],
    );
    return row ?? null;
  }

  /** Has somebody in the room blocked the user? */
  async isBlockedIn(tx: Tx, clientId: string, id: string, userPk: UserPk): Promise<boolean> {
    const rows = await tx.query(
      `select from room_members o
         join user_blocks b on b.client_id = o.client_id and b.user_pk = o.user_pk and b.blocked_pk = $3
        where o.client_id = $1 and o.room_id = $2 limit 1`,
      [clientId, id, userPk],
    );
    return rows.length > 0;
  }

  async update(tx: Tx, clientId: string, id: string, change: RoomChange): Promise<void> {
    const columns = { ...change, updated_at: () => 'clock_timestamp()' };
    // TypeORM's own type knows no column of any JSON.
    await tx.manager.update(RoomEntity, { client_id: clientId, id }, columns as QueryDeepPartialEntity<RoomEntity>);
  }

  /** A user's rooms, those with the latest message (or, without any, the newest) first. Cursor: [microseconds, id]. */
  async listOf(clientId: string, userPk: UserPk, limit: number, cursor: Cursor | null): Promise<ActiveRoomRow[]> {
    const back = cursor?.direction === 'prev';
    return this.database.query<ActiveRoomRow>(
      `select * from (
         select ${ROOM_COLUMNS}, (extract(epoch from coalesce(r.last_message_at, r.created_at)) * 1000000)::bigint as active
           from room_members m
           join rooms r on r.client_id = m.client_id and r.id = m.room_id ${roomPeople('$2')}
          where m.client_id = $1 and m.user_pk = $2 and m.status = 'active' and r.status <> 'deleted'
       ) r
       where $4::bigint is null or (active, id) ${back ? '>' : '<'} ($4, $5::uuid)
       order by active ${back ? 'asc' : 'desc'}, id ${back ? 'asc' : 'desc'} limit $3`,
      [clientId, userPk, limit + 1, cursor?.key[0] ?? null, cursor?.key[1] ?? null],
    );
  }

  /** A client's rooms, the newest first. Cursor: [id]. */
  async list(clientId: string, filter: AllRoomsQueryDto, limit: number, cursor: Cursor | null): Promise<RoomRow[]> {
    const back = cursor?.direction === 'prev';
    return this.database.query<RoomRow>(
      `select ${ROOM_COLUMNS} from rooms r ${roomPeople('null')}
        where r.client_id = $1
          and ($3::uuid is null or r.id ${back ? '>' : '<'} $3)
          and ($4::text is null or r.room_type = $4)
          and case when $5::text is null then r.status <> 'deleted' else r.status = $5 end
          and ($6::text is null or r.privacy = $6)
          and ($7::text is null or strpos(lower(r.name), lower($7)) > 0)
          and ($8::text is null or r.id in (
            select m.room_id from room_members m join users u on u.client_id = m.client_id and u.user_pk = m.user_pk
             where u.client_id = $1 and u.user_id = $8 and m.status = 'active'))
        order by r.id ${back ? 'asc' : 'desc'} limit $2`,
      [
        clientId,
        limit + 1,
        cursor?.key[0] ?? null,
        filter.room_type ?? null,
        filter.status ?? null,
        filter.privacy ?? null,
        filter.name ?? null,
        filter.user_id ?? null,
      ],
    );
  }
}

export type ActiveRoomRow = RoomRow & { active: number };
