import type { Permission } from '../access/permissions.js';
import { Int, Text, TextList, Time, UserId, Uuid } from '../../platform/common/fields.js';
import { EXPIRES_IN, PERMISSION_LIST } from '../keys/keys.dto.js';

const DEVICE_ID = { max: 255, example: 'phone' };
const GRANTED = {
  ...PERMISSION_LIST,
  min: 1,
  optional: true,
  description:
    'What the key may do, always within membership and role. Omitted: read_messages, send_messages, join_rooms.',
} as const;

export class LoginDto {
  @UserId()
  user_id: UserId;

  @Text({ max: 'name_chars', optional: true, example: 'Alice' })
  display_name?: string;

  @TextList(GRANTED)
  permissions?: Permission[];

  @Text({
    ...DEVICE_ID,
    optional: true,
    description: "Replaces this device's login only; without it, all of the user's.",
  })
  device_id?: string;

  @Int(EXPIRES_IN)
  expires_in?: number;

  @Int({
    optional: true,
    max: 300,
    default: 0,
    description: 'Seconds for which the earlier key still works, so that a socket can change over.',
    example: 60,
  })
  overlap_s?: number;
}

export class LoginAnswerDto {
  @UserId()
  user_id: UserId;

  @Text({ max: 'name_chars', nullable: true, example: 'Alice' })
  display_name: string | null;

  @Text({ max: 255, description: 'Shown this once.', example: 'ck_user_4kx8m2p9q7rt_w3e5r7t9y2u4_7Kd…' })
  api_key: string;

  @Uuid({ example: '0199c2d4-7e1a-7000-8000-0000000000a2' })
  key_id: string;

  @TextList(PERMISSION_LIST)
  permissions: Permission[];

  @Text({ ...DEVICE_ID, nullable: true })
  device_id: string | null;

  @Time({ nullable: true })
  expires_at: string | null;
}

export class LogoutDto {
  @UserId({ optional: true, description: 'Required with a master key; a scoped key logs itself out.' })
  user_id?: UserId;

  @Text({ ...DEVICE_ID, optional: true, description: "With a master key: this device's login only." })
  device_id?: string;
}

export class LogoutAnswerDto {
  @UserId()
  user_id: UserId;

  @Int({ description: 'How many keys stopped working.', example: 1 })
  revoked: number;
}

export class CreateScopedKeyDto {
  @UserId()
  user_id: UserId;

  @Text({ max: 'name_chars', optional: true, example: 'Kiosk in the lobby' })
  name?: string;

  @TextList(GRANTED)
  permissions?: Permission[];

  @Int(EXPIRES_IN)
  expires_in?: number;
}
