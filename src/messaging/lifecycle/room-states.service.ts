import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { isUuid } from '../../platform/common/ids.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { codeOf } from '../../platform/database/errors.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { newEvent, type NewEvent } from '../../engine/events/new-event.js';
import type { DurableEvent } from '../../platform/realtime/event.js';
import { actorOf, requirePermission, rowOf } from '../rooms/room-access.js';
import { RoomAnnouncer } from '../rooms/room-announcer.js';
import type { RoomPermission } from '../rooms/room-permissions.js';
import { RoomStatesRepository, type RoomState, type StateChange } from '../rooms/room-states.repository.js';
import { toSeenRoom } from '../rooms/room.row.js';
import type { RoomDto } from '../rooms/rooms.dto.js';
import { roomDeleted, roomUpdated } from '../rooms/rooms.events.js';
import { RoomsRepository } from '../rooms/rooms.repository.js';
import { FRESH, restedStatus, type RoomAction } from './room-actions.js';

const UNIQUE_VIOLATION = '23505';

/** What is done to rooms by hand. Doing it again changes nothing, and tells nobody. */
@Injectable()
export class RoomStatesService {
  constructor(
    private readonly states: RoomStatesRepository,
    private readonly rooms: RoomsRepository,
    private readonly announcer: RoomAnnouncer,
    private readonly idempotency: Idempotency,
    private readonly database: Database,
  ) {}

  async act(request: Request, roomId: string, action: RoomAction, reason?: string): Promise<RoomDto> {
    const { caller } = request;
    let events: EventRow[] = [];
    const room = await this.idempotency.effect(
      request,
      async (tx) => {
        const state = await this.lock(tx, caller, roomId, action.permission);
        const change = action.change(state);
        if (change) {
          await this.states.change(tx, caller.clientId, state.id, { ...change, status_reason: reason ?? null });
        }
        const room = await this.present(tx, caller, state.id);
        if (!change) return room;
        events = await this.announcer.events.append(tx, [ofState(caller, action.event, room)]);
        return { ...room, last_rev: events[0]!.rev };
      },
      { row: rowOf(roomId) },
    );
    await this.announcer.events.publish(events);
    return room;
  }

  /** For everybody, and for a while not for good. */
  async remove(request: Request, roomId: string): Promise<void> {
    const { caller } = request;
    let events: EventRow[] = [];
    await this.idempotency.effect(
      request,
      async (tx) => {
        const state = await this.lock(tx, caller, roomId, 'delete');
        if (state.status === 'deleted') return;
        const room = await this.present(tx, caller, state.id);
        const change: StateChange = {
          status: 'deleted',
          deleted_at: 'now',
          status_reason: null,
          lifecycle_check_at: 'now',
        };
        await this.states.change(tx, caller.clientId, state.id, change);
        const members = await this.states.tellMembers(tx, caller.clientId, state.id, false);
        events = await this.announcer.events.append(tx, [
          ofState(caller, roomDeleted, { ...room, status: 'deleted', status_reason: null }),
          ...members.map((userPk) => this.announcer.ofRoomRemoved(caller, state.id, userPk, 'deleted')),
        ]);
      },
      { row: rowOf(roomId) },
    );
    // Its sockets hear of it before they leave.
    await this.announcer.events.publish(events.slice(0, 1));
    await this.announcer.committed(events.slice(1));
  }

  /** As it was. @throws Problem `conflict` for a direct room whose people have another by now */
  async restore(request: Request, roomId: string): Promise<RoomDto> {
    const { caller } = request;
    let events: EventRow[] = [];
    const restored = async (tx: Tx): Promise<RoomDto> => {
      const state = await this.lock(tx, caller, roomId, 'delete');
      // What is being purged is not there any more.
      if (state.purge_started_at !== null) throw notFound('room');
      if (state.status !== 'deleted') return this.present(tx, caller, state.id);
      const status = state.archived_at === null ? restedStatus(state) : 'archived';
      await this.states.change(tx, caller.clientId, state.id, { status, deleted_at: null, ...FRESH });
      const members = await this.states.tellMembers(tx, caller.clientId, state.id, true);
      const room = await this.present(tx, caller, state.id);
      events = await this.announcer.events.append(tx, [
        ofState(caller, roomUpdated, room),
        ...members.map((userPk) => this.announcer.ofRoomAdded(caller, state.id, userPk)),
      ]);
      return { ...room, last_rev: events[0]!.rev };
    };
    const room = await this.idempotency.effect(request, restored, { row: rowOf(roomId) }).catch((error: unknown) => {
      if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
      throw new Problem('conflict', 'These two people have another direct room by now. Delete that one first.');
    });
    await this.announcer.committed(events);
    return room;
  }

  /**
   * Of a room that was deleted, only those know who may delete it.
   * @throws Problem `not_found`, `insufficient_role`
   */
  private async lock(tx: Tx, caller: Caller, roomId: string, permission: RoomPermission): Promise<RoomState> {
    const state = isUuid(roomId)
      ? await this.states.lock(tx, caller.clientId, roomId, caller.user?.user_pk ?? null)
      : null;
    if (!state || (caller.user && state.actor_role === null)) throw notFound('room');
    if (state.status === 'deleted' && permission !== 'delete') throw notFound('room');
    requirePermission(caller, state.room_type, state.actor_role, permission);
    return state;
  }

  private async present(tx: Tx, caller: Caller, roomId: string): Promise<RoomDto> {
    const row = await this.rooms.find(tx, caller.clientId, roomId, caller.user?.user_pk ?? null);
    if (!row) throw notFound('room');
    return toSeenRoom(row, this.database.epochOf(row.epoch));
  }
}

/** With the state that the change made, which a later reader would find changed again. */
const ofState = (caller: Caller, event: DurableEvent<RoomDto, 'room', true>, room: RoomDto): NewEvent =>
  newEvent({
    event,
    client_id: caller.clientId,
    stream: { type: 'room', id: room.id },
    subject_id: room.id,
    actor: actorOf(caller),
    data: {
      status: room.status,
      frozen: room.frozen,
      deactivated_at: room.deactivated_at,
      deactivated_reason: room.deactivated_reason,
      status_reason: room.status_reason,
    },
  });
