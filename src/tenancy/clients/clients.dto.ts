import {
  Bool,
  Int,
  Nested,
  NestedList,
  NoFields,
  OneOf,
  Text,
  TextList,
  Time,
  Uuid,
} from '../../platform/common/fields.js';
import type { ClientLimits, ClientQuotas, Quota } from '../access/caller.js';
import { LIMIT_PRESETS, type LimitPreset } from './client-limits.js';

export const TEN_YEARS_S = 315_360_000;
export const WEEK_S = 604_800;

/** What a client sets for itself: each feature declares its own, by `clientSetting`. null takes the default again. */
@NoFields()
export class ClientSettingsDto {}

/** The limits of a client that the operator may set, and what each is. */
const LIMITS = {
  messages: { description: 'Messages that a user may send, edit or schedule per minute.', example: 600 },
  reactions: { description: 'Reactions that a user may add or take back per minute.', example: 600 },
  typing: { description: 'Times a minute that a user may tell of starting or stopping to type.', example: 300 },
  pings: { description: 'Times a minute that a user may send `ping`.', example: 600 },
  burst: {
    description: 'How many of each of them may come in one second; 0: as many as the minute allows.',
    example: 0,
  },
  cooldown: {
    description: 'Seconds for which a user is refused who went beyond the burst; 0: until the second is over.',
    example: 0,
  },
  socketsOfUser: { description: 'Connections that a user may have open at once.', example: 100 },
  socketsOfClient: {
    description: "Connections that all of the client's users may have open at once.",
    example: 100_000,
  },
};

const PATCH = { optional: true, nullable: true } as const;
const COUNT = { ...PATCH, min: 1, max: 1_000_000 } as const;

const QUOTA = {
  optional: true,
  nullable: true,
  min: 1,
  max: 1_000_000_000,
  description: 'Left out: as many as there are.',
} as const;

/** Hours and days are those of UTC. */
export class QuotaDto implements Quota {
  @Int({ ...QUOTA, example: 20 })
  per_second?: number | null;

  @Int({ ...QUOTA, example: 10_000 })
  per_hour?: number | null;

  @Int({ ...QUOTA, example: 100_000 })
  per_day?: number | null;
}

export class ChannelQuotaDto extends QuotaDto {
  @Text({ max: 64, example: 'email' })
  channel: string;
}

const QUOTAS = {
  ofUser: { optional: true, description: 'Messages of one user, sent, edited or scheduled.' },
  ofClient: { optional: true, description: 'Messages of the client and all its users.' },
  notifications: { optional: true, description: 'Notifications that one user sends.' },
  deliveries: { optional: true, description: 'Deliveries accepted over all channels.' },
  channels: { optional: true, max: 100, description: 'Deliveries accepted over a channel.' },
} as const;

/** Given as a whole: what is left out is not counted any more. */
export class ClientQuotasDto implements ClientQuotas {
  @Nested(() => QuotaDto, QUOTAS.ofUser)
  messages_per_user?: QuotaDto;

  @Nested(() => QuotaDto, QUOTAS.ofClient)
  messages_per_client?: QuotaDto;

  @Nested(() => QuotaDto, QUOTAS.notifications)
  notifications_per_user?: QuotaDto;

  @Nested(() => QuotaDto, QUOTAS.deliveries)
  deliveries_per_client?: QuotaDto;

  @NestedList(() => ChannelQuotaDto, QUOTAS.channels)
  deliveries_per_channel?: ChannelQuotaDto[];
}

/** What the operator grants; null takes the configured default again. */
export class ClientLimitsPatchDto {
  @OneOf(LIMIT_PRESETS, {
    optional: true,
    description:
      'Sets many at once, before the fields beside it: `fastchat` is 60 messages, 60 reactions, 10 of typing and 30 pings a minute, bursts of 3 a second, 2 s of cooldown; `default` takes the configured defaults again.',
    example: 'default',
  })
  preset?: LimitPreset;

  @Int({ ...COUNT, ...LIMITS.messages })
  messages_per_user_per_minute?: number | null;

  @Int({ ...COUNT, ...LIMITS.reactions })
  reactions_per_user_per_minute?: number | null;

  @Int({ ...COUNT, ...LIMITS.typing })
  typing_per_user_per_minute?: number | null;

  @Int({ ...COUNT, ...LIMITS.pings })
  pings_per_user_per_minute?: number | null;

  @Int({ ...PATCH, max: 1_000_000, ...LIMITS.burst })
  burst_per_user_per_second?: number | null;

  @Int({ ...PATCH, max: 3_600, ...LIMITS.cooldown })
  cooldown_s?: number | null;

  @Int({ ...COUNT, ...LIMITS.socketsOfUser })
  sockets_per_user?: number | null;

  @Int({ ...COUNT, max: 10_000_000, ...LIMITS.socketsOfClient })
  sockets_per_client?: number | null;

  @Nested(() => ClientQuotasDto, { ...PATCH, description: 'Takes the place of all quotas; null: there are none.' })
  quotas?: ClientQuotasDto | null;
}

export class ClientLimitsDto implements ClientLimits {
  @Int(LIMITS.messages)
  messages_per_user_per_minute: number;

  @Int(LIMITS.reactions)
  reactions_per_user_per_minute: number;

  @Int(LIMITS.typing)
  typing_per_user_per_minute: number;

  @Int(LIMITS.pings)
  pings_per_user_per_minute: number;

  @Int(LIMITS.burst)
  burst_per_user_per_second: number;

  @Int(LIMITS.cooldown)
  cooldown_s: number;

  @Int(LIMITS.socketsOfUser)
  sockets_per_user: number;

  @Int(LIMITS.socketsOfClient)
  sockets_per_client: number;

  @Nested(() => ClientQuotasDto, { description: 'Beyond them 429; what is not named is not counted.' })
  quotas: ClientQuotasDto;
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
