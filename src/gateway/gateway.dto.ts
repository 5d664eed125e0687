import { Text, UserId, Uuid } from '../common/fields.js';
import { limits } from '../config/limits.js';

/** `auth` of a Socket.IO handshake. */
export class HandshakeDto {
  @Text({ optional: true, max: 1_024 })
  api_key?: string;

  @UserId({ optional: true, description: 'With a master key: the user to act for.' })
  user_id?: string;

  @Text({ optional: true, max: limits.name_chars, description: 'With a master key: the name of that user.' })
  display_name?: string;
}

export class SubscribeDto {
  @Uuid()
  room_id: string;
}

export class UnsubscribeDto {
  @Uuid()
  room_id: string;
}

export class RefreshDto {
  @Text({ max: 1_024 })
  api_key: string;
}

export class EmptyDto {}
