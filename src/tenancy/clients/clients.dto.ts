import { Bool, Int, Nested, NoFields, Text, TextList, Time, Uuid } from '../../platform/common/fields.js';

export const TEN_YEARS_S = 315_360_000;
export const WEEK_S = 604_800;

/** What a client sets for itself: each feature declares its own, by `clientSetting`. null takes the default again. */
@NoFields()
export class ClientSettingsDto {}

/** What the operator grants; null takes the configured default again. */
export class ClientLimitsPatchDto {
  @Int({
    optional: true,
    nullable: true,
    min: 1,
    max: 1_000_000,
    description: 'Messages that a user may send per minute.',
    example: 600,
  })
  messages_per_user_per_minute?: number | null;
}

export class ClientLimitsDto {
  @Int({ description: 'Messages that a user may send per minute.', example: 600 })
  messages_per_user_per_minute: number;
}

const NAME = { max: 'name_chars', example: 'Acme' } as const;
const ORIGINS = {
  max: 100,
  maxChars: 255,
  description: 'Origins whose pages may use scoped keys; empty: any.',
  example: ['https://app.example.com'],
};

export class CreateClientDto {
  @Text(NAME)
  name: string;

  @Nested(() => ClientLimitsPatchDto, { optional: true })
  limits?: ClientLimitsPatchDto;

  @Nested(() => ClientSettingsDto, { optional: true })
  settings?: ClientSettingsDto;

  @TextList({ ...ORIGINS, optional: true })
  allowed_origins?: string[];
}

/** By the operator. */
export class UpdateClientDto {
  @Text({ ...NAME, optional: true })
  name?: string;

  @Nested(() => ClientLimitsPatchDto, { optional: true })
  limits?: ClientLimitsPatchDto;

  @Nested(() => ClientSettingsDto, { optional: true })
  settings?: ClientSettingsDto;

  @TextList({ ...ORIGINS, optional: true })
  allowed_origins?: string[];
}

/** By the client: its limits are the operator's to set. */
export class UpdateMeDto {
  @Text({ ...NAME, optional: true })
  name?: string;

  @Nested(() => ClientSettingsDto, { optional: true })
  settings?: ClientSettingsDto;

  @TextList({ ...ORIGINS, optional: true })
  allowed_origins?: string[];
}

export class ClientDto {
  @Uuid({ example: '0199c2d4-7e1a-7000-8000-00000000c1e0' })
  id: string;

  @Text(NAME)
  name: string;

  @Text({ max: 80, description: 'From the name, unique; part of inbound webhook URLs.', example: 'acme' })
  slug: string;

  @Bool({ description: 'False while the client is suspended.' })
  is_active: boolean;

  @Nested(() => ClientLimitsDto)
  limits: ClientLimitsDto;

  @Nested(() => ClientSettingsDto)
  settings: ClientSettingsDto;

  @TextList(ORIGINS)
  allowed_origins: string[];

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}

export class CreatedClientDto extends ClientDto {
  @Text({
    max: 255,
    description: 'Shown this once.',
    example: 'ck_master_4kx8m2p9q7rt_w3e5r7t9y2u4_7Kd…',
  })
  master_api_key: string;
}

/** All that a scoped key sees of its client. */
export class ClientBriefDto {
  @Uuid({ example: '0199c2d4-7e1a-7000-8000-00000000c1e0' })
  id: string;

  @Text(NAME)
  name: string;
}

export class SigningSecretDto {
  @Text({
    max: 100,
    description: 'Standard Webhooks: base64 after the prefix.',
    example: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  })
  secret: string;

  @Text({ max: 100, nullable: true, description: 'Signs too, until it expires.', example: null })
  previous_secret: string | null;

  @Time({ nullable: true })
  previous_expires_at: string | null;
}

export class RotateSecretDto {
  @Int({
    optional: true,
    max: WEEK_S,
    default: 86_400,
    description: 'Seconds for which webhooks are signed with the old secret too.',
    example: 86_400,
  })
  overlap_s?: number;
}
