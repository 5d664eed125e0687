import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { pendingMigrations } from '../../platform/database/migrate.js';
import { LogReaders } from '../../engine/events/log-readers.js';
import { RedisConnections } from '../../platform/database/redis.js';
import { Queues } from '../../platform/queue/queues.js';
import type { HealthDto, HealthChecksDto, PartState } from './health.dto.js';
import { packageVersion } from '../../platform/config/version.js';

/** No check may take longer: what does not answer by then counts as down. */
const TIMEOUT_MS = 2_000;

/** A reader of the log that is further behind is told of. */
const LAG_S = 60;

/** The checks are public: however often they are asked, the parts are asked at most this often. */
const REMEMBER_MS = 500;

@Injectable()
export class HealthService implements OnModuleDestroy {
  private readonly version = packageVersion();
  private draining = false;
  private schemaIsCurrent = false;
  private latest: { at: number; checks: Promise<HealthChecksDto> } | undefined;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly redis: RedisConnections,
    private readonly queues: Queues,
    private readonly readers: LogReaders,
  ) {}

  /** The first thing that a shutdown calls. */
  onModuleDestroy(): void {
    this.draining = true;
  }

  /** What stands between this process and doing its work. */
  async report(): Promise<HealthDto> {
    const checks = await this.checks();
    return { status: this.statusOf(checks), version: this.version, checks };
  }

  async databaseState(): Promise<PartState> {
    return (await this.checks()).database;
  }

  private statusOf({ database, schema, queue, redis, log_readers }: HealthChecksDto): HealthDto['status'] {
    if (this.draining) return 'draining';
    if (database === 'down' || schema === 'down') return 'unavailable';
    // Without Redis everything is still accepted and kept; the jobs go on when it is back.
    if (redis === 'down') return 'degraded';
    if (queue === 'down') return 'unavailable';
    return log_readers === 'behind' ? 'degraded' : 'ok';
  }

  private checks(): Promise<HealthChecksDto> {
    const now = performance.now();
    if (!this.latest || now - this.latest.at > REMEMBER_MS) this.latest = { at: now, checks: this.look() };
    return this.latest.checks;
  }

  private async look(): Promise<HealthChecksDto> {
    const [database, schema, queue, log, redis] = await Promise.all([
      state(this.database.query('select 1')),
      state(this.checkSchema()),
      state(this.checkQueue()),
      state(this.checkReaders()),
      this.redis.configured ? state(this.checkRedis()) : undefined,
    ]);
    return { database, schema, queue, log_readers: log === 'up' ? 'up' : 'behind', ...(redis && { redis }) };
  }

  /** A schema that was current stays so while this version runs. */
  private async checkSchema(): Promise<void> {
    if (this.schemaIsCurrent) return;
    const pending = await pendingMigrations(this.config.databaseUrl);
    if (pending.length > 0) throw new Error(`${pending.length} migrations to run`);
    this.schemaIsCurrent = true;
  }

  /** They share a backend: any will do. */
  private async checkQueue(): Promise<void> {
    const [queue] = this.queues.all;
    if (queue) await this.queues.counts(queue);
  }

  private async checkReaders(): Promise<void> {
    const lags = await this.readers.lags();
    const late = lags.find(({ seconds }) => seconds > LAG_S);
    if (late) throw new Error(`${late.reader} is ${Math.round(late.seconds)} s behind`);
  }

  private async checkRedis(): Promise<void> {
    if (!(await this.redis.isHealthy())) throw new Error('Redis does not answer');
  }
}

/** `up` when the check succeeds in time. Why it didn't is logged where the connection is kept. */
async function state(check: Promise<unknown>): Promise<PartState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<PartState>((resolve) => {
    timer = setTimeout(() => resolve('down'), TIMEOUT_MS);
  });
  const outcome = check.then(
    (): PartState => 'up',
    (): PartState => 'down',
  );
  return Promise.race([outcome, late]).finally(() => clearTimeout(timer));
}
