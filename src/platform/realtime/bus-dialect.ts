import type { ChainableCommander, Redis } from 'ioredis';

/** How topics are subscribed to and published on, by what kind of Redis it is. */
export interface BusDialect {
  /** The name of a topic on Redis. */
  channel(topic: string): string;
  /** In as few commands as it takes, each with many channels, many at once. */
  subscribe(redis: Redis, topics: readonly string[]): Promise<unknown>;
  unsubscribe(redis: Redis, topics: readonly string[]): Promise<unknown>;
  publish(pipeline: ChainableCommander, topic: string, text: string): void;
}

/** In one command, and in all that are not answered: Redis does nothing else while one runs. */
const CHANNELS_AT_ONCE = 5_000;
/** Topics of a sharded Redis are spread over this many slots, because one command names channels of one slot only. */
const BUCKETS = 256;

/**
 * Is it a Redis Cluster, whose plain pub/sub tells every shard everything? Then topics belong to slots.
 * @param redis connected, and not subscribed to anything yet
 */
export async function dialectOf(redis: Redis, prefix: string): Promise<BusDialect> {
  const info = await redis.info('server');
  const isCluster = /^redis_mode:cluster/m.test(info);
  const [, major = '0'] = /^redis_version:(\d+)/m.exec(info) ?? [];
  return isCluster && Number(major) >= 7 ? sharded(prefix) : plain(prefix);
}

export function plain(prefix: string): BusDialect {
  const channel = (topic: string): string => `${prefix}:${topic}`;
  return {
    channel,
    subscribe: (redis, topics) => inTurn(chunksOf(topics.map(channel)), (channels) => redis.subscribe(...channels)),
    unsubscribe: (redis, topics) => inTurn(chunksOf(topics.map(channel)), (channels) => redis.unsubscribe(...channels)),
    publish: (pipeline, topic, text) => void pipeline.publish(channel(topic), text),
  };
}

export function sharded(prefix: string): BusDialect {
  const channel = (topic: string): string => `${prefix}:{${bucketOf(topic)}}:${topic}`;
  const bySlot = (topics: readonly string[]): string[][] => {
    const slots = new Map<number, string[]>();
    for (const topic of topics) {
      const bucket = bucketOf(topic);
      const channels = slots.get(bucket);
      if (channels) channels.push(channel(topic));
      else slots.set(bucket, [channel(topic)]);
    }
    return [...slots.values()].flatMap((channels) => [...chunksOf(channels)]);
  };
  return {
    channel,
    subscribe: (redis, topics) => inTurn(bySlot(topics), (channels) => redis.ssubscribe(...channels)),
    unsubscribe: (redis, topics) => inTurn(bySlot(topics), (channels) => redis.sunsubscribe(...channels)),
    publish: (pipeline, topic, text) => void pipeline.spublish(channel(topic), text),
  };
}

/** FNV-1a. */
function bucketOf(topic: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < topic.length; at++) hash = Math.imul(hash ^ topic.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}

function* chunksOf(channels: string[]): Generator<string[]> {
  for (let at = 0; at < channels.length; at += CHANNELS_AT_ONCE) yield channels.slice(at, at + CHANNELS_AT_ONCE);
}

/** One command after the other, unless they are small: Redis cuts off who has too many answers waiting to be read. */
async function inTurn(commands: Iterable<string[]>, run: (channels: string[]) => Promise<unknown>): Promise<void> {
  let running: Promise<unknown>[] = [];
  let waiting = 0;
  for (const channels of commands) {
    if (waiting > 0 && waiting + channels.length > CHANNELS_AT_ONCE) {
      await Promise.all(running);
      running = [];
      waiting = 0;
    }
    running.push(run(channels));
    waiting += channels.length;
  }
  await Promise.all(running);
}
