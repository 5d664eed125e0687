import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { newId } from '../common/ids.js';
import { logger } from '../common/logger.js';
import { Config } from '../config/config.js';
import { RedisConnections } from '../database/redis.js';
import { BEAT, CLAIM, READ } from './nodes.lua.js';

/** A node that is not heard of for so long has ended, and what it said holds no longer. */
export const NODE_LEASE_MS = 8_000;
const BEAT_MS = 2_000;
/** What a node says is written again well before this, so that nothing stays behind for good when all nodes end at once. */
const KEPT_MS = 3_600_000;
const WRITTEN_AGAIN_MS = KEPT_MS / 3;
const AT_ONCE = 500;

const PREFIX = 'chatapi:nodes';
const LEASES = `${PREFIX}:leases`;

interface Scripted extends Redis {
  nodesBeat(leases: string, node: string, leaseMs: number): Promise<[added: number, live: string[]]>;
  nodesRead(keys: number, leases: string, ...hashes: string[]): Promise<string[][]>;
  nodesClaim(leases: string, hash: string, node: string, mine: number, limit: number, ttl: number): Promise<number>;
}

/**
 * What each node says under a key, such as how many connections it has of a user, for all of them to read: through Redis,
 * where there is one. A node's word holds as long as the node lives, by one lease for all that it says, so that nothing of a
 * killed node is left, and living costs one command each {@link BEAT_MS}. Without Redis, or while it is away, each node
 * knows of itself only; once it is back, every node says again what holds. Nothing here throws or is waited for by a send.
 */
@Injectable()
export class Nodes implements OnModuleInit, OnModuleDestroy {
  readonly id = newId();
  private commands: Scripted | undefined;
  /** What this node says, whether or not Redis knows. */
  private readonly said = new Map<string, string>();
  /** What it took back while Redis could not be told. */
  private readonly takenBack = new Set<string>();
  private live = new Set<string>();
  private available = false;
  private behind = true;
  private beating: Promise<void> | null = null;
  private refresh = this.said.entries();
  private timer: NodeJS.Timeout | undefined;
  private readonly listeners: (() => void)[] = [];

  constructor(
    private readonly redis: RedisConnections,
    private readonly config: Config,
  ) {}

  /** Are there other nodes, and can they be asked? */
  get shared(): boolean {
    return this.available;
  }

  /** Are there others, which can't be asked just now? */
  get cutOff(): boolean {
    return this.commands !== undefined && !this.available;
  }

  /** Calls back when a node ended, or the others can be asked again: what was read may hold no longer. */
  onChanged(listener: () => void): void {
    this.listeners.push(listener);
  }

