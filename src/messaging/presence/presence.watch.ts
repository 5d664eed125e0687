import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { Problem } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import { Cluster } from '../../platform/realtime/cluster.js';
import type { Connection } from '../../platform/realtime/connection.js';
import { ConnectionEnds } from '../../platform/realtime/connection-ends.js';
import { Nodes } from '../../platform/realtime/nodes.js';
import { channels, RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import type { PresenceDto } from './presence.dto.js';
import { presenceUpdated } from './presence.events.js';
import { PresenceLeases } from './presence.leases.js';
import { PresenceReader } from './presence.reader.js';

/** A connection is told at most so often. */
const TELL_EVERY_MS = 1_000;
/** What changes within it is told together, the first time too. */
const GATHER_MS = 50;
/** Whatever was missed is found by then. */
const READ_ALL_EVERY_MS = 30_000;
const USERS_AT_ONCE = 1_000;

type Named = Pick<UserRef, 'user_pk' | 'user_id'>;

interface Watcher {
  connection: Connection;
  caller: Caller;
  users: Set<UserPk>;
  /** Since who may see whom was looked at. */
  toldLately: boolean;
}

interface Watched {
  client_id: string;
  user: Named;
  /** What its watchers were told last; undefined: nothing yet. */
  told: PresenceDto | undefined;
  watchers: Set<Watcher>;
}

/**
 * Which connections of this node hear of whom. Where a user's presence may be another, the nodes on which somebody watches
 * it are told so, read what it is now, and tell of it what is not what was told last: so neither order nor repetition
 * matters, and what was lost is made good by reading again. One round a second for all, however many come and go.
 */
@Injectable()
export class PresenceWatch implements OnModuleInit, OnModuleDestroy {
  private readonly watched = new Map<UserPk, Watched>();
  private readonly watchers = new Map<Connection, Watcher>();
  private readonly changed = new Set<UserPk>();
  private toldAt = Number.NEGATIVE_INFINITY;
  private next: NodeJS.Timeout | undefined;
  private running = false;
  private all: NodeJS.Timeout | undefined;

  constructor(
    private readonly reader: PresenceReader,
    private readonly publisher: RealtimePublisher,
    private readonly leases: PresenceLeases,
    private readonly nodes: Nodes,
    private readonly cluster: Cluster,
    private readonly ends: ConnectionEnds,
  ) {}

  onModuleInit(): void {
    this.leases.onChange((userPk) => this.noteChange(userPk));
    this.nodes.onChanged(() => this.noteAll());
    this.cluster.onRejoined(() => this.noteAll());
    this.ends.register((connection) => this.end(connection));
    this.all = setInterval(() => this.noteAll(), READ_ALL_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.all);
    clearTimeout(this.next);
    this.watched.clear();
  }

  /** Everybody whom a connection hears of. */
  watchedBy(connection: Connection): UserPk[] {
    return [...(this.watchers.get(connection)?.users ?? [])];
  }

  /**
   * Lets a connection hear of these users, besides those whom it hears of already.
   * @returns how they are now: what changes from then on it is told
   * @throws Problem `validation_failed` for too many
   */
  async watch(connection: Connection, caller: Caller, users: Named[]): Promise<PresenceDto[]> {
    const watcher = this.watcherOf(connection, caller);
    const more = users.filter(({ user_pk }) => !watcher.users.has(user_pk)).length;
    if (watcher.users.size + more > limits.presence_subscriptions) {
      throw new Problem(
        'validation_failed',
        `A connection hears of at most ${limits.presence_subscriptions} people: leave some with replace: true.`,
        { errors: [{ field: 'user_ids', message: `at most ${limits.presence_subscriptions} in all` }] },
      );
    }
    for (const user of users) this.add(watcher, user);
    // What changes after it is read is heard of.
    await this.cluster.listening();
    const found = await this.reader.read(caller.clientId, users);
    // Closed meanwhile, and its end was told already.
    if (!connection.isOpen) this.end(connection);
    for (const [userPk, presence] of found) {
      const watched = this.watched.get(userPk);
      if (watched) watched.told ??= presence;
    }
    return [...found.values()];
  }

  unwatch(connection: Connection, userPks: UserPk[]): void {
    const watcher = this.watchers.get(connection);
    for (const userPk of watcher ? userPks : []) this.remove(watcher!, userPk);
    if (watcher?.users.size === 0) this.watchers.delete(connection);
  }

  /** Some of the connections that were told of somebody since they were last asked for here. */
  toldLately(limit: number): { connection: Connection; caller: Caller }[] {
    const some: Watcher[] = [];
    for (const watcher of this.watchers.values()) {
      if (some.length === limit) break;
      if (!watcher.toldLately) continue;
      watcher.toldLately = false;
      some.push(watcher);
    }
    return some;
  }

  private watcherOf(connection: Connection, caller: Caller): Watcher {
    let watcher = this.watchers.get(connection);
    if (!watcher)
      this.watchers.set(connection, (watcher = { connection, caller, users: new Set(), toldLately: false }));
    watcher.caller = caller;
    return watcher;
  }

  private add(watcher: Watcher, user: Named): void {
    let watched = this.watched.get(user.user_pk);
    if (!watched) {
      watched = { client_id: watcher.caller.clientId, user, told: undefined, watchers: new Set() };
      this.watched.set(user.user_pk, watched);
      this.cluster.listen(channels.presence(user.user_pk));
    }
    watched.watchers.add(watcher);
    watcher.users.add(user.user_pk);
  }

  private remove(watcher: Watcher, userPk: UserPk): void {
    watcher.users.delete(userPk);
    const watched = this.watched.get(userPk);
    watched?.watchers.delete(watcher);
    if (watched?.watchers.size !== 0) return;
    this.watched.delete(userPk);
    this.cluster.leave(channels.presence(userPk));
  }

  private end(connection: Connection): void {
    this.unwatch(connection, this.watchedBy(connection));
    this.watchers.delete(connection);
  }

  private noteChange(userPk: UserPk): void {
    if (!this.watched.has(userPk)) return;
    this.changed.add(userPk);
    this.schedule();
  }

  private noteAll(): void {
    for (const userPk of this.watched.keys()) this.changed.add(userPk);
    this.schedule();
  }

  private schedule(): void {
    if (this.running || this.next || this.changed.size === 0) return;
    const wait = Math.max(GATHER_MS, this.toldAt + TELL_EVERY_MS - performance.now());
    this.next = setTimeout(() => void this.round(), wait).unref();
  }

  /** Never throws. */
  private async round(): Promise<void> {
    this.next = undefined;
    this.running = true;
    const userPks = [...this.changed];
    this.changed.clear();
    try {
      this.tell(await this.readAll(userPks));
    } catch (error) {
      logger.debug({ reason: (error as Error).message }, 'Presence could not be read.');
      for (const userPk of userPks) this.changed.add(userPk);
    } finally {
      this.toldAt = performance.now();
      this.running = false;
      this.schedule();
    }
  }

  private async readAll(userPks: UserPk[]): Promise<Map<UserPk, PresenceDto>> {
    const byClient = new Map<string, Named[]>();
    for (const userPk of userPks) {
      const watched = this.watched.get(userPk);
      if (!watched) continue;
      const users = byClient.get(watched.client_id);
      if (users) users.push(watched.user);
      else byClient.set(watched.client_id, [watched.user]);
    }
    const found = new Map<UserPk, PresenceDto>();
    for (const [clientId, users] of byClient) {
      for (let at = 0; at < users.length; at += USERS_AT_ONCE) {
        const part = await this.reader.read(clientId, users.slice(at, at + USERS_AT_ONCE), { certainOnly: true });
        for (const [userPk, presence] of part) found.set(userPk, presence);
      }
    }
    return found;
  }

  private tell(found: Map<UserPk, PresenceDto>): void {
    const batches = new Map<Watcher, PresenceDto[]>();
    for (const [userPk, presence] of found) {
      const watched = this.watched.get(userPk);
      if (!watched || isSame(watched.told, presence)) continue;
      watched.told = presence;
      for (const watcher of watched.watchers) {
        const batch = batches.get(watcher);
        if (batch) batch.push(presence);
        else batches.set(watcher, [presence]);
      }
    }
    for (const [watcher, users] of batches) {
      const { connection, caller } = watcher;
      watcher.toldLately = true;
      const { user, clientId } = caller;
      this.publisher.publishTo(connection, presenceUpdated, {
        client_id: clientId,
        stream: user ? { type: 'user', id: user.user_pk, user_id: user.user_id } : { type: 'client', id: clientId },
        actor: { id: null, type: 'system' },
        data: { users },
      });
    }
  }
}

const isSame = (told: PresenceDto | undefined, now: PresenceDto): boolean =>
  told?.state === now.state && told.text === now.text;
