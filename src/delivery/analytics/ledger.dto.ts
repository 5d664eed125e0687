import { AnyText, Bool, Int, NestedList, OneOf, Text, Time } from '../../platform/common/fields.js';
import { ZONE, BUCKET, BUCKETS, GROUP, PeriodQueryDto, StatesDto } from './analytics.dto.js';
import { INTERVALS, type Interval } from './period.js';

export class LedgerQueryDto extends PeriodQueryDto {
  @OneOf(INTERVALS, {
    optional: true,
    description: 'Also gives `data`: the ledger of each step. Up to 400 days without.',
  })
  interval?: Interval;

  @OneOf(['channel'], { optional: true, description: 'Tells the steps apart by channel.' })
  group_by?: 'channel';

  @Text({ ...ZONE, optional: true })
  timezone?: string;
}

const LEDGER = {
  accepted: { description: 'Counted when deliveries were accepted.', example: 120 },
  balanced: { description: 'Is what was accepted the sum of the states?' },
  difference: { min: -1_000_000_000_000, description: 'What was accepted, less the sum of the states.', example: 0 },
} as const;

export class LedgerChannelDto extends StatesDto {
  @AnyText({ example: 'email' })
  channel: string;

  @Int(LEDGER.accepted)
  accepted: number;

  @Bool(LEDGER.balanced)
  balanced: boolean;

  @Int(LEDGER.difference)
  difference: number;
}

export class LedgerBucketDto extends StatesDto {
  @Time(BUCKET)
  bucket: string;

  @AnyText(GROUP)
  group: string | null;

  @Int(LEDGER.accepted)
  accepted: number;

  @Bool(LEDGER.balanced)
  balanced: boolean;

  @Int(LEDGER.difference)
  difference: number;
}

/** Every delivery that was accepted in the time is in exactly one state. */
export class LedgerDto extends StatesDto {
  @Time()
  from: string;

  @Time({ description: 'Not included.' })
  to: string;

  @Int(LEDGER.accepted)
  accepted: number;

  @Bool(LEDGER.balanced)
  balanced: boolean;

  @Int(LEDGER.difference)
  difference: number;

  @NestedList(() => LedgerChannelDto, { max: 1_000 })
  channels: LedgerChannelDto[];

  @NestedList(() => LedgerBucketDto, { ...BUCKETS, optional: true, description: 'With `interval` only.' })
  data?: LedgerBucketDto[];
}
