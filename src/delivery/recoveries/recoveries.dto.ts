import { Bool, Int, Nested, OneOf, Time, Uuid } from '../../platform/common/fields.js';
import { RecoveryFilterDto } from './delivery-filter.dto.js';

export const MAX_RATE = 1_000;

export class StartRecoveryDto {
  @Nested(() => RecoveryFilterDto, {
    optional: true,
    description: 'All that is said must be true of a delivery.',
    example: { channel: 'email', provider: 'main', error_code: 'connection_failed', from: '2026-01-31T12:00:00Z' },
  })
  filter?: RecoveryFilterDto;

  @Bool({
    optional: true,
    default: false,
    description: 'Only counts, in `matched` and `skipped`: nothing is sent.',
    example: true,
  })
  dry_run?: boolean;

  @Int({ optional: true, min: 1, max: MAX_RATE, default: 100 })
  rate_per_second?: number;
}

const RECOVERY_STATUSES = ['running', 'completed', 'cancelled'] as const;
export type RecoveryStatus = (typeof RECOVERY_STATUSES)[number];

/** What is sent again: deliveries by a filter, or events to an endpoint. */
export class RecoveryDto {
  @Uuid()
  id: string;

  @Uuid({
    nullable: true,
    description: 'The endpoint that is told again what it was not told; null: deliveries are sent again.',
  })
  endpoint_id: string | null;

  @Nested(() => RecoveryFilterDto)
  filter: RecoveryFilterDto;

  @Bool()
  dry_run: boolean;

  @Int()
  rate_per_second: number;

  @OneOf(RECOVERY_STATUSES)
  status: RecoveryStatus;

  @Int({ description: 'How many the filter matched when it began.' })
  matched: number;

  @Int()
  resent: number;

  @Int({ description: 'Sent again already, discarded, or on their way. Of a dry run: those that it would pass over.' })
  skipped: number;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}
