import { Injectable } from '@nestjs/common';
import { newEvent, type NewEvent } from '../../engine/events/new-event.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/common/problem.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import { actorOf, RoomAccess } from '../rooms/room-access.js';
import { RoomChanges } from '../rooms/room-changes.js';
import { toSeenRoom } from '../rooms/room.row.js';
import type { RoomDto } from '../rooms/rooms.dto.js';
import { RoomsRepository } from '../rooms/rooms.repository.js';
import { TruncationsRepository } from '../rooms/truncations.repository.js';
import { roomTruncated } from './truncation.events.js';

/**
 * Drops the earlier messages of rooms. It moves the room's floor, below which nobody reads anything, in the same time for a few
 * messages and for a million; {@link TruncationPurge} has what they said go later on.
 */
@Injectable()
export class TruncationService {
  constructor(
    private readonly truncations: TruncationsRepository,
    private readonly rooms: RoomsRepository,
    private readonly access: RoomAccess,
    private readonly changes: RoomChanges,
    private readonly database: Database,
  ) {}

  /** @param beforeSeq the first place that stays. @throws Problem `not_found`, `insufficient_role` */
  truncate(request: Request, roomId: string, beforeSeq: number): Promise<RoomDto> {
    const { caller } = request;
    return this.changes.run(request, roomId, async (tx) => {
      const { id, last_seq, last_rev, truncated_seq } = await this.access.lock(tx, caller, roomId, 'delete');
      const seq = Math.min(beforeSeq - 1, last_seq);
      const moves = seq > truncated_seq;
      if (moves) await this.truncations.truncate(tx, caller.clientId, id, seq);
      const row = await this.rooms.find(tx, caller.clientId, id, caller.user?.user_pk ?? null);
      if (!row) throw notFound('room');
      const room = { ...toSeenRoom(row, this.database.epochOf(row.epoch)), last_rev: last_rev + Number(moves) };
      return [room, moves ? [truncatedEvent(caller, id, seq + 1)] : []];
    });
  }
}

const truncatedEvent = (caller: Caller, roomId: string, before_seq: number): NewEvent =>
  newEvent({
    event: roomTruncated,
    client_id: caller.clientId,
    stream: { type: 'room', id: roomId },
    subject_id: roomId,
    actor: actorOf(caller),
    data: { before_seq },
  });
