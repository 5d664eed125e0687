import { Injectable } from '@nestjs/common';
import { newEvent, type NewEvent } from '../../engine/events/new-event.js';
import type { UserPk } from '../../platform/common/ids.js';
import { invalidField, notFound } from '../../platform/common/problem.js';
import { userOf, type Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import type { UpdateOwnSideDto } from '../rooms/membership/own-side.dto.js';
import { isMember, toRoomMe } from '../rooms/membership/own-side.js';
import { OwnSideRepository, type SettingsRow } from '../rooms/membership/own-side.repository.js';
import { actorOf, RoomAccess } from '../rooms/room-access.js';
import { RoomChanges } from '../rooms/room-changes.js';
import { roomSettingsUpdated } from '../rooms/rooms.events.js';
import type { RoomMeDto } from '../rooms/membership/own-side.dto.js';
import { RoomsRepository } from '../rooms/rooms.repository.js';

/** Is told after the commit that a room counts in another way into the total of what is unread for a user. Registered by a feature above. */
export interface OwnSideObserver {
  /** Must not wait, nor throw. */
  countsAnew(clientId: string, roomId: string, userPk: UserPk): void;
}

/** What a member sets of a room for itself. Its other devices hear of it, nobody else does. */
@Injectable()
export class OwnSideService {
  private readonly observers: OwnSideObserver[] = [];

  constructor(
    private readonly ownSide: OwnSideRepository,
    private readonly rooms: RoomsRepository,
    private readonly access: RoomAccess,
    private readonly changes: RoomChanges,
  ) {}

  observe(observer: OwnSideObserver): void {
    this.observers.push(observer);
  }

  async update(request: Request, roomId: string, dto: UpdateOwnSideDto): Promise<RoomMeDto> {
    const { caller } = request;
    if (dto.muted === false && typeof dto.muted_until === 'string') {
      throw invalidField('muted_until', 'a room that is not muted has none');
    }
    if (!caller.user) await this.access.get(caller, roomId);
    const { user_pk } = userOf(caller, 'has an own side of a room');
    let changed: SettingsRow | null = null;
    const me = await this.changes.run(request, roomId, async (tx) => {
      const { id } = await this.access.lock(tx, caller, roomId);
      changed = await this.ownSide.update(tx, caller.clientId, id, user_pk, dto);
      const room = await this.rooms.find(tx, caller.clientId, id, user_pk);
      if (!room || !isMember(room)) throw notFound('room');
      return [toRoomMe(room, room.last_seq), changed ? [settingsUpdated(caller, id, changed)] : []];
    });
    if (changed && !onlyPins(dto)) {
      for (const one of this.observers) one.countsAnew(caller.clientId, roomId.toLowerCase(), user_pk);
    }
    return me;
  }
}

const onlyPins = ({ pinned: _, ...dto }: UpdateOwnSideDto): boolean => Object.keys(dto).length === 0;

const settingsUpdated = (caller: Caller, roomId: string, row: SettingsRow): NewEvent =>
  newEvent({
    event: roomSettingsUpdated,
    client_id: caller.clientId,
    stream: { type: 'user', id: caller.user!.user_pk },
    room_id: roomId,
    subject_id: roomId,
    actor: actorOf(caller),
    data: { room_id: roomId, ...row, muted_until: row.muted_until?.toISOString() ?? null },
  });
