import { Nested, OneOf, Text } from '../../platform/common/fields.js';

const STATES = ['up', 'down'] as const;
export type PartState = (typeof STATES)[number];

const READER_STATES = ['up', 'behind'] as const;

export class HealthChecksDto {
  @OneOf(STATES, { description: 'Does PostgreSQL answer?' })
  database: PartState;

  @OneOf(STATES, { description: 'Is the schema the one that this version needs?' })
  schema: PartState;

  @OneOf(STATES, { description: 'Can jobs be queued?' })
  queue: PartState;

  @OneOf(READER_STATES, {
    description: 'What follows from events (search): does it come within a minute?',
  })
  log_readers: (typeof READER_STATES)[number];

  @OneOf(STATES, { optional: true, description: 'Where REDIS_URL is set: does Redis answer?' })
  redis?: PartState;
}

export class HealthDto {
  @OneOf(['ok', 'degraded', 'draining', 'unavailable'], {
    description:
      '`degraded`: requests are served, but jobs wait for Redis, or readers of the event log are behind. `draining`: this process is stopping. Only `ok` and `degraded` come with 200.',
  })
  status: 'ok' | 'degraded' | 'draining' | 'unavailable';

  @Text({ max: 100, example: '0.1.0' })
  version: string;

  @Nested(() => HealthChecksDto)
  checks: HealthChecksDto;
}

export class AliveDto {
  @OneOf(['ok'])
  status: 'ok';
}

export class DatabaseHealthDto {
  @OneOf(STATES, { description: 'Does PostgreSQL answer?' })
  database: PartState;
}
