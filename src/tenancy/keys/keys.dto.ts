import { PERMISSIONS, type Permission } from '../access/permissions.js';
import { Int, Nested, OneOf, Text, TextList, Time, UserId, Uuid } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { ClientBriefDto, ClientDto, TEN_YEARS_S, WEEK_S } from '../clients/clients.dto.js';

export const PERMISSION_LIST = {
  max: PERMISSIONS.length,
  maxChars: 50,
  values: PERMISSIONS,
  example: ['read_messages', 'send_messages', 'join_rooms'],
};
export const EXPIRES_IN = {
  optional: true,
  min: 1,
  max: TEN_YEARS_S,
  description: 'Seconds until the key expires.',
  example: 86_400,
} as const;
const KEY_NAME = { max: 'name_chars', example: 'Order service' } as const;
const API_KEY = {
  max: 255,
  description: 'Shown this once.',
  example: 'ck_master_4kx8m2p9q7rt_w3e5r7t9y2u4_7Kd…',
};

export class CreateMasterKeyDto {
  @Text(KEY_NAME)
  name: string;

  @TextList({
    ...PERMISSION_LIST,
    min: 1,
    optional: true,
    description: 'Narrows the key to these; a narrowed key does not manage the client. Omitted: everything.',
  })
  permissions?: Permission[];

  @Int(EXPIRES_IN)
  expires_in?: number;
}

export class RotateKeyDto {
  @Int({
    optional: true,
    max: WEEK_S,
    default: 0,
    description: 'Seconds for which the old key still works.',
    example: 3_600,
  })
  overlap_s?: number;
}

export class MasterKeyDto {
  @Uuid({ example: '0199c2d4-7e1a-7000-8000-0000000000a1' })
  id: string;

  @Text({ ...KEY_NAME, nullable: true })
  name: string | null;

  @Text({
    max: 64,
    description: 'How the key begins, to tell keys apart.',
    example: 'ck_master_4kx8m2p9q7rt_w3e5r7t9y2u4',
  })
  prefix: string;

  @TextList({ ...PERMISSION_LIST, nullable: true, description: 'null: everything.' })
  permissions: Permission[] | null;

  @Time({ nullable: true })
  expires_at: string | null;

  @Time({ nullable: true, description: 'To the minute.' })
  last_used_at: string | null;

  @Time()
  created_at: string;

  @Time({ description: 'When it was made, or rotated.' })
  updated_at: string;
}

export class CreatedMasterKeyDto extends MasterKeyDto {
  @Text(API_KEY)
  api_key: string;
}

export class ScopedKeyDto extends MasterKeyDto {
  @UserId()
  user_id: UserId;

  @Text({ max: 255, nullable: true, example: 'phone' })
  device_id: string | null;

  @OneOf(['login', 'api'], { description: 'Login keys are replaced by the next login.', example: 'login' })
  issued_by: 'login' | 'api';
}

export class CreatedScopedKeyDto extends ScopedKeyDto {
  @Text({ ...API_KEY, example: 'ck_user_4kx8m2p9q7rt_w3e5r7t9y2u4_7Kd…' })
  api_key: string;
}

export class ListScopedKeysQueryDto extends PageQueryDto {
  @UserId({ optional: true, description: "Only this user's." })
  user_id?: UserId;
}

/** Who the key stands for. A scoped key sees its client as `{id, name}`. */
export class MeDto {
  @OneOf(['client', 'scoped_key'], { example: 'client' })
  type: 'client' | 'scoped_key';

  @Nested(() => ClientDto)
  client: ClientDto | ClientBriefDto;

  @Nested(() => ScopedKeyDto, { optional: true })
  scoped_key?: ScopedKeyDto;
}
