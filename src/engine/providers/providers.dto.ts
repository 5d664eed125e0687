import { addField, fieldsLater } from '../../platform/common/field-registry.js';
import {
  AnyText,
  Bool,
  Email,
  Int,
  Json,
  Nested,
  NestedVariant,
  OneOf,
  Text,
  Time,
  Uuid,
} from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { declared } from './declared.js';

const NAME = {
  max: 'name_chars',
  pattern: /^[^\u0000-\u001f\u007f]+$/u, // eslint-disable-line no-control-regex
  patternMessage: 'must not hold control characters',
  example: 'primary',
} as const;

const BULK = {
  optional: true,
  description: "Preferred from the client's `settings.bulk_threshold` recipients of a notification on.",
} as const;
/** As much as the columns hold. */
const MOST = 1_000_000_000;
const CAP = { min: 1, max: MOST, optional: true, nullable: true } as const;
const MAX_RECIPIENTS = {
  ...CAP,
  description:
    'Recipients of one call at most, cc and bcc counted. Notifications to more go to a provider that takes them, where there is one. null: no cap.',
  example: 50,
} as const;
const RATE = {
  ...CAP,
  description: 'Deliveries per second at most, over all processes. null: as many as it takes.',
  example: 14,
} as const;
const HOURLY = {
  ...CAP,
  description: 'Deliveries in each hour (UTC) at most; then others take over, or they are held. null: no cap.',
  example: 2_000,
} as const;
const DAILY = {
  ...CAP,
  description: 'Deliveries in each day (UTC) at most; then others take over, or they are held. null: no cap.',
  example: 20_000,
} as const;

/** What a request means that names no channel, as those of ChatAPI's first version do. */
export const DEFAULT_CHANNEL = 'email';

/** A provider as a client sends it. Fields without a decorator here depend on which providers there are, and are declared below. */
export class ProviderInputDto {
  @Text({ ...NAME, description: 'Unique within its channel.' })
  name: string;

  /** One that has providers to set up. */
  channel?: string;

  provider_type: string;

  @Bool({ optional: true, default: false, description: 'Tried first; at most one is primary.' })
  is_primary?: boolean;

  @Email({ optional: true, nullable: true, description: 'Who mail is from unless a notification says otherwise.' })
  from_email?: string | null;

  @Text({ ...NAME, optional: true, nullable: true, example: 'Acme' })
  from_name?: string | null;

  @Bool({ ...BULK, default: false })
  is_bulk?: boolean;

  @Int(MAX_RECIPIENTS)
  max_recipients?: number | null;

  @Int(RATE)
  rate_limit_per_second?: number | null;

  @Int(HOURLY)
  hourly_cap?: number | null;

  @Int(DAILY)
  daily_cap?: number | null;

  /** Of the schema that the provider's descriptor names. */
  config: object;
}

/** RFC 7396: what is left out stays, null removes. */
export class ProviderPatchDto {
  @Text({ ...NAME, optional: true })
  name?: string;

  @Bool({ optional: true })
  is_primary?: boolean;

  @Email({ optional: true, nullable: true })
  from_email?: string | null;

  @Text({ ...NAME, optional: true, nullable: true, example: 'Acme' })
  from_name?: string | null;

  @Bool(BULK)
  is_bulk?: boolean;

  @Int(MAX_RECIPIENTS)
  max_recipients?: number | null;

  @Int(RATE)
  rate_limit_per_second?: number | null;

  @Int(HOURLY)
  hourly_cap?: number | null;

  @Int(DAILY)
  daily_cap?: number | null;

  @Json({ optional: true, maxBytes: 'metadata_bytes', description: 'Merged into the stored config.' })
  config?: Record<string, unknown>;
}

/** Its field, too, is declared below. */
export class ProvidersQueryDto {
  channel?: string;
}

export class SaveProviderQueryDto extends ProvidersQueryDto {
  @Bool({ optional: true, default: true, query: true, description: 'false saves settings that were not tried out.' })
  verify?: boolean;
}

/** Its channel is declared below, too. */
export class ProvidersListQueryDto extends PageQueryDto {
  channel?: string;
}

export class ProviderTestInputDto {
  @Text({
    max: 320,
    description: "Gets a short test: an address of the provider's channel.",
    example: 'me@example.com',
  })
  to: string;
}

export class ProviderTestResultDto {
  @OneOf(['sent'])
  status: 'sent';

  @AnyText({ nullable: true })
  provider_message_id: string | null;

