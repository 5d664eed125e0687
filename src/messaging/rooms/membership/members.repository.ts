import { Injectable } from '@nestjs/common';
import { newId, type UserId, type UserPk } from '../../../platform/common/ids.js';
import type { Cursor } from '../../../platform/common/pagination.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { unnest } from '../../../platform/database/unnest.js';
import type { Role } from './member.dto.js';
import { RoomMemberEntity } from './room-member.entity.js';
import { MEMBER_COLUMNS, type MemberRow } from './member.row.js';

export interface NewMember {
  /** `user_pk` */
  user_pk: UserPk;
  role: Role;
}

interface Pair {
  room_id: string;
  user_pk: UserPk;
}

const JOINING = unnest<NewMember>()('w', { user_pk: 'uuid', role: 'text', id: ['uuid', () => newId()] }, { first: 5 });
/** People whom somebody names in a room. */
export interface PeopleOfRoom {
  client_id: string;
  room_id: string;
  user_ids: UserId[];
}

const PEOPLE = unnest<Pick<PeopleOfRoom, 'client_id' | 'room_id'> & { user_id: UserId; nth: number }>()('w', {
  client_id: 'uuid',
  room_id: 'uuid',
  user_id: 'text',
  nth: 'int',
});

const PAIRS = unnest<Pair>()('w', { room_id: 'uuid', user_pk: 'uuid' }, { first: 2 });

const FROM = `from room_members m join users u on u.client_id = m.client_id and u.user_pk = m.user_pk`;

/** Changes of membership. Their callers hold the room's lock, except where the room is being made. */
@Injectable()
export class MembersRepository {
  constructor(private readonly database: Database) {}

  /**
   * Makes members active, those who had left or were banned once too; a new member begins with nothing unread.
   * @param at where the room stands: what is after it belongs to them
   * @returns who was not active before
   */
  async join(
    tx: Tx,
    clientId: string,
    roomId: string,
    members: NewMember[],
    at: { seq: number; rev: number },
  ): Promise<Set<UserPk>> {
    const joined = await tx.query<{ user_pk: UserPk }>(
      `with joined as (
         insert into room_members as m (client_id, room_id, user_pk, role, id, last_read_seq, last_delivered_seq,
                                        joined_seq, joined_rev)
         select $1, $2, w.user_pk, w.role, w.id, $3, $3, $3, $4
           from ${JOINING.sql}
         on conflict (client_id, room_id, user_pk) do update
            set role = excluded.role, status = 'active', last_read_seq = excluded.last_read_seq,
                last_delivered_seq = excluded.last_delivered_seq, joined_seq = excluded.joined_seq,
                joined_rev = excluded.joined_rev, left_rev = null, banned_until = null, ban_reason = null, muted = false, muted_until = null,
                mentions_only = false, hidden = false, pinned_at = null, private_read_seq = null, unread_from_seq = null,
                joined_at = clock_timestamp(), updated_at = clock_timestamp()
          where m.status <> 'active'
         returning m.user_pk
       ), told as (
         insert into membership_changes (client_id, room_id, user_pk, active) select $1, $2, user_pk, true from joined
       ), counted as (
         update rooms set member_count = member_count + (select count(*) from joined), updated_at = clock_timestamp()
          where client_id = $1 and id = $2 and exists (select from joined)
       )
       select user_pk from joined`,
      [clientId, roomId, at.seq, at.rev, ...JOINING.values(members)],
    );
    return new Set(joined.map(({ user_pk }) => user_pk));
  }

  async leave(tx: Tx, clientId: string, roomId: string, userPk: UserPk, rev: number): Promise<void> {
    await tx.execute(
      `with gone as (
         update room_members set status = 'left', left_rev = $4, updated_at = clock_timestamp()
          where client_id = $1 and room_id = $2 and user_pk = $3 and status = 'active' returning 1
       ), told as (
         insert into membership_changes (client_id, room_id, user_pk, active) select $1, $2, $3, false from gone
       )
       update rooms set member_count = member_count - 1, updated_at = clock_timestamp()
        where client_id = $1 and id = $2 and exists (select from gone)`,
      [clientId, roomId, userPk, rev],
    );
  }

