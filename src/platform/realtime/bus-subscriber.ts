import type { Redis } from 'ioredis';
import type { Socket } from 'node:net';
import { metrics } from '../common/metrics.js';
import { dialectOf, type BusDialect } from './bus-dialect.js';
import type { Listeners } from './listeners.js';
import { answeredWithin } from './patience.js';
import { channelsOf, EVERYWHERE, topicOf } from './topics.js';

/** A Redis that stands still, or whose connection ends nowhere, is noticed by what it does not answer. */
const PING_EVERY_MS = 2_000;
const ANSWER_MS = 2_000;

/** Who is told what becomes of it. */
export interface BusListener {
  receive(text: string): void;
  /** Other nodes are heard again after a silence, on all topics. */
  rejoined(): void;
  /** These topics are heard from now on; connections listened to them already. */
  lateHeard(topics: string[]): void;
}

/** Topics that were asked for in one turn, and who waits for their confirmation. */
class Batch {
  readonly topics: string[] = [];
  readonly settled: Promise<void>;
  settle!: () => void;

  constructor() {
    this.settled = new Promise((resolve) => (this.settle = resolve));
  }
}

/**
 * Hears the topics that this node's connections listen to: each from the first connection on, until a while after the
 * last. What one turn asks for is one write, and is heard once Redis has confirmed it.
 */