  @Int()
  duration_ms: number;
}

const SHOWN = { nullable: true, description: 'null: no cap.' };

/** That it is left alone for a while, because it failed several times in a row. */
export class ProviderOutageDto {
  @AnyText({ description: 'The code of its last fault.', example: 'connection_failed' })
  reason: string;

  @Time()
  since: string;

  @Time({ description: 'When one delivery finds out whether it works again.' })
  retry_at: string;
}

/** A provider as it is shown. Its channel, type and config, too, are declared below. */
export class ProviderDto {
  @Uuid()
  id: string;

  @AnyText()
  name: string;

  channel: string;

  provider_type: string;

  @Bool()
  is_primary: boolean;

  @Bool({ description: 'Preferred for many recipients at once.' })
  is_bulk: boolean;

  @AnyText({ nullable: true })
  from_email: string | null;

  @AnyText({ nullable: true })
  from_name: string | null;

  @Int({ ...SHOWN, description: 'Recipients of one call; null: no cap.' })
  max_recipients: number | null;

  @Int(SHOWN)
  rate_limit_per_second: number | null;

  @Int(SHOWN)
  hourly_cap: number | null;

  @Int(SHOWN)
  daily_cap: number | null;

  /** The settings without their secrets. */
  config: object;

  @Time({ nullable: true, description: 'When its settings were tried out.' })
  verified_at: string | null;

  @Nested(() => ProviderOutageDto, {
    nullable: true,
    description: 'null: it is used. In lists only: what was just saved is tried anew.',
  })
  outage: ProviderOutageDto | null;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}

export class ProviderLimitsDto {
  @Int({ min: 1, description: 'Deliveries per call of the provider at most.' })
  max_batch: number;

  @Int({ min: 1, description: 'Deliveries of one lane in hand at once, per process.' })
  in_flight: number;

  @Int({ min: 1, description: 'Attempts in all, unless a notification says otherwise.' })
  max_attempts: number;
}

/** What follows where it stays open whether the other side took a delivery. */
export class UnknownOutcomeDto {
  @OneOf(['retry', 'wait', 'ask'], {
    description:
      '`retry`: tried again by the schedule, it may arrive twice. `wait`: left alone for `wait_s`, then tried again. `ask`: the provider is asked meanwhile, and it is tried again only where that can not tell.',
  })
  policy: 'retry' | 'wait' | 'ask';

  @Int({ ...SHOWN, description: 'For how long the delivery is `unknown` at most; null where it is not.' })
  wait_s: number | null;
}

/** A kind of provider that this installation has. */
export class ProviderTypeDto {
  @AnyText({ example: 'email' })
  channel: string;

  @AnyText({ example: 'smtp' })
  provider_type: string;

  @Json({
    nullable: true,
    maxBytes: 'body_bytes',
    description: 'JSON Schema of its `config`; null where there is nothing to set up.',
  })
  config_schema: object | null;

  @Nested(() => ProviderLimitsDto)
  limits: ProviderLimitsDto;

  @Nested(() => UnknownOutcomeDto)
  unknown_outcome: UnknownOutcomeDto;
}

fieldsLater(() => {
  const { providers } = declared;
  const all = declared.channels.map(({ name }) => name);
  const channels = [...new Set(providers.map(({ channel }) => channel.name))];
  const types = [...new Set(providers.map(({ type }) => type))];
  const schemas = [...new Set(providers.map(({ configSchema }) => configSchema!))];

  addField(ProviderInputDto, 'channel', OneOf(channels, { optional: true, default: DEFAULT_CHANNEL }));
  addField(ProviderInputDto, 'provider_type', OneOf(types));
  addField(ProviderInputDto, 'config', NestedVariant(schemas, schemaOf));
  for (const query of [ProvidersQueryDto, ProvidersListQueryDto, SaveProviderQueryDto])
    addField(query, 'channel', OneOf(all, { optional: true, description: 'Only providers of this channel.' }));
  addField(ProviderDto, 'channel', OneOf(channels));
  addField(ProviderDto, 'provider_type', OneOf(types));
  addField(ProviderDto, 'config', NestedVariant(schemas, schemaOf, { description: 'Without its secrets.' }));
});

/** Of the settings beside these fields. */
const schemaOf = ({ channel = DEFAULT_CHANNEL, provider_type: type }: Record<string, unknown>) =>
  declared.providers.find((it) => it.channel.name === channel && it.type === type)?.configSchema ?? null;