  /** Forgets changes of memberships that no running node can still need. */
  async pruneChanges(): Promise<void> {
    await this.database.execute(
      `delete from membership_changes where created_at < statement_timestamp() - interval '1 hour'`,
    );
  }

  async setRole(tx: Tx, clientId: string, roomId: string, userPk: UserPk, role: Role): Promise<void> {
    const member = { client_id: clientId, room_id: roomId, user_pk: userPk };
    await tx.manager.update(RoomMemberEntity, member, { role, updated_at: () => 'clock_timestamp()' });
  }

  /** Members of any status, by `user_pk`. */
  async findMany(
    from: Tx | Database,
    clientId: string,
    roomId: string,
    userPks: UserPk[],
  ): Promise<Map<UserPk, MemberRow>> {
    const rows = await from.query<MemberRow>(
      `select ${MEMBER_COLUMNS} ${FROM} where m.client_id = $1 and m.room_id = $2 and m.user_pk = any ($3::uuid[])`,
      [clientId, roomId, userPks],
    );
    return new Map(rows.map((row) => [row.user_pk, row]));
  }

  /** By `user_id`: people who are in a room, or were. Those of who[i] are found at i. */
  async findPks(who: PeopleOfRoom[]): Promise<Map<UserId, UserPk>[]> {
    const wanted = who.flatMap(({ client_id, room_id, user_ids }, nth) =>
      user_ids.map((user_id) => ({ client_id, room_id, user_id, nth })),
    );
    const rows = await this.database.query<{ nth: number; user_id: UserId; user_pk: UserPk }>(
      `select w.nth, w.user_id, u.user_pk
         from ${PEOPLE.sql}
        cross join lateral (select user_pk from users where client_id = w.client_id and user_id = w.user_id limit 1) u
        cross join lateral (
          select from room_members
           where client_id = w.client_id and room_id = w.room_id and user_pk = u.user_pk limit 1) m`,
      PEOPLE.values(wanted),
    );
    const found = who.map(() => new Map<UserId, UserPk>());
    for (const { nth, user_id, user_pk } of rows) found[nth]!.set(user_id, user_pk);
    return found;
  }

  /** Members of many rooms, by room and `user_pk`: pairs[i] is row i's. */
  async findPairs(clientId: string, pairs: Pair[]): Promise<(MemberRow | null)[]> {
    const rows = await this.database.query<MemberRow>(
      `select ${MEMBER_COLUMNS}
         from ${PAIRS.sql}
         join room_members m on m.client_id = $1 and m.room_id = w.room_id and m.user_pk = w.user_pk
         join users u on u.client_id = m.client_id and u.user_pk = m.user_pk`,
      [clientId, ...PAIRS.values(pairs)],
    );
    const byPair = new Map(rows.map((row) => [`${row.room_id} ${row.user_pk}`, row]));
    return pairs.map(({ room_id, user_pk }) => byPair.get(`${room_id} ${user_pk}`) ?? null);
  }

  /** @param tx null: outside of any */
  async findByUserId(tx: Tx | null, clientId: string, roomId: string, userId: UserId): Promise<MemberRow | null> {
    const [row] = await (tx ?? this.database).query<MemberRow>(
      `select ${MEMBER_COLUMNS} ${FROM}
        where m.client_id = $1 and m.room_id = $2 and u.user_id = $3 and m.status = 'active'`,
      [clientId, roomId, userId],
    );
    return row ?? null;
  }

  /** Who owns the room when its last owner leaves: the oldest admin, else the oldest member; null: nobody is left. */
  async findHeir(tx: Tx, clientId: string, roomId: string, leaverPk: UserPk): Promise<UserPk | null> {
    const [heir] = await tx.query<{ user_pk: UserPk }>(
      `select user_pk from room_members
        where client_id = $1 and room_id = $2 and status = 'active' and user_pk <> $3
        order by role <> 'admin', joined_at, user_pk limit 1`,
      [clientId, roomId, leaverPk],
    );
    return heir?.user_pk ?? null;
  }

  findOwners(tx: Tx, clientId: string, roomId: string): Promise<UserPk[]> {
    const owners = { client_id: clientId, room_id: roomId, status: 'active', role: 'owner' } as const;
    return tx.manager
      .find(RoomMemberEntity, { select: { user_pk: true }, where: owners })
      .then((rows) => rows.map(({ user_pk }) => user_pk));
  }

