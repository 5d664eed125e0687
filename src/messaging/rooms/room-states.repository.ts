import { Injectable } from '@nestjs/common';
import type { QueryDeepPartialEntity } from 'typeorm';
import type { UserPk } from '../../platform/common/ids.js';
import type { Tx } from '../../platform/database/database.js';
import { IN_INDEX_ORDER } from '../../platform/database/in-index-order.js';
import { unnest } from '../../platform/database/unnest.js';
import type { Role } from './membership/member.dto.js';
import { RoomEntity } from './room.entity.js';

/** The state of a room under its lock, also of one that was deleted. */
export interface RoomState extends Pick<
  RoomEntity,
  | 'id'
  | 'room_type'
  | 'status'
  | 'frozen'
  | 'deactivated_at'
  | 'deactivated_reason'
  | 'archived_at'
  | 'purge_started_at'
  | 'inactive_after_days'
  | 'warn_before_hours'
> {
  /** Of who asks for the change; null: not a member. */
  actor_role: Role | null;
}

/** A time is the database's own: `now`. */
type Changed<T> = { [K in keyof T]?: Date extends T[K] ? 'now' | null : T[K] };

export type StateChange = Changed<
  Pick<
    RoomEntity,
    | 'status'
    | 'frozen'
    | 'status_reason'
    | 'deactivated_at'
    | 'deactivated_reason'
    | 'activated_at'
    | 'archived_at'
    | 'deleted_at'
    | 'deactivating_at'
    | 'inactive_after_days'
    | 'warn_before_hours'
    | 'lifecycle_check_at'
  >
>;

/** A room of any client, as its lifecycle finds it. */
export interface RoomLife extends Pick<
  RoomEntity,
  | 'client_id'
  | 'id'
  | 'room_type'
  | 'deactivating_at'
  | 'inactive_after_days'
  | 'warn_before_hours'
  | 'lifecycle_check_at'
> {
  status: RoomEntity['status'];
  /** Of a deleted room. */
  deleted_at: Date;
  /** The last message, else the room's making; or when it was made active after that. */
  active_at: Date;
  /** Settings of its client. */
  lifecycle: unknown;
  delete_grace_days: number | null;
  /** The database's time. */
  now: Date;
}

/** What becomes of a room that was looked at, and when it is looked at next. */
export interface RoomStep {
  client_id: string;
  id: string;
  check_at: Date | null;
  deactivating_at: Date | null;
}

/** When a room is looked at next. */
export type RoomLook = Pick<RoomStep, 'client_id' | 'id' | 'check_at'>;

interface RoomKey {
  client_id: string;
  id: string;
}

const KEYS = unnest<RoomKey>()('w', { client_id: 'uuid', id: 'uuid' });
const STEPS = unnest<RoomStep>()('w', {
  client_id: 'uuid',
  id: 'uuid',
  check_at: 'timestamptz',
  deactivating_at: 'timestamptz',
});

const LIFE = `r.client_id, r.id, r.room_type, r.status, coalesce(r.deleted_at, r.updated_at) as deleted_at, r.deactivating_at, r.inactive_after_days,
  r.warn_before_hours, r.lifecycle_check_at, greatest(coalesce(r.last_message_at, r.created_at), r.activated_at) as active_at,
  c.settings -> 'lifecycle' as lifecycle, (c.settings ->> 'delete_grace_days')::int as delete_grace_days,
  clock_timestamp() as now`;

const LOOKS = unnest<RoomLook>()('w', { client_id: 'uuid', id: 'uuid', check_at: 'timestamptz' });

/** States of rooms: changed by hand, one by one, and by the lifecycle, many at a time. */
@Injectable()
export class RoomStatesRepository {
  /** First of all locks in a change of a room's state. */
  async lock(tx: Tx, clientId: string, id: string, actorPk: UserPk | null): Promise<RoomState | null> {
    const locked = await tx.execute(`select from rooms where client_id = $1 and id = $2 for update`, [clientId, id]);
    if (locked === 0) return null;
    // A second statement, whose snapshot is younger than the lock.
    const [row] = await tx.query<RoomState>(
      `select r.id, r.room_type, r.status, r.frozen, r.deactivated_at, r.deactivated_reason, r.archived_at,
              r.purge_started_at, r.inactive_after_days, r.warn_before_hours, m.role as actor_role
         from rooms r
         left join room_members m
           on m.client_id = r.client_id and m.room_id = r.id and m.user_pk = $3 and m.status = 'active'
        where r.client_id = $1 and r.id = $2`,
      [clientId, id, actorPk],
    );
    return row ?? null;
  }

  async change(tx: Tx, clientId: string, id: string, change: StateChange): Promise<void> {
    const columns = Object.fromEntries(
      Object.entries({ ...change, updated_at: 'now' }).map(([name, value]) => [
        name,
        value === 'now' ? () => 'clock_timestamp()' : value,
      ]),
    );
    await tx.manager.update(
      RoomEntity,
      { client_id: clientId, id },
      columns as unknown as QueryDeepPartialEntity<RoomEntity>,
    );
  }

  /** Its active members, of whose sockets every node hears that they gained the room or lost it. */
  async tellMembers(tx: Tx, clientId: string, id: string, active: boolean): Promise<UserPk[]> {
    const rows = await tx.query<{ user_pk: UserPk }>(
      `with told as (
         insert into membership_changes (client_id, room_id, user_pk, active)
         select client_id, room_id, user_pk, $3 from room_members
          where client_id = $1 and room_id = $2 and status = 'active'
         returning user_pk
       )
       select user_pk from told`,
      [clientId, id, active],
    );
    return rows.map(({ user_pk }) => user_pk);
  }

