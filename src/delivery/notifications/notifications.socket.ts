import { Injectable } from '@nestjs/common';
import { SocketEvent, type SocketRequest } from '../../tenancy/access/socket-event.js';
import { NotificationAcknowledgements } from './notification-acknowledgements.js';
import { AcknowledgeDto, AcknowledgedDto } from './notifications.dto.js';

/** What a user's app says of the notifications that it got. */
@Injectable()
export class NotificationsSocket {
  constructor(private readonly acknowledgements: NotificationAcknowledgements) {}

  @SocketEvent({
    name: 'notification.ack',
    description: 'Marks the delivery delivered. For keys that act for a user.',
    access: 'key',
    dto: AcknowledgeDto,
    answer: AcknowledgedDto,
  })
  acknowledge({ caller, dto }: SocketRequest<AcknowledgeDto>): Promise<AcknowledgedDto> {
    return this.acknowledgements.acknowledge(caller, dto.id);
  }
}
