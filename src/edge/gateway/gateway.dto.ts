import { Int, Text, UserId, Uuid } from '../../platform/common/fields.js';
import { MessagesQueryDto } from '../../messaging/messages/messages.dto.js';

/** `auth` of a Socket.IO handshake. */
export class HandshakeDto {
  @Text({ optional: true, max: 1_024 })
  api_key?: string;

  @UserId({ optional: true, description: 'With a master key: the user to act for.' })
  user_id?: UserId;

  @Text({ optional: true, max: 'name_chars', description: 'With a master key: the name of that user.' })
  display_name?: string;
}

export class ListMessagesDto extends MessagesQueryDto {
  @Uuid()
  room_id: string;
}

export class SubscribeDto {
  @Uuid()
  room_id: string;

  @Int({ optional: true, min: 1, max: 'page', description: 'As many of the newest messages come along.' })
  history?: number;
}

export class UnsubscribeDto {
  @Uuid()
  room_id: string;
}

export class AcknowledgeDto {
  @Uuid({ description: 'delivery_id of notification.created.' })
  id: string;
}

export class RefreshDto {
  @Text({ max: 1_024 })
  api_key: string;
}

export class EmptyDto {}
