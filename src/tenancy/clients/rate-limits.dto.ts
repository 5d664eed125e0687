import { Int, NestedList, OneOf, Text, Time } from '../../platform/common/fields.js';

export class RateLimitDto {
  @Text({
    max: 64,
    description:
      '`messages`, `reactions`, `typing`, `pings`, each with `_burst` where there is one, `sockets`; of quotas and of what a provider takes `messages`, `notifications` and `deliveries` with `_second`, `_hour` or `_day`. More may come.',
    example: 'messages',
  })
  name: string;

  @OneOf(['user', 'client', 'channel', 'provider'], { description: 'Whose it is.', example: 'user' })
  scope: 'user' | 'client' | 'channel' | 'provider';

  @Text({ optional: true, max: 64, description: "Of which channel, where it is one's.", example: 'email' })
  channel?: string;

  @Text({ optional: true, max: 'name_chars', description: "Of which provider, where it is one's.", example: 'main' })
  provider?: string;

  @Int({ example: 600 })
  limit: number;

  @Int({ description: 'Left until `reset_at`.', example: 599 })
  remaining: number;

  @Time({ nullable: true, description: 'null: what is open counts, until it is closed.' })
  reset_at: string | null;

  @Int({ nullable: true, description: 'Seconds that it is counted over; null: what is open counts.', example: 60 })
  window_s: number | null;
}

export class RateLimitsDto {
  @NestedList(() => RateLimitDto, { max: 1_000 })
  limits: RateLimitDto[];
}
