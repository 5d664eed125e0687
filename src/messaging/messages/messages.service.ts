import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { actorTypeOf, may, type Caller } from '../../tenancy/access/caller.js';
import type { Existing, Request } from '../../tenancy/access/request.js';
import { isUuid, newId } from '../../platform/common/ids.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import { RoomAccess } from '../rooms/room-access.js';
import type { RoomRow } from '../rooms/room.row.js';
import { GatheredSend } from './append/gathered-send.js';
import { pageOf, stretchOf } from './message-page.js';
import { MessageParts } from './message-parts.js';
import { toMessage } from './message.row.js';
import { MessagesRepository } from './messages.repository.js';
import type { AttachmentDto, MessageDto, MessagePageDto, MessagesQueryDto, SendMessageDto } from './messages.dto.js';
import { answerOf, type NewMessage } from './append/new-message.js';

/** Messages, the same for REST and sockets. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly messages: MessagesRepository,
    private readonly gathered: GatheredSend,
    private readonly access: RoomAccess,
    private readonly parts: MessageParts,
  ) {}

  /**
   * @returns the message, committed; Existing, with `deduplicated`, the original of its client_msg_id
   * @throws Problem `not_found`, `user_banned`, `room_frozen`, `room_inactive`, `idempotency_conflict`, `overloaded`
   */
  async send(request: Request, roomId: string, dto: SendMessageDto): Promise<MessageDto | Existing<MessageDto>> {
    if (!may(request.caller, 'send_messages'))
      throw new Problem('forbidden', 'Sending needs the permission send_messages.');
    return answerOf(await this.gathered.send(newMessage(request, roomId, dto)));
  }

  /** Ascending; at most one of the places of the query. */
  async list(caller: Caller, roomId: string, query: MessagesQueryDto): Promise<MessagePageDto> {
    if (!may(caller, 'read_messages')) throw new Problem('forbidden', 'Reading needs the permission read_messages.');
    const room = await this.access.get(caller, roomId);
    const stretch = stretchOf(query, floorOf(caller, room));
    // One more on each side than is shown tells whether there are more.
    const rows = await this.messages.list(caller.clientId, room.id, stretch.read);
    const { data, page } = pageOf(rows.map(toMessage), stretch, room.last_seq);
    return { data: await this.parts.complete(caller.clientId, data), page };
  }

  /** @param roomId where it must be; null: wherever it is */
  async get(caller: Caller, roomId: string | null, id: string): Promise<MessageDto> {
    const row = isUuid(id) ? await this.messages.find(caller.clientId, id.toLowerCase()) : null;
    if (roomId !== null) await this.access.get(caller, roomId);
    if (!row || (roomId !== null && roomId.toLowerCase() !== row.room_id)) throw notFound('message');
    const room = await this.access.get(caller, row.room_id).catch((error: unknown) => {
      throw error instanceof Problem ? notFound('message') : error;
    });
    if (row.seq <= floorOf(caller, room)) throw notFound('message');
    return (await this.parts.complete(caller.clientId, [toMessage(row)]))[0]!;
  }
}

/** The last seq that the acting user may not see. */
const floorOf = (caller: Caller, room: RoomRow): number =>
  caller.user && room.history === 'since_join' ? room.my_joined_seq! : 0;

function newMessage(request: Request, roomId: string, dto: SendMessageDto): NewMessage {
  const { caller } = request;
  if (!isUuid(roomId)) throw notFound('room');
  const { content = null, content_type = 'text', attachments = [], metadata = {}, client_msg_id = null } = dto;
  if (content === null && attachments.length === 0 && content_type !== 'custom') {
    throw invalidField('content', 'is required unless there are attachments or content_type is custom');
  }
  return {
    client_id: caller.clientId,
    room_id: roomId.toLowerCase(),
    id: newId(),
    event_id: newId(),
    sender_pk: caller.user?.user_pk ?? null,
    sender_id: caller.user?.user_id ?? null,
    sender_type: actorTypeOf(caller),
    sender_display_name: caller.user?.display_name ?? null,
    content_type,
    content,
    attachments: attachments.map(whole),
    metadata,
    client_msg_id,
    again: false,
    body_hash: client_msg_id === null ? null : hashOf([content_type, content, attachments, metadata]),
    request,
  };
}

/** With every field that its shape promises. */
const whole = ({ type, url, name = null, size = null, mime_type = null, ...more }: AttachmentDto): AttachmentDto => ({
  type,
  url,
  name,
  size,
  mime_type,
  ...more,
});

const hashOf = (body: unknown[]): Buffer => createHash('sha256').update(JSON.stringify(body)).digest();