  onModuleInit(): void {
    if (!this.redis.configured || !this.config.servesApi()) return;
    const { commands } = this.redis;
    commands.defineCommand('nodesBeat', { numberOfKeys: 1, lua: BEAT });
    commands.defineCommand('nodesRead', { lua: READ });
    commands.defineCommand('nodesClaim', { numberOfKeys: 2, lua: CLAIM });
    this.commands = commands as Scripted;
    commands.on('ready', () => void this.beat());
    this.timer = setInterval(() => void this.beat(), BEAT_MS).unref();
    // The connection, which others use too, may be there already.
    void this.beat();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Says it, or takes it back. Resolves when the others can read it, or can't be told just now. */
  async set(key: string, value: string | null): Promise<void> {
    if (value === null) this.said.delete(key);
    else {
      this.said.set(key, value);
      this.takenBack.delete(key);
    }
    const written = this.available && (await this.write(key, value));
    if (!written && value === null && !this.said.has(key)) this.takenBack.add(key);
  }

  /**
   * What the living nodes say under each key, by node.
   * @returns null when the others can't be asked: then only what this node says is known
   */
  async read(keys: string[]): Promise<Map<string, string>[] | null> {
    if (!this.available) return null;
    try {
      const found: Map<string, string>[] = [];
      for (let at = 0; at < keys.length; at += AT_ONCE) {
        const hashes = keys.slice(at, at + AT_ONCE).map(hashOf);
        const fields = await this.commands!.nodesRead(hashes.length + 1, LEASES, ...hashes);
        found.push(...fields.map(pairs));
      }
      return found;
    } catch {
      this.lose();
      return null;
    }
  }

  /** What this node says itself. */
  own(key: string): string | undefined {
    return this.said.get(key);
  }

  /**
   * Says `mine`, a number, unless the sum of what all say would then be above the limit.
   * @returns null when the others can't be asked; then it is said as well
   */
  async claim(key: string, mine: number, limit: number): Promise<boolean | null> {
    this.said.set(key, String(mine));
    this.takenBack.delete(key);
    if (!this.available) return null;
    try {
      return (await this.commands!.nodesClaim(LEASES, hashOf(key), this.id, mine, limit, KEPT_MS)) < 0;
    } catch {
      this.lose();
      return null;
    }
  }

  private async write(key: string, value: string | null): Promise<boolean> {
    const commands = this.commands!;
    try {
      if (value === null) await commands.hdel(hashOf(key), this.id);
      else await Promise.all([commands.hset(hashOf(key), this.id, value), commands.pexpire(hashOf(key), KEPT_MS)]);
      return true;
    } catch {
      this.lose();
      return false;
    }
  }

  /** Says that this node lives, and learns who else does. */
  private beat(): Promise<void> {
    this.beating ??= this.runBeat()
      .catch((error: unknown) => {
        this.lose();
        logger.debug({ reason: (error as Error).message }, 'The other nodes could not be asked.');
      })
      .finally(() => (this.beating = null));
    return this.beating;
  }

  private async runBeat(): Promise<void> {
    if (this.timer === undefined || this.commands!.status !== 'ready') throw new Error('no connection');
    const [added, live] = await this.commands!.nodesBeat(LEASES, this.id, NODE_LEASE_MS);
    // Who was forgotten meanwhile has to say everything again. What comes from now on is said as it comes.
    const complete = added === 1 || this.behind;
    this.available = true;
    if (complete) await this.sayAll();
    else await this.sayAgain();
    const ended = [...this.live].some((node) => !live.includes(node));
    this.live = new Set(live);
    this.behind = false;
    if (ended || complete) for (const listener of this.listeners) listener();
  }

  private async sayAll(): Promise<void> {
    for (const keys of chunksOf([...this.takenBack])) {
      await Promise.all(keys.map((key) => this.commands!.hdel(hashOf(key), this.id)));
      for (const key of keys) this.takenBack.delete(key);
    }
    for (const entries of chunksOf([...this.said.keys()])) await this.sayThese(entries);
    this.refresh = this.said.entries();
  }

  /** A part of it each time, so that all of it is written anew before it would expire. */
  private async sayAgain(): Promise<void> {
    const keys: string[] = [];
    const count = Math.ceil((this.said.size * BEAT_MS) / WRITTEN_AGAIN_MS);
    while (keys.length < count) {
      const { value, done } = this.refresh.next();
      if (done) break;
      keys.push(value[0]);
    }
    if (keys.length < count) this.refresh = this.said.entries();
    await this.sayThese(keys);
  }

  private async sayThese(keys: string[]): Promise<void> {
    const written = keys.map(async (key) => {
      const value = this.said.get(key);
      if (value !== undefined && !(await this.write(key, value))) throw new Error('Redis went away again');
    });
    await Promise.all(written);
  }

  private lose(): void {
    this.available = false;
    this.behind = true;
  }
}

const hashOf = (key: string): string => `${PREFIX}:${key}`;

function pairs(flat: string[]): Map<string, string> {
  const map = new Map<string, string>();
  for (let at = 0; at < flat.length; at += 2) map.set(flat[at]!, flat[at + 1]!);
  return map;
}

function* chunksOf<T>(items: T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += AT_ONCE) yield items.slice(at, at + AT_ONCE);
}
