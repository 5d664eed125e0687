import { Injectable } from '@nestjs/common';
import { newEvent, type NewEvent } from '../../engine/events/new-event.js';
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

/** What a member sets of a room for itself. Its other devices hear of it, nobody else does. */
@Injectable()
export class OwnSideService {
  constructor(
    private readonly ownSide: OwnSideRepository,
    private readonly rooms: RoomsRepository,
    private readonly access: RoomAccess,
    private readonly changes: RoomChanges,
  ) {}

  async update(request: Request, roomId: string, dto: UpdateOwnSideDto): Promise<RoomMeDto> {
    const { caller } = request;
    if (dto.muted === false && typeof dto.muted_until === 'string') {
      throw invalidField('muted_until', 'a room that is not muted has none');
    }
    if (!caller.user) await this.access.get(caller, roomId);
    const { user_pk } = userOf(caller, 'has an own side of a room');
    return this.changes.run(request, roomId, async (tx) => {
      const { id } = await this.access.lock(tx, caller, roomId);
      const changed = await this.ownSide.update(tx, caller.clientId, id, user_pk, dto);
      const room = await this.rooms.find(tx, caller.clientId, id, user_pk);
      if (!room || !isMember(room)) throw notFound('room');
      return [toRoomMe(room, room.last_seq), changed ? [settingsUpdated(caller, id, changed)] : []];
    });
  }
}

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
