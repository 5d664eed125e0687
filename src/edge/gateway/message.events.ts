import { Injectable } from '@nestjs/common';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { SendMessageToRoomDto } from '../../messaging/messages/messages.dto.js';
import { MessagesService } from '../../messaging/messages/messages.service.js';
import { NotificationsService } from '../../delivery/notifications/notifications.service.js';
import { RoomsService } from '../../messaging/rooms/rooms.service.js';
import { AcknowledgeDto, ListMessagesDto } from './gateway.dto.js';
import { upEvent } from './up-event.js';

/** Events that do what a REST route does, through the same service. */
@Injectable()
export class MessageEvents {
  constructor(
    private readonly messages: MessagesService,
    private readonly rooms: RoomsService,
    private readonly notifications: NotificationsService,
  ) {}

  readonly events = [
    upEvent({
      name: 'message.send',
      access: 'send_messages',
      dto: SendMessageToRoomDto,
      limited: true,
      run: ({ request, dto: { room_id, ...message } }) => this.messages.send(request, room_id, message),
    }),
    upEvent({
      name: 'message.list',
      access: 'read_messages',
      dto: ListMessagesDto,
      reads: true,
      run: ({ caller, dto: { room_id, ...query } }) => this.messages.list(caller, room_id, query),
    }),
    upEvent({
      name: 'room.list',
      access: 'read_messages',
      dto: PageQueryDto,
      reads: true,
      run: ({ caller, dto }) => this.rooms.list(caller, dto),
    }),
    upEvent({
      name: 'notification.ack',
      access: 'key',
      dto: AcknowledgeDto,
      run: ({ caller, dto }) => this.notifications.acknowledge(caller, dto.id),
    }),
  ];
}
