import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RedisConnections } from '../database/redis.js';
import { logger } from '../common/logger.js';
import { Config } from '../config/config.js';
import { Nodes } from './nodes.js';

/** What another node told under a topic. Must check what it is given. */
type Listener = (body: unknown, from: string) => void;

/**
 * Small things that nodes tell each other and that may be lost, such as who types: by topic, told together at the end of a
 * turn of the event loop. What must not be missed for good is read again when {@link onHeardAgain} says so.
 */
@Injectable()
export class NodeNews implements OnModuleInit {
  private readonly listeners = new Map<string, Listener>();
  private readonly heardAgain: (() => void)[] = [];
  private channel = '';
  private pending: [topic: string, body: unknown][] = [];

  constructor(
    private readonly redis: RedisConnections,
    private readonly nodes: Nodes,
    private readonly config: Config,
  ) {}

  /** @throws Error for a topic that another listens to */
  listen(topic: string, listener: Listener): void {
    if (this.listeners.has(topic)) throw new Error(`Two listen to the news of ${topic}.`);
    this.listeners.set(topic, listener);
  }

  /** Calls back when the other nodes are heard, for the first time and after each silence. */
  onHeardAgain(listener: () => void): void {
    this.heardAgain.push(listener);
  }

  onModuleInit(): void {
    if (!this.redis.configured || !this.config.servesApi()) return;
    const subscriber = this.redis.open('news', { autoResubscribe: false, maxRetriesPerRequest: null });
    // Pub/sub crosses the numbered databases of a Redis; installations that share one must not hear each other.
    this.channel = `chatapi:${subscriber.options.db ?? 0}:news`;
    subscriber.on('ready', () => void this.subscribe(subscriber));
    subscriber.on('message', (_channel: string, text: string) => this.receive(text));
  }

  /** Tells the other nodes; what can't be told is lost. */
  tell(topic: string, body: unknown): void {
    if (this.channel === '') return;
    if (this.pending.length === 0) setImmediate(() => this.flush());
    this.pending.push([topic, body]);
  }

  private flush(): void {
    const news = this.pending;
    this.pending = [];
    this.redis.commands.publish(this.channel, JSON.stringify([this.nodes.id, news])).catch(() => {});
  }

  private async subscribe(subscriber: Redis): Promise<void> {
    try {
      await subscriber.subscribe(this.channel);
    } catch {
      return; // Lost again before it answered: the next `ready` comes here.
    }
    for (const listener of this.heardAgain) listener();
  }

  private receive(text: string): void {
    try {
      const [from, news] = JSON.parse(text) as [string, [string, unknown][]];
      if (from === this.nodes.id) return;
      for (const [topic, body] of news) this.listeners.get(topic)?.(body, from);
    } catch (error) {
      // Not of this version of ChatAPI, or not ChatAPI's.
      logger.debug({ reason: (error as Error).message }, 'News of another node was not understood.');
    }
  }
}
