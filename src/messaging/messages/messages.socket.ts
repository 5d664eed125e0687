import { Injectable } from '@nestjs/common';
import type { Existing } from '../../tenancy/access/request.js';
import { SocketEvent, type SocketRequest } from '../../tenancy/access/socket-event.js';
import { ListMessagesDto, MessageDto, MessagePageDto, SendMessageToRoomDto } from './messages.dto.js';
import { MessagesService } from './messages.service.js';

/** What the routes of messages do, over sockets. */
@Injectable()
export class MessagesSocket {
  constructor(private readonly messages: MessagesService) {}

  @SocketEvent({
    name: 'message.send',
    description:
      'Like `POST /rooms/{id}/messages`. Sent again with its `client_msg_id` when no ack came, it exists once.',
    access: 'send_messages',
    dto: SendMessageToRoomDto,
    answer: MessageDto,
    errors: ['not_found', 'user_banned', 'room_frozen', 'room_inactive', 'idempotency_conflict'],
    limited: true,
  })
  send({
    request,
    dto: { room_id, ...message },
  }: SocketRequest<SendMessageToRoomDto>): Promise<MessageDto | Existing<MessageDto>> {
    return this.messages.send(request, room_id, message);
  }

  @SocketEvent({
    name: 'message.list',
    description: 'Like `GET /rooms/{id}/messages`.',
    access: 'read_messages',
    dto: ListMessagesDto,
    answer: MessagePageDto,
    errors: ['not_found', 'invalid_cursor'],
    reads: true,
  })
  list({ caller, dto: { room_id, ...query } }: SocketRequest<ListMessagesDto>): Promise<MessagePageDto> {
    return this.messages.list(caller, room_id, query);
  }
}
