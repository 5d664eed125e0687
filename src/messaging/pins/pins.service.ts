import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import { pageOfWhole, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { Problem } from '../../platform/common/problem.js';
import { ChangesRepository } from '../messages/changes/changes.repository.js';
import { ChangesService, requireWritable, type Change } from '../messages/changes/changes.service.js';
import type { SeenMessage } from '../messages/messages.dto.js';
import { messageUpdated } from '../messages/messages.events.js';
import { MessagesService } from '../messages/messages.service.js';
import { floorOf, RoomAccess } from '../rooms/room-access.js';
import { presenting } from '../rooms/room-permissions.js';
import { PinsRepository } from './pins.repository.js';

/** More of one room are refused. */
const MAX_PINS = 50;

/** Messages that a room keeps in view, by roles that manage it; in a direct room, by both. */
@Injectable()
export class PinsService {
  constructor(
    private readonly repository: PinsRepository,
    private readonly changes: ChangesService,
    private readonly messages: ChangesRepository,
    private readonly reading: MessagesService,
    private readonly access: RoomAccess,
  ) {}

  /**
   * What is pinned already stays where it is.
   * @throws Problem `not_found`, `insufficient_role`, `user_unavailable`, `room_frozen`, `room_inactive`, `conflict` for a deleted message and
   *   one pin too many
   */
  pin(request: Request, roomId: string, id: string): Promise<SeenMessage> {
    return this.changes.change(request, roomId, id, async (change) => {
      const { tx, caller, room, message, rev } = change;
      await this.refuse(change);
      if (message.deleted_at) throw new Problem('conflict', 'The message was deleted.');
      if (message.pinned_at) return null;
      if ((await this.repository.count(tx, caller.clientId, room.id, room.truncated_seq)) >= MAX_PINS) {
        throw new Problem('conflict', `A room takes ${MAX_PINS} pins. Unpin another message first.`);
      }
      await this.messages.setPinned(tx, caller.clientId, message.id, true, rev);
      return messageUpdated;
    });
  }

  /** What is not pinned stays so. @throws Problem as `pin`, but for `conflict` */
  async unpin(request: Request, roomId: string, id: string): Promise<void> {
    await this.changes.change(request, roomId, id, async (change) => {
      const { tx, caller, message, rev } = change;
      await this.refuse(change);
      if (!message.pinned_at) return null;
      await this.messages.setPinned(tx, caller.clientId, message.id, false, rev);
      return messageUpdated;
    });
  }

  private async refuse(change: Change): Promise<void> {
    requireWritable(change.caller, change.room, presenting(change.room.room_type));
    await this.changes.refuseBlocked(change);
  }

  /** Those that the caller sees, the latest first. @throws Problem `not_found`, `invalid_cursor` */
  async list(caller: Caller, roomId: string, query: PageQueryDto): Promise<Page<SeenMessage>> {
    const room = await this.access.get(caller, roomId);
    const ids = await this.repository.list(caller.clientId, room.id, floorOf(caller, room), MAX_PINS);
    const seen = await this.reading.findSeen(caller, ids);
    return pageOfWhole(
      ids.flatMap((id) => seen.get(id) ?? []),
      query,
      ({ id }) => id,
    );
  }
}