  /** Was somebody an owner when it left? */
  hadOwner(tx: Tx, clientId: string, roomId: string): Promise<boolean> {
    const gone = { client_id: clientId, room_id: roomId, status: 'left', role: 'owner' } as const;
    return tx.manager.exists(RoomMemberEntity, { where: gone });
  }

  /** Active members in these roles, owners first, then the oldest. */
  async findInRoles(tx: Tx, clientId: string, roomId: string, roles: Role[], limit: number): Promise<UserPk[]> {
    const rows = await tx.query<{ user_pk: UserPk }>(
      `select user_pk from room_members
        where client_id = $1 and room_id = $2 and status = 'active' and role = any ($3::text[])
        order by role <> 'owner', joined_at, user_pk limit $4`,
      [clientId, roomId, roles, limit],
    );
    return rows.map(({ user_pk }) => user_pk);
  }

  /** Was the user a member who then left, was removed or banned? */
  async hasLeft(tx: Tx, clientId: string, roomId: string, userId: UserId): Promise<boolean> {
    const rows = await tx.query(
      `select 1 ${FROM} where m.client_id = $1 and m.room_id = $2 and u.user_id = $3 and m.status <> 'active'`,
      [clientId, roomId, userId],
    );
    return rows.length > 0;
  }

  /** Active members in the order of `user_pk`, which is the cursor. */
  async list(clientId: string, roomId: string, limit: number, cursor: Cursor | null): Promise<MemberRow[]> {
    const back = cursor?.direction === 'prev';
    return this.database.query<MemberRow>(
      `select ${MEMBER_COLUMNS} ${FROM}
        where m.client_id = $1 and m.room_id = $2 and m.status = 'active'
          and ($4::uuid is null or m.user_pk ${back ? '<' : '>'} $4)
        order by m.user_pk ${back ? 'desc' : 'asc'} limit $3`,
      [clientId, roomId, limit + 1, cursor?.key[0] ?? null],
    );
  }

  /**
   * Active members of a room, without those named: at most `limit`.
   * @param viewer who must be a member too; null: the client itself asks
   * @returns null when there is no such room, or the viewer doesn't see it
   */
  async reachable(
    clientId: string,
    roomId: string,
    viewer: UserPk | null,
    except: UserId[],
    limit: number,
  ): Promise<UserPk[] | null> {
    const rows = await this.database.query<{ user_pk: UserPk | null }>(
      `select m.user_pk from rooms r left join lateral (
         select m.user_pk from room_members m join users u on u.client_id = m.client_id and u.user_pk = m.user_pk
          where m.client_id = r.client_id and m.room_id = r.id and m.status = 'active' and u.user_id <> all ($4::text[])
          order by m.user_pk limit $5) m on true
        where r.client_id = $1 and r.id = $2 and r.status <> 'deleted' and ($3::uuid is null or exists (
          select 1 from room_members v
           where v.client_id = r.client_id and v.room_id = r.id and v.user_pk = $3 and v.status = 'active'))`,
      [clientId, roomId, viewer, except, limit],
    );
    if (rows.length === 0) return null;
    return rows.flatMap(({ user_pk }) => (user_pk === null ? [] : [user_pk]));
  }

  /** Which of the users share a room with this one, itself among them. */
  async sharingRoom(clientId: string, userPk: UserPk, others: UserPk[]): Promise<Set<UserPk>> {
    const rows = await this.database.query<{ id: UserPk }>(
      `select o.id from unnest($3::uuid[]) as o (id)
        where o.id = $2 or exists (
          select 1 from room_members mine join room_members theirs
              on theirs.client_id = mine.client_id and theirs.room_id = mine.room_id
            join rooms r on r.client_id = mine.client_id and r.id = mine.room_id and r.status <> 'deleted'
           where mine.client_id = $1 and mine.user_pk = $2 and mine.status = 'active'
             and theirs.user_pk = o.id and theirs.status = 'active')`,
      [clientId, userPk, others],
    );
    return new Set(rows.map(({ id }) => id));
  }
}
