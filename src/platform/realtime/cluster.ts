import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ReplyError, type Redis } from 'ioredis';
import { RedisConnections } from '../database/redis.js';
import { newId } from '../common/ids.js';
import { logger } from '../common/logger.js';
import { Config } from '../config/config.js';
import { decodeMessage, encodeMessage, type BusMessage } from './bus-message.js';
import { RealtimePublisher, type Bus } from './realtime.publisher.js';

/** A Redis that stands still, or whose connection ends nowhere, is noticed by what it does not answer. */
const PING_EVERY_MS = 2_000;
const ANSWER_MS = 2_000;

/**
 * Joins the sockets of all nodes through Redis, where there is one. While Redis is away every node serves its own
 * sockets; what other nodes emitted meanwhile is in the event log, and what they changed in memberships is read from
 * PostgreSQL anyway. {@link onRejoined} says when they are heard again.
 */
@Injectable()
export class Cluster implements OnModuleInit, OnModuleDestroy, Bus {
  private readonly id = newId();
  private sender: Redis | undefined;
  private subscriber: Redis | undefined;
  private pings: NodeJS.Timeout | undefined;
  private channel = '';
  private heard = false;
  private readonly rejoined: (() => void)[] = [];

  constructor(
    private readonly redis: RedisConnections,
    private readonly publisher: RealtimePublisher,
    private readonly config: Config,
  ) {}

  /** Are there other nodes that can't be heard just now, or can't be told? */
  get cutOff(): boolean {
    return (
      (this.subscriber !== undefined && !this.heard) || (this.sender !== undefined && this.sender.status !== 'ready')
    );
  }

  /** Calls back each time that the other nodes are heard again after a silence. */
  onRejoined(listener: () => void): void {
    this.rejoined.push(listener);
  }

  onModuleInit(): void {
    if (!this.redis.configured) return;
    // Its own connection: what does not answer is given up without a thought for other commands.
    this.sender = this.redis.open('publishing', {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: ANSWER_MS,
    });
    // Pub/sub crosses the numbered databases of a Redis; installations that share one must not hear each other.
    this.channel = `chatapi:${this.sender.options.db ?? 0}:sockets`;
    this.publisher.connect(this);
    // Who has no sockets has nothing to hear.
    if (this.config.servesApi()) this.listen();
  }

  onModuleDestroy(): void {
    clearInterval(this.pings);
  }

  publish(message: BusMessage): void {
    const { sender } = this;
    sender!.publish(this.channel, encodeMessage(this.id, message)).catch((error: unknown) => {
      if (!(error instanceof ReplyError)) reconnect(sender!);
    });
  }

  private listen(): void {
    // Subscribed by hand, because "heard again" is what matters here, and ioredis doesn't tell.
    const subscriber = this.redis.open('sockets', {
      autoResubscribe: false,
      maxRetriesPerRequest: null,
      commandTimeout: ANSWER_MS,
    });
    subscriber.on('ready', () => void this.subscribe(subscriber));
    subscriber.on('close', () => (this.heard = false));
    subscriber.on('message', (_channel: string, text: string) => this.receive(text));
    this.subscriber = subscriber;
    this.pings = setInterval(() => void this.ping(subscriber), PING_EVERY_MS);
    this.pings.unref();
  }

  private receive(text: string): void {
    try {
      const message = decodeMessage(this.id, text);
      if (message) this.publisher.receive(message);
    } catch (error) {
      // Not of this version of ChatAPI, or not ChatAPI's: the event log has what it may have told of.
      logger.debug({ reason: (error as Error).message }, 'What another node told was not understood.');
    }
  }

  private async subscribe(subscriber: Redis): Promise<void> {
    try {
      await subscriber.subscribe(this.channel);
    } catch {
      return; // Lost again before it answered: the next `ready` comes here.
    }
    this.heard = true;
    for (const listener of this.rejoined) listener();
  }

  /** A subscriber only waits, and would wait for ever on a connection that ends nowhere. */
  private async ping(subscriber: Redis): Promise<void> {
    if (subscriber.status !== 'ready') return;
    try {
      await subscriber.ping();
    } catch {
      this.heard = false;
      reconnect(subscriber);
    }
  }
}

/** A connection that does not answer may never say that it ended. */
function reconnect(redis: Redis): void {
  if (redis.status === 'ready') redis.disconnect(true);
}