export class BusSubscriber {
  /** Other nodes are heard, on every topic that Redis has confirmed. */
  heard = false;
  /** Topics that are wanted, and whether Redis has confirmed them. */
  private readonly topics = new Map<string, boolean>([[EVERYWHERE, false]]);
  /** Those that nobody listens to any more, and since when; in that order. */
  private readonly idle = new Map<string, number>();
  /** Those whose listeners did not wait. */
  private readonly late = new Set<string>();
  private gathering: Batch | null = null;
  private readonly asked = new Set<Batch>();
  private dialect: BusDialect | undefined;
  private readonly timers: NodeJS.Timeout[] = [];
  private turn: NodeJS.Immediate | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
    private readonly listeners: Listeners,
    private readonly listener: BusListener,
    private readonly leaveAfterMs: number,
  ) {
    // Subscribed by hand, because "heard again" is what matters here, and ioredis doesn't tell.
    redis.on('ready', () => void this.begin());
    redis.on('close', () => this.lost());
    for (const event of ['message', 'smessage'] as const) {
      redis.on(event, (_channel: string, text: string) => listener.receive(text));
    }
    listeners.watch(
      (channel) => this.want(channel),
      (channel) => this.unwant(channel),
    );
    this.every(PING_EVERY_MS, () => void this.ping());
    this.every(leaveAfterMs / 6, () => this.leave());
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
    clearImmediate(this.turn);
  }

  /** Resolves when everything that connections listen to is heard; at once, and later, when that can't be had now. */
  async listening(): Promise<void> {
    if (!this.heard) return;
    const waitedFor = this.gathering ? [...this.asked, this.gathering] : [...this.asked];
    if (waitedFor.length > 0) await Promise.all(waitedFor.map(({ settled }) => settled));
  }

  /** Connections joined these without waiting: if they are not heard yet, {@link BusListener.lateHeard} will tell. */
  joined(channels: readonly string[]): void {
    for (const channel of channels) {
      const topic = topicOf(channel);
      if (topic !== null && this.topics.get(topic) === false) this.late.add(topic);
    }
  }

  private want(channel: string): void {
    const topic = topicOf(channel);
    if (topic === null) return;
    this.idle.delete(topic);
    if (this.topics.has(topic)) return;
    this.topics.set(topic, false);
    this.gathering ??= new Batch();
    this.gathering.topics.push(topic);
    this.turn ??= setImmediate(() => this.ask());
  }

  private unwant(channel: string): void {
    const topic = topicOf(channel);
    if (topic !== null && this.topics.has(topic) && !this.isWanted(topic)) this.idle.set(topic, performance.now());
  }

  private isWanted(topic: string): boolean {
    return topic === EVERYWHERE || channelsOf(topic).some((channel) => this.listeners.has(channel));
  }

  /** Who goes may come back: a topic is left a while after its last connection. */
  private leave(): void {
    if (!this.heard) return;
    const gone: string[] = [];
    const before = performance.now() - this.leaveAfterMs;
    for (const [topic, since] of this.idle) {
      if (since > before) break;
      this.idle.delete(topic);
      if (this.isWanted(topic)) continue;
      this.topics.delete(topic);
      this.late.delete(topic);
      gone.push(topic);
    }
    if (gone.length > 0) this.dialect!.unsubscribe(this.redis, gone).catch(() => undefined);
    metrics.busTopics.set(this.topics.size);
  }

  /** A new connection hears nothing yet. */
  private async begin(): Promise<void> {
    this.reset();
    const batch = new Batch();
    batch.topics.push(...this.topics.keys());
    // What is wanted from here on is asked for afterwards.
    this.gathering = null;
    const { stream } = this.redis;
    try {
      this.dialect = await dialectOf(this.redis, this.prefix);
    } catch {
      return this.giveUp();
    }
    if (!(await this.subscribe(batch)) || this.redis.stream !== stream) return;
    this.heard = true;
    for (const topic of batch.topics) this.late.delete(topic);
    this.listener.rejoined();
    this.ask();
  }

  /** Asks for what was gathered, unless all is asked for anyway once Redis is there. */
  private ask(): void {
    clearImmediate(this.turn);
    this.turn = undefined;
    const batch = this.gathering;
    if (!batch || !this.heard) return;
    this.gathering = null;
    void this.subscribe(batch).then((confirmed) => {
      if (confirmed) this.tellLate(batch.topics);
    });
  }

  /** @returns false when Redis did not confirm it: the connection is given up, and all is asked for on the next */
  private async subscribe(batch: Batch): Promise<boolean> {
    this.asked.add(batch);
    const answer = this.dialect!.subscribe(this.redis, batch.topics);
    const confirmed = await this.answered(answer);
    // The connection was lost meanwhile, and everybody has been let go on.
    if (!this.asked.delete(batch)) return false;
    if (confirmed) for (const topic of batch.topics) if (this.topics.has(topic)) this.topics.set(topic, true);
    metrics.busTopics.set(this.topics.size);
    batch.settle();
    if (!confirmed) this.giveUp();
    return confirmed;
  }

  private tellLate(topics: string[]): void {
    const late = topics.filter((topic) => this.late.delete(topic));
    if (late.length > 0) this.listener.lateHeard(late);
  }

  private lost(): void {
    this.heard = false;
    this.reset();
  }

  /** Nothing is confirmed, and nobody waits: heads are told once the other nodes are heard again. */
  private reset(): void {
    for (const topic of this.topics.keys()) this.topics.set(topic, false);
    for (const batch of this.asked) batch.settle();
    this.asked.clear();
    this.gathering?.settle();
  }

  /** A subscriber only waits, and would wait for ever on a connection that ends nowhere. */
  private async ping(): Promise<void> {
    const { redis } = this;
    if (redis.status !== 'ready') return;
    const { stream } = redis;
    if (!(await this.answered(redis.ping())) && redis.stream === stream) this.giveUp();
  }

  /** Before Redis had been silent for too long: what is told by very many topics takes its time to be confirmed. */
  private answered(work: Promise<unknown>): Promise<boolean> {
    const { stream } = this.redis;
    return answeredWithin(ANSWER_MS, work, () => (stream as Socket).bytesRead);
  }

  /** A connection that does not answer may never say that it ended. */
  private giveUp(): void {
    this.lost();
    if (this.redis.status === 'ready') this.redis.disconnect(true);
  }

  private every(ms: number, run: () => void): void {
    const timer = setInterval(run, ms);
    timer.unref();
    this.timers.push(timer);
  }
}
