import { Injectable } from '@nestjs/common';
import type { Caller } from '../../../tenancy/access/caller.js';
import { ClientsService } from '../../../tenancy/clients/clients.service.js';
import {
  decodeNumberCursor,
  toPage,
  wholePage,
  type Page,
  type PageQueryDto,
} from '../../../platform/common/pagination.js';
import { Problem } from '../../../platform/common/problem.js';
import { mayInRoom, RoomAccess } from '../../rooms/room-access.js';
import { ChangesRepository } from './changes.repository.js';
import { EDIT_HISTORY } from './message.settings.js';
import type { MessageVersionDto } from './changes.dto.js';
import { MessagesService } from '../messages.service.js';

/** What messages said before they were edited. */
@Injectable()
export class VersionsService {
  constructor(
    private readonly repository: ChangesRepository,
    private readonly messages: MessagesService,
    private readonly access: RoomAccess,
    private readonly clients: ClientsService,
  ) {}

  /** Every version, the first included and the present one last. @throws Problem `not_found`, `insufficient_role`, `invalid_cursor` */
  async versions(caller: Caller, roomId: string, id: string, query: PageQueryDto): Promise<Page<MessageVersionDto>> {
    const { limit = 50 } = query;
    const cursor = decodeNumberCursor(query.cursor);
    const message = await this.messages.find(caller, roomId, id);
    const { settings } = await this.clients.readFacts(caller.clientId);
    const readers = EDIT_HISTORY.of(settings);
    if (caller.user && readers !== 'members') {
      const room = await this.access.get(caller, roomId);
      if (readers === 'none' || !mayInRoom({ ...caller, settings }, room.room_type, room.my_role, 'manage')) {
        throw new Problem('insufficient_role', "The client's settings keep earlier versions of messages from you.");
      }
    }
    if (message.hidden || message.deleted_at) return wholePage([]);
    const rows = await this.repository.versions(caller.clientId, message.id, limit, cursor);
    return toPage(
      rows,
      limit,
      cursor,
      ({ rev }) => [rev],
      (row) => ({ ...row, edited_at: row.edited_at.toISOString() }),
    );
  }
}