  /** Locks rooms that are to be looked at, of any clients: those longest due, without those that somebody else holds. */
  async lockDue(tx: Tx, limit: number): Promise<RoomLife[]> {
    await tx.query(IN_INDEX_ORDER);
    const locked = await tx.query<RoomKey>(
      `select client_id, id from rooms
        where lifecycle_check_at <= statement_timestamp() and status in ('active', 'deleted')
        order by lifecycle_check_at limit $1 for update skip locked`,
      [limit],
    );
    if (locked.length === 0) return [];
    return tx.query<RoomLife>(
      `select ${LIFE}
         from ${KEYS.sql}
         join rooms r on r.client_id = w.client_id and r.id = w.id
         join clients c on c.id = r.client_id`,
      KEYS.values(locked),
    );
  }

  async find(on: Pick<Tx, 'query'>, clientId: string, id: string): Promise<RoomLife | null> {
    const [row] = await on.query<RoomLife>(
      `select ${LIFE} from rooms r join clients c on c.id = r.client_id where r.client_id = $1 and r.id = $2`,
      [clientId, id],
    );
    return row ?? null;
  }

  /** Rooms of a client in the order of their ids, whoever holds them. @param after null: from the first one on */
  async listOfClient(tx: Tx, clientId: string, after: string | null, limit: number): Promise<RoomLife[]> {
    await tx.query(IN_INDEX_ORDER);
    return tx.query<RoomLife>(
      `select * from (
         select ${LIFE}
           from (select * from rooms where client_id = $1 and ($2::uuid is null or id > $2) order by id limit $3) r
           join clients c on c.id = r.client_id
       ) r order by id`,
      [clientId, after, limit],
    );
  }

  /** Has rooms of a client looked at earlier. @returns how many of them nobody else holds */
  async lookEarlier(tx: Tx, looks: RoomLook[]): Promise<number> {
    return tx.execute(
      `with free as (
         select r.client_id, r.id, w.check_at
           from ${LOOKS.sql} join rooms r on r.client_id = w.client_id and r.id = w.id
          order by r.id for update of r skip locked
       )
       update rooms r set lifecycle_check_at = w.check_at from free w where r.client_id = w.client_id and r.id = w.id`,
      LOOKS.values(looks),
    );
  }

  /** Of locked rooms: when each is looked at next, and since when its deactivation is announced. */
  async move(tx: Tx, steps: RoomStep[]): Promise<void> {
    if (steps.length === 0) return;
    await tx.execute(
      `update rooms r set lifecycle_check_at = w.check_at, deactivating_at = w.deactivating_at
         from ${STEPS.sql} where r.client_id = w.client_id and r.id = w.id`,
      STEPS.values(steps),
    );
  }

  /** Of locked rooms that are active. @returns when that was */
  async deactivate(tx: Tx, rooms: RoomKey[]): Promise<Date | null> {
    if (rooms.length === 0) return null;
    const [row] = await tx.query<{ at: Date }>(
      `with now as materialized (select date_trunc('milliseconds', clock_timestamp()) as at), changed as (
         update rooms r set status = 'inactive', deactivated_at = now.at, deactivated_reason = 'auto_inactive',
                status_reason = null, updated_at = now.at
           from now, ${KEYS.sql} where r.client_id = w.client_id and r.id = w.id
       )
       select at from now`,
      KEYS.values(rooms),
    );
    return row!.at;
  }

  /** Of locked rooms that are deleted: nobody brings them back any more. */
  async beginPurge(tx: Tx, rooms: RoomKey[]): Promise<void> {
    if (rooms.length === 0) return;
    await tx.execute(
      `update rooms r set purge_started_at = clock_timestamp(), lifecycle_check_at = null
         from ${KEYS.sql} where r.client_id = w.client_id and r.id = w.id`,
      KEYS.values(rooms),
    );
  }

  /** Locks the room that has waited longest for its rows to go, and that nobody else works on. */
  async lockPurged(tx: Tx): Promise<RoomKey | null> {
    await tx.query(IN_INDEX_ORDER);
    const [row] = await tx.query<RoomKey>(
      `select client_id, id from rooms where purge_started_at is not null
        order by purge_started_at limit 1 for update skip locked`,
    );
    return row ?? null;
  }

  /** The row itself, when nothing else of the room is left. */
  async remove(tx: Tx, clientId: string, id: string): Promise<void> {
    await tx.execute(`delete from rooms where client_id = $1 and id = $2`, [clientId, id]);
  }

  /** What the room of rooms keeps beside the room itself: mentions and members. */
  async purge(tx: Tx, clientId: string, id: string, limit: number): Promise<number> {
    const mentions = await tx.execute(
      `delete from room_mentions where ctid = any (array(
         select ctid from room_mentions where client_id = $1 and room_id = $2 limit $3))`,
      [clientId, id, limit],
    );
    if (mentions > 0) return mentions;
    return tx.execute(
      `delete from room_members where ctid = any (array(
         select ctid from room_members where client_id = $1 and room_id = $2 limit $3))`,
      [clientId, id, limit],
    );
  }
}
