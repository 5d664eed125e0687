import { ApiProperty } from '@nestjs/swagger';
import { Bool, Email, Json, Nested, OneOf, Text } from '../../platform/common/fields.js';
import { limits } from '../../platform/config/limits.js';
import { CHANNELS } from './provider.js';
import { SmtpConfigDto } from './smtp/smtp.config.js';

const NAME = {
  max: limits.name_chars,
  pattern: /^[^\u0000-\u001f\u007f]+$/u, // eslint-disable-line no-control-regex
  patternMessage: 'must not hold control characters',
  example: 'primary',
};

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

  @Json({ optional: true, maxBytes: limits.metadata_bytes, description: 'Merged into the stored config.' })
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
  @ApiProperty({ enum: ['sent'] })
  status: 'sent';

  @ApiProperty({ type: String, nullable: true })
  provider_message_id: string | null;

  @ApiProperty({ type: 'integer' })
  duration_ms: number;
}

export class DkimViewDto {
  @ApiProperty() domain: string;
  @ApiProperty() selector: string;
}

/** The settings without their secrets. */
export class SmtpConfigViewDto {
  @ApiProperty() host: string;
  @ApiProperty({ type: 'integer' }) port: number;
  @ApiProperty() secure: boolean;
  @ApiProperty({ required: false }) username?: string;
  @ApiProperty() require_tls: boolean;
  @ApiProperty({ required: false, type: () => DkimViewDto }) dkim?: DkimViewDto;
}

const CAP = { type: 'integer', nullable: true } as const;

export class ProviderDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty() name: string;
  @ApiProperty({ enum: ['email'] }) channel: string;
  @ApiProperty({ enum: ['smtp'] }) provider_type: string;
  @ApiProperty() is_primary: boolean;
  @ApiProperty({ description: 'Preferred for many recipients at once.' }) is_bulk: boolean;
  @ApiProperty({ type: String, nullable: true }) from_email: string | null;
  @ApiProperty({ type: String, nullable: true }) from_name: string | null;
  @ApiProperty({ ...CAP, description: 'Recipients of one call; null: no cap.' }) max_recipients: number | null;
  @ApiProperty({ ...CAP, description: 'null: no cap.' }) rate_limit_per_second: number | null;
  @ApiProperty({ ...CAP, description: 'null: no cap.' }) hourly_cap: number | null;
  @ApiProperty({ ...CAP, description: 'null: no cap.' }) daily_cap: number | null;
  @ApiProperty({ type: SmtpConfigViewDto }) config: SmtpConfigViewDto;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When its settings were tried out.' })
  verified_at: string | null;
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ format: 'date-time' }) updated_at: string;
}
