import { AnyText, Bool, Email, Int, Json, Nested, OneOf, Text, Time, Uuid } from '../../platform/common/fields.js';
import { CHANNELS } from './provider.js';
import { SmtpConfigDto } from './smtp/smtp.config.js';

const NAME = {
  max: 'name_chars',
  pattern: /^[^\u0000-\u001f\u007f]+$/u, // eslint-disable-line no-control-regex
  patternMessage: 'must not hold control characters',
  example: 'primary',
} as const;

/** A provider as a client sends it. */
export class ProviderInputDto {
  @Text({ ...NAME, description: 'Unique within its channel.' })
  name: string;

  @OneOf(['email'], { optional: true, default: 'email' })
  channel?: 'email';

  @OneOf(['smtp'])
  provider_type: 'smtp';

  @Bool({ optional: true, default: false, description: 'Tried first; at most one is primary.' })
  is_primary?: boolean;

  @Email({ optional: true, nullable: true, description: 'Who mail is from unless a notification says otherwise.' })
  from_email?: string | null;

  @Text({ ...NAME, optional: true, nullable: true, example: 'Acme' })
  from_name?: string | null;

  @Nested(() => SmtpConfigDto)
  config: SmtpConfigDto;
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

  @Json({ optional: true, maxBytes: 'metadata_bytes', description: 'Merged into the stored config.' })
  config?: Record<string, unknown>;
}

export class ProvidersQueryDto {
  @OneOf(CHANNELS, { optional: true, description: 'Only providers of this channel.' })
  channel?: string;
}

export class SaveProviderQueryDto extends ProvidersQueryDto {
  @Bool({ optional: true, default: true, query: true, description: 'false saves settings that were not tried out.' })
  verify?: boolean;
}

export class ProviderTestInputDto {
  @Email({ description: 'Gets a short test mail.', example: 'me@example.com' })
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

export class DkimViewDto {
  @AnyText()
  domain: string;

  @AnyText()
  selector: string;
}

/** The settings without their secrets. */
export class SmtpConfigViewDto {
  @AnyText()
  host: string;

  @Int({ min: 1, max: 65_535 })
  port: number;

  @Bool()
  secure: boolean;

  @AnyText({ optional: true })
  username?: string;

  @Bool()
  require_tls: boolean;

  @Nested(() => DkimViewDto, { optional: true })
  dkim?: DkimViewDto;
}

const CAP = { nullable: true, description: 'null: no cap.' };

/** A provider as it is shown. */
export class ProviderDto {
  @Uuid()
  id: string;

  @AnyText()
  name: string;

  @OneOf(['email'])
  channel: string;

  @OneOf(['smtp'])
  provider_type: string;

  @Bool()
  is_primary: boolean;

  @Bool({ description: 'Preferred for many recipients at once.' })
  is_bulk: boolean;

  @AnyText({ nullable: true })
  from_email: string | null;

  @AnyText({ nullable: true })
  from_name: string | null;

  @Int({ ...CAP, description: 'Recipients of one call; null: no cap.' })
  max_recipients: number | null;

  @Int(CAP)
  rate_limit_per_second: number | null;

  @Int(CAP)
  hourly_cap: number | null;

  @Int(CAP)
  daily_cap: number | null;

  @Nested(() => SmtpConfigViewDto)
  config: SmtpConfigViewDto;

  @Time({ nullable: true, description: 'When its settings were tried out.' })
  verified_at: string | null;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}
