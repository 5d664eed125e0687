import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RedisConnections } from '../database/redis.js';
import { adapterOver, type ClusterBus } from './cluster.adapter.js';
import { RealtimePublisher } from './realtime.publisher.js';

/** A Redis that stands still, or whose connection ends nowhere, is noticed by what it does not answer. */
const PING_EVERY_MS = 2_000;
const ANSWER_MS = 2_000;

/**
 * Joins the sockets of all nodes through Redis, where there is one. While Redis is away every node serves its own
 * sockets; what other nodes emitted meanwhile is in the event log, and what they changed in memberships is read from
 * PostgreSQL anyway. {@link onRejoined} says when they are heard again.
 */
@Injectable()
export class Cluster implements OnModuleInit, OnModuleDestroy, ClusterBus {
  private subscriber: Redis | undefined;
  private pings: NodeJS.Timeout | undefined;
  /** Pub/sub crosses the numbered databases of a Redis; installations that share one must not hear each other. */
  private channel = '';
  private heard = false;
  private readonly rejoined: (() => void)[] = [];

  constructor(
    private readonly redis: RedisConnections,
    private readonly publisher: RealtimePublisher,
  ) {}

  /** Are there other nodes that can't be heard just now? */
  get cutOff(): boolean {
    return this.subscriber !== undefined && !this.heard;
  }

  /** Calls back each time that the other nodes are heard again after a silence. */
  onRejoined(listener: () => void): void {
    this.rejoined.push(listener);
  }

  onModuleInit(): void {
    if (!this.redis.configured) return;
    // Subscribed by hand, because "heard again" is what matters here, and ioredis doesn't tell.
    const subscriber = this.redis.open('sockets', {
      autoResubscribe: false,
      maxRetriesPerRequest: null,
      commandTimeout: ANSWER_MS,
    });
    subscriber.on('ready', () => void this.subscribe(subscriber));
    subscriber.on('close', () => (this.heard = false));
    this.subscriber = subscriber;
    this.pings = setInterval(() => void this.ping(subscriber), PING_EVERY_MS);
    this.pings.unref();
    this.channel = `chatapi:${subscriber.options.db ?? 0}:sockets`;
    // ioredis connects in a later turn, so no `ready` was missed.
    this.publisher.server.adapter(adapterOver(this));
    // Connects: a command that comes before that would fail.
    void this.redis.commands;
  }

  onModuleDestroy(): void {
    clearInterval(this.pings);
  }

  publish(text: string): Promise<unknown> {
    return this.redis.commands.publish(this.channel, text);
  }

  listen(onText: (text: string) => void): () => void {
    const onMessage = (_channel: string, text: string): void => onText(text);
    this.subscriber?.on('message', onMessage);
    return () => this.subscriber?.off('message', onMessage);
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
      subscriber.disconnect(true);
    }
  }
}
