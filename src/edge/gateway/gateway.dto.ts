import { Int, NoFields, Text, TextList, Time, UserId, Uuid } from '../../platform/common/fields.js';
import type { AdmittedKey } from './session.js';
import { PERMISSIONS } from '../../tenancy/access/permissions.js';

/** `auth` of a Socket.IO handshake. */
export class HandshakeDto {
  @Text({ optional: true, max: 1_024 })
  api_key?: string;

  @UserId({ optional: true, description: 'With a master key: the user to act for.' })
  user_id?: UserId;

  @Text({ optional: true, max: 'name_chars', description: 'With a master key: the name of that user.' })
  display_name?: string;
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

export class UnsubscribedDto {
  @Uuid()
  room_id: string;
}

export class RefreshDto {
  @Text({ max: 1_024 })
  api_key: string;
}

/** What the connection goes on with. */
export class RefreshedDto {
  @UserId({ nullable: true, description: 'null: a master key that acts for nobody.' })
  user_id: UserId | null;

  @Uuid()
  key_id: string;

  @TextList({ nullable: true, max: PERMISSIONS.length, maxChars: 64, values: PERMISSIONS, description: 'null: all.' })
  permissions: string[] | null;

  @Time({ nullable: true })
  expires_at: string | null;
}

/** Says what a connection goes on with. */
export const refreshedOf = ({ caller, expiresAt }: AdmittedKey): RefreshedDto => ({
  user_id: caller.user?.user_id ?? null,
  key_id: caller.keyId,
  permissions: caller.permissions && [...caller.permissions],
  expires_at: expiresAt?.toISOString() ?? null,
});

@NoFields()
export class EmptyDto {}

export class PongDto {
  @Time()
  server_time: string;
}
