import { Injectable } from '@nestjs/common';
import type { Existing } from '../../tenancy/access/request.js';
import { SocketEvent, type SocketRequest } from '../../tenancy/access/socket-event.js';
import { SEND_ERRORS } from './messages.controller.js';
import { DELETE_ERRORS, EDIT_ERRORS } from './changes/changes.controller.js';
import { DeletionsService } from './changes/deletions.service.js';
import { EditsService } from './changes/edits.service.js';
import { DeleteMessageOfRoomDto, EditMessageOfRoomDto } from './changes/changes.dto.js';
import { ListMessagesDto, MessageDto, MessagePageDto } from './messages.dto.js';
import { SendMessageToRoomDto } from './sending.dto.js';
import { MessagesService } from './messages.service.js';
import { SendingService } from './sending.service.js';

/** What the routes of messages do, over sockets. */
@Injectable()
export class MessagesSocket {
  constructor(
    private readonly messages: MessagesService,
    private readonly sending: SendingService,
    private readonly edits: EditsService,
    private readonly deletions: DeletionsService,
  ) {}

  @SocketEvent({
    name: 'message.send',
    description:
      'Like `POST /rooms/{id}/messages`. Sent again with its `client_msg_id` when no ack came, it exists once.',
    access: 'send_messages',
    dto: SendMessageToRoomDto,
    answer: MessageDto,
    errors: SEND_ERRORS,
    limited: 'messages',
    judgesBans: true,
  })
  send({
    request,
    dto: { room_id, ...message },
  }: SocketRequest<SendMessageToRoomDto>): Promise<MessageDto | Existing<MessageDto>> {
    return this.sending.send(request, room_id, message);
  }

  @SocketEvent({
    name: 'message.edit',
    description: 'Like `PATCH /rooms/{id}/messages/{message_id}`.',
    access: 'send_messages',
    dto: EditMessageOfRoomDto,
    answer: MessageDto,
    errors: EDIT_ERRORS,
    limited: 'messages',
  })
  edit({
    request,
    dto: { room_id, message_id, ...changes },
  }: SocketRequest<EditMessageOfRoomDto>): Promise<MessageDto> {
    return this.edits.edit(request, room_id, message_id, changes);
  }

  @SocketEvent({
    name: 'message.delete',
    description:
      'Like `DELETE /rooms/{id}/messages/{message_id}`. Answers the message as it stands afterwards, for oneself as a stub.',
    access: 'key',
    dto: DeleteMessageOfRoomDto,
    answer: MessageDto,
    errors: DELETE_ERRORS,
  })
  async delete({ request, caller, dto }: SocketRequest<DeleteMessageOfRoomDto>): Promise<MessageDto> {
    await this.deletions.delete(request, dto.room_id, dto.message_id, dto.for);
    return (await this.messages.get(caller, dto.room_id, dto.message_id)) as MessageDto;
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
