import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { Config } from '../config/config.js';
import { logger } from '../common/logger.js';

/** Written to see whether that can be done. */
const HEALTH_KEY = 'chatapi:health';
const HEALTH_MS = 60_000;

/**
 * The connections to Redis, where there is one (REDIS_URL). None ever ends the process: each reconnects for as long as
 * it takes, and says once when it lost Redis and once when it has it back.
 */
export class RedisConnections {
  private readonly opened: Redis[] = [];
  private shared: Redis | undefined;
  private refuses = false;

  constructor(private readonly config: Pick<Config, 'redisUrl'>) {}

  /** Is there a Redis in this installation? */
  get configured(): boolean {
    return this.config.redisUrl !== undefined;
  }

  /**
   * For short commands. While Redis is away they fail at once instead of waiting, so that the caller can do without.
   * @throws Error when there is no Redis ({@link configured}).
   */
  get commands(): Redis {
    this.shared ??= this.open('commands', {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: 2_000,
      // What is asked in one turn of the event loop, such as the limits of many sends, leaves in one write.
      enableAutoPipelining: true,
    });
    return this.shared;
  }

  /** One more connection, for those who subscribe, block or need options of their own. Closed with the others. */
  open(purpose: string, options: RedisOptions = {}): Redis {
    if (this.config.redisUrl === undefined) throw new Error('REDIS_URL is not set.');
    const redis = new Redis(this.config.redisUrl, {
      connectionName: `chatapi:${purpose}`,
      connectTimeout: 5_000,
      keepAlive: 10_000,
      retryStrategy: (attempt) => Math.min(100 * 2 ** attempt, 2_000),
      ...options,
    });
    let lost = false;
    redis.on('error', (error: Error) => {
      if (!lost)
        logger.warn({ purpose, reason: error.message || (error as { code?: string }).code }, 'Redis is not available.');
      lost = true;
    });
    redis.on('ready', () => {
      if (lost) logger.info({ purpose }, 'Redis is available again.');
      lost = false;
    });
    this.opened.push(redis);
    return redis;
  }

  /**
   * Does Redis take what is written, within two seconds? One that is full, cannot save or became a replica answers, and is
   * of no use. Undefined when there is none in this installation.
   */
  async isHealthy(): Promise<boolean | undefined> {
    if (!this.configured) return undefined;
    return this.commands.set(HEALTH_KEY, '1', 'PX', HEALTH_MS).then(
      () => {
        this.refuses = false;
        return true;
      },
      (error: Error) => {
        this.note(error);
        return false;
      },
    );
  }

  /** Of lost connections is told where they are kept; of what Redis refuses, once here. */
  private note(error: Error): void {
    if (error.name !== 'ReplyError') return;
    if (!this.refuses) logger.warn({ reason: error.message }, 'Redis does not take what is written.');
    this.refuses = true;
  }

  async close(): Promise<void> {
    for (const redis of this.opened) redis.disconnect();
  }
}
