import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { Config } from '../../platform/config/config.js';
import { RedisConnections } from '../../platform/database/redis.js';

/** Between two announcements of one process: the first of many tells enough. */
const QUIET_MS = 5;

/**
 * Says that something became due, to whoever dispatches it, which may be another process. It only hastens: who dispatches
 * looks by itself, too.
 */
@Injectable()
export class DueSignal implements OnApplicationBootstrap {
  private listener: (() => void) | undefined;
  private quiet = false;
  /** Pub/sub crosses the numbered databases of a Redis; installations that share one must not hear each other. */
  private channel = '';

  constructor(
    private readonly redis: RedisConnections,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.redis.configured) return;
    this.channel = `chatapi:${this.redis.commands.options.db ?? 0}:deliveries-due`;
    if (!this.config.runsJobs()) return;
    const subscriber: Redis = this.redis.open('due', { maxRetriesPerRequest: null });
    subscriber.on('message', () => this.listener?.());
    subscriber.subscribe(this.channel).catch(() => undefined);
  }

  /** One listener. */
  onDue(listener: () => void): void {
    this.listener = listener;
  }

  /** Costs nothing, so it may be called for every commit. */
  raise(): void {
    this.listener?.();
    if (!this.redis.configured || this.quiet) return;
    this.quiet = true;
    setTimeout(() => (this.quiet = false), QUIET_MS).unref();
    this.redis.commands.publish(this.channel, '').catch(() => undefined);
  }
}
