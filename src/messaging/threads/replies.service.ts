import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { pageOf, stretchOf } from '../messages/message-page.js';
import type { MessagePageDto } from '../messages/messages.dto.js';
import { MessagesService } from '../messages/messages.service.js';
import { floorOf, RoomAccess } from '../rooms/room-access.js';
import type { RepliesQueryDto } from './threads.dto.js';
import { ThreadsRepository } from './threads.repository.js';

/** The replies of threads, as pages of messages. */
@Injectable()
export class RepliesService {
  constructor(
    private readonly repository: ThreadsRepository,
    private readonly messages: MessagesService,
    private readonly access: RoomAccess,
  ) {}

  /** Ascending. Of a message that has none, a reply among them, there are none. @throws Problem `not_found`, `invalid_cursor` */
  async list(caller: Caller, roomId: string, id: string, query: RepliesQueryDto): Promise<MessagePageDto> {
    const thread = await this.messages.find(caller, roomId, id);
    const stretch = stretchOf(query, floorOf(caller, await this.access.get(caller, roomId)));
    const { before, after, ...where } = stretch.read;
    // At least one on each side, which tells whether there are more.
    const read = { ...where, before: Math.max(1, before), after: Math.max(1, after) };
    const found = await this.repository.replies(caller.clientId, thread.id, read);
    const { data, page } = pageOf(found, stretch, {
      before: found.some(({ seq }) => seq < stretch.at),
      after: found.some(({ seq }) => seq >= stretch.at),
    });
    const seen = await this.messages.findSeen(
      caller,
      data.map((reply) => reply.id),
    );
    return { data: data.flatMap((reply) => seen.get(reply.id) ?? []), page };
  }
}
