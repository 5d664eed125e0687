import { addField, fieldsLater } from '../../platform/common/field-registry.js';
import { AskedTime, Bool, OneOf, Text, UserId, Uuid } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../engine/deliveries/delivery.js';
import { declared } from '../../engine/providers/declared.js';

const ADDRESS = { optional: true, max: 2_048, description: 'An email address or a URL, whole.' } as const;
const ERROR = { optional: true, max: 100, example: 'http_503', description: 'Of its last attempt.' } as const;
const FROM = { optional: true, description: 'Made at this time or later; left out: 30 days ago.' } as const;
const TO = { optional: true, description: 'Made before this time; left out: now.' } as const;

export class DeliveriesQueryDto extends PageQueryDto {
  /** One that there is; declared below. */
  channel?: string;

  @OneOf(DELIVERY_STATUSES, { optional: true, description: 'In this state.' })
  status?: DeliveryStatus;

  @Bool({
    optional: true,
    query: true,
    default: false,
    description: 'true: only what failed or expired, and was neither sent again nor put aside.',
  })
  unresolved?: boolean;

  @Text({ optional: true, max: 'name_chars', description: 'By name: the one that tried last.' })
  provider?: string;

  @Text(ERROR)
  error_code?: string;

  @UserId({ optional: true, description: 'To this user.' })
  user_id?: UserId;

  @Text(ADDRESS)
  address?: string;

  @Uuid({ optional: true, description: 'Of this notification.' })
  notification_id?: string;

  @Text({ optional: true, max: 'name_chars', description: 'Of their notifications.' })
  tag?: string;

  @AskedTime(FROM)
  from?: string;

  @AskedTime(TO)
  to?: string;
}

/** In which states deliveries can be sent again. */
export const RECOVERABLE = ['failed', 'expired', 'cancelled', 'sent', 'delivered'] as const;
export type RecoverableStatus = (typeof RECOVERABLE)[number];

/** Which deliveries are to be sent again. */
export class RecoveryFilterDto {
  /** One that there is; declared below. */
  channel?: string;

  @OneOf(RECOVERABLE, { optional: true, description: 'Left out: what failed or expired.' })
  status?: RecoverableStatus;

  @Text({ optional: true, max: 'name_chars', example: 'main' })
  provider?: string;

  @Text(ERROR)
  error_code?: string;

  @UserId({ optional: true })
  user_id?: UserId;

  @Text(ADDRESS)
  address?: string;

  @Uuid({ optional: true })
  notification_id?: string;

  @Text({ optional: true, max: 'name_chars' })
  tag?: string;

  @AskedTime(FROM)
  from?: string;

  @AskedTime(TO)
  to?: string;
}

fieldsLater(() => {
  const names = declared.channels.map(({ name }) => name);
  addField(DeliveriesQueryDto, 'channel', OneOf(names, { optional: true, description: 'Over this channel.' }));
  addField(RecoveryFilterDto, 'channel', OneOf(names, { optional: true, description: 'Over this channel.' }));
});
