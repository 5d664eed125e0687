import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Problem } from '../../platform/common/problem.js';
import type { Connection } from '../../platform/realtime/connection.js';
import { ConnectionEnds } from '../../platform/realtime/connection-ends.js';
import { Nodes } from '../../platform/realtime/nodes.js';
import type { Caller } from '../access/caller.js';
import { ConnectionStarts } from '../access/connection-starts.js';
import type { LimitState } from './limit-state.js';
import { RateLimits } from './rate-limits.js';

/** A place that was given to a handshake whose connection never came is free again after this. */
const UNOPENED_MS = 30_000;
const LOOK_EVERY_MS = 5_000;
const RETRY_AFTER_S = 10;

interface Place {
  key: string;
  limit: number;
  whose: string;
}

/**
 * How many connections a user and all users of a client have open at once, over all nodes: `client.limits.sockets_per_user`
 * and `sockets_per_client`. A handshake takes a place, which the end of its connection gives back. Master keys need none.
 */
@Injectable()
export class SocketLimit implements OnModuleInit, OnModuleDestroy {
  private readonly counts = new Map<string, number>();
  /** The most of each client since somebody asked. */
  private readonly peaks = new Map<string, number>();
  private readonly open = new Map<Connection, Place[]>();
  /** By the caller that the connection will come with: until when. */
  private readonly unopened = new Map<Caller, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly nodes: Nodes,
    private readonly limits: RateLimits,
    private readonly starts: ConnectionStarts,
    private readonly ends: ConnectionEnds,
  ) {}

  onModuleInit(): void {
    this.starts.register((connection, caller) => this.opened(connection, caller));
    this.ends.register((connection) => this.closed(connection));
    this.limits.register((caller) => this.states(caller));
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /**
   * Takes a place for the connection that will come with this very caller.
   * @throws Problem `rate_limited` when all are taken
   */
  async claim(caller: Caller): Promise<void> {
    const taken: Place[] = [];
    for (const place of placesOf(caller)) {
      if (await this.take(place)) {
        taken.push(place);
        continue;
      }
      for (const one of taken) this.giveBack(one);
      throw new Problem('rate_limited', `${place.whose} ${place.limit} connections open, which is the most.`, {
        retryAfterS: RETRY_AFTER_S,
        policies: ['sockets'],
      });
    }
    if (taken.length > 0) this.unopened.set(caller, performance.now() + UNOPENED_MS);
  }

  /** Connections of all users of a client that are open now. */
  async openOf(clientId: string): Promise<number> {
    const [open = 0] = await this.countsOf([clientKey(clientId)]);
    return open;
  }

  /** By client, the most connections that were open here at once since this was asked last. */
  takePeaks(): Map<string, number> {
    for (const [key, count] of this.counts) {
      if (key.startsWith(CLIENT)) this.peaks.set(key, Math.max(this.peaks.get(key) ?? 0, count));
    }
    const taken = new Map([...this.peaks].map(([key, peak]) => [key.slice(CLIENT.length), peak]));
    this.peaks.clear();
    return taken;
  }

  private async take(place: Place): Promise<boolean> {
    const mine = (this.counts.get(place.key) ?? 0) + 1;
    this.counts.set(place.key, mine);
    const claimed = await this.nodes.claim(place.key, mine, place.limit);
    if (claimed ?? mine <= place.limit) {
      if (place.key.startsWith(CLIENT)) this.peaks.set(place.key, Math.max(this.peaks.get(place.key) ?? 0, mine));
      return true;
    }
    this.giveBack(place);
    return false;
  }

  private giveBack({ key }: Place): void {
    const left = this.counts.get(key)! - 1;
    if (left > 0) this.counts.set(key, left);
    else this.counts.delete(key);
    void this.nodes.set(key, left > 0 ? String(left) : null);
  }

  private opened(connection: Connection, caller: Caller): void {
    if (this.unopened.delete(caller)) this.open.set(connection, placesOf(caller));
  }

  private closed(connection: Connection): void {
    const places = this.open.get(connection);
    this.open.delete(connection);
    for (const place of places ?? []) this.giveBack(place);
  }

  private look(): void {
    const now = performance.now();
    for (const [caller, until] of this.unopened) {
      if (until > now) return; // The others came later.
      this.unopened.delete(caller);
      for (const place of placesOf(caller)) this.giveBack(place);
    }
  }

  private async states(caller: Caller): Promise<LimitState[]> {
    const { limits, clientId, user } = caller;
    const keys = [clientKey(clientId), ...(user ? [userKey(user.user_pk)] : [])];
    const [ofClient = 0, ofUser = 0] = await this.countsOf(keys);
    return [stateOf('user', limits.sockets_per_user, ofUser), stateOf('client', limits.sockets_per_client, ofClient)];
  }

  /** As all nodes say; where they can't be asked, as this one does. */
  private async countsOf(keys: string[]): Promise<number[]> {
    const said = await this.nodes.read(keys);
    return keys.map((key, index) =>
      said ? [...said[index]!.values()].reduce((sum, count) => sum + Number(count), 0) : (this.counts.get(key) ?? 0),
    );
  }
}

const userKey = (userPk: string): string => `sockets:u:${userPk}`;
const CLIENT = 'sockets:c:';
const clientKey = (clientId: string): string => CLIENT + clientId;

const placesOf = ({ kind, clientId, user, limits }: Caller): Place[] =>
  kind === 'scoped'
    ? [
        { key: userKey(user!.user_pk), limit: limits.sockets_per_user, whose: 'The user has' },
        { key: clientKey(clientId), limit: limits.sockets_per_client, whose: "The client's users have" },
      ]
    : [];

const stateOf = (scope: 'user' | 'client', limit: number, open: number): LimitState => ({
  name: 'sockets',
  scope,
  limit,
  remaining: Math.max(0, limit - open),
  resetsInMs: null,
  windowS: null,
});
