import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ReplyError, type Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { RedisConnections } from '../database/redis.js';
import { newId } from '../common/ids.js';
import { logger } from '../common/logger.js';
import { metrics } from '../common/metrics.js';
import { Config } from '../config/config.js';
import { dialectOf, plain, type BusDialect } from './bus-dialect.js';
import { decodeMessage, encodeMessage, busHeaderOf, type BusMessage } from './bus-message.js';
import { routesOf } from './bus-routes.js';
import { BusSubscriber } from './bus-subscriber.js';
import { Newcomers } from './newcomers.js';
import { RealtimePublisher, type Bus } from './realtime.publisher.js';

/** What publishing may take to be answered, before its connection is given up. */
const ANSWER_MS = 2_000;
/** How long a room, user or client is still heard after its last connection here: most come back soon. */
const LEAVE_AFTER_MS = 60_000;
/** Messages that came by several ways, remembered to take each once. */
const SEEN = 10_000;

/**
 * Joins the sockets of all nodes through Redis, where there is one. A node hears the rooms, users and clients that its own
 * sockets listen to, and what it listens to itself, and no others. While Redis is away every node serves its own sockets;
 * what other nodes emitted meanwhile is in the event log, and what they changed in memberships is read from PostgreSQL
 * anyway. {@link onRejoined} says when they are heard again.
 */
@Injectable()
export class Cluster implements OnModuleInit, OnModuleDestroy, Bus {
  protected readonly leaveAfterMs: number = LEAVE_AFTER_MS;
  private readonly id = newId();
  private sender: Redis | undefined;
  private dialect: BusDialect;
  private subscriber: BusSubscriber | undefined;
  private readonly newcomers = new Newcomers();
  private numbered = 0;
  private readonly seen = new LRUCache<string, true>({ max: SEEN });
  private readonly onRejoin: (() => void)[] = [];
  private readonly onLate: ((topics: string[]) => void)[] = [];

  constructor(
    private readonly redis: RedisConnections,
    private readonly publisher: RealtimePublisher,
    private readonly config: Config,
  ) {}

  /** Are there other nodes that can't be heard just now, or can't be told? */
  get cutOff(): boolean {
    return this.subscriber?.heard === false || (this.sender !== undefined && this.sender.status !== 'ready');
  }

  /** Calls back each time that the other nodes are heard again after a silence. */
  onRejoined(listener: () => void): void {
    this.onRejoin.push(listener);
  }

  /**
   * Calls back when other nodes are heard on topics (of rooms: `r:<id>`) whose connections here did not wait for it, and
   * may have missed something.
   */
  onLateHeard(listener: (topics: string[]) => void): void {
    this.onLate.push(listener);
  }

  /**
   * Resolves when other nodes are heard on every channel that connections here have joined by now. What is read then has
   * no gap to what is told later. While Redis is away it resolves at once: {@link onRejoined} will make it good.
   */
  async listening(): Promise<void> {
    await this.subscriber?.listening();
  }

  /**
   * This node itself listens to a channel, whether or not a connection does: to what others tell nodes of it. For certain
   * after {@link listening}. Without other nodes nothing is done.
   */
  listen(channel: string): void {
    if (this.subscriber) this.publisher.listeners.join(this.id, [channel]);
  }

  /** The end of {@link listen}. */
  leave(channel: string): void {
    if (this.subscriber) this.publisher.listeners.leave(this.id, channel);
  }

  joined(channels: readonly string[]): void {
    this.subscriber?.joined(channels);
  }

  onModuleInit(): void {
    if (!this.redis.configured) return;
    // Its own connection: what does not answer is given up without a thought for other commands.
    const sender = this.redis.open('publishing', {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: ANSWER_MS,
    });
    // Pub/sub crosses the numbered databases of a Redis; installations that share one must not hear each other.
    const prefix = `chatapi:${sender.options.db ?? 0}`;
    this.dialect = plain(prefix);
    sender.on('ready', () => void this.learn(sender, prefix));
    this.sender = sender;
    this.publisher.connect(this);
    // Who has no sockets has nothing to hear.
    if (this.config.servesApi()) this.subscribe(prefix);
  }

  onModuleDestroy(): void {
    this.subscriber?.close();
  }

  publish(message: BusMessage): void {
    const sender = this.sender!;
    const pipeline = sender.pipeline();
    let count = 0;
    for (const { topics, parts } of routesOf(message, this.newcomers, performance.now())) {
      const text = encodeMessage(this.id, parts, topics.length > 1 ? ++this.numbered : undefined);
      for (const topic of topics) this.dialect.publish(pipeline, topic, text);
      count += topics.length;
    }
    if (count === 0) return;
    metrics.busMessages.inc({ direction: 'out' }, count);
    pipeline.exec().then(
      (results) => {
        if (results?.some(([error]) => error && !(error instanceof ReplyError))) reconnect(sender);
      },
      () => reconnect(sender),
    );
  }

  private subscribe(prefix: string): void {
    const redis = this.redis.open('sockets', {
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
      maxRetriesPerRequest: null,
    });
    const listener = {
      receive: (text: string) => this.receive(text),
      rejoined: () => {
        for (const rejoined of this.onRejoin) rejoined();
      },
      lateHeard: (topics: string[]) => {
        for (const late of this.onLate) late(topics);
      },
    };
    this.subscriber = new BusSubscriber(redis, prefix, this.publisher.listeners, listener, this.leaveAfterMs);
  }

  private async learn(sender: Redis, prefix: string): Promise<void> {
    try {
      this.dialect = await dialectOf(sender, prefix);
    } catch {
      // Lost again: asked once it is back.
    }
  }

  private receive(text: string): void {
    const { sender, number } = busHeaderOf(text);
    if (sender === this.id) return metrics.busMessages.inc({ direction: 'echo' });
    metrics.busMessages.inc({ direction: 'in' });
    if (number !== undefined && this.hasSeen(`${sender} ${number}`)) return;
    try {
      this.publisher.receive(decodeMessage(text), sender);
    } catch (error) {
      // Not of this version of ChatAPI, or not ChatAPI's: the event log has what it may have told of.
      logger.debug({ reason: (error as Error).message }, 'What another node told was not understood.');
    }
  }

  private hasSeen(message: string): boolean {
    if (this.seen.has(message)) return true;
    this.seen.set(message, true);
    return false;
  }
}

/** A connection that does not answer may never say that it ended. */
function reconnect(redis: Redis): void {
  if (redis.status === 'ready') redis.disconnect(true);
}
