import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { Config } from '../../platform/config/config.js';
import { Nodes } from '../../platform/realtime/nodes.js';
import { channels, RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { LastSeen } from './last-seen.js';
import { Leases } from './leases.js';

const LOOK_EVERY_MS = 250;
/** Who stays is seen again so often. */
const SEEN_EVERY_MS = 60_000;
/** How late the next heartbeat, or request, may be: half as much again. */
const LATENESS = 1.5;

/** Under what nodes say that a user is there. */
export const nodeKey = (userPk: UserPk): string => `presence:${userPk}`;

/** Of what nodes tell those on which somebody watches the user. */
const NEWS = 'presence';

/** Who hears that a user's presence may be another. Must not wait. */
type ChangeListener = (userPk: UserPk) => void;

/** The {@link Leases} of this node, and what other nodes hear of them. */
@Injectable()
export class PresenceLeases implements OnModuleInit, OnModuleDestroy {
  readonly leases: Leases;
  private readonly listeners: ChangeListener[] = [];
  private looking: NodeJS.Timeout | undefined;
  private noting: NodeJS.Timeout | undefined;
  /** How long a heartbeat or a request holds. */
  readonly heldMs: number;

  constructor(
    private readonly nodes: Nodes,
    private readonly publisher: RealtimePublisher,
    private readonly lastSeen: LastSeen,
    config: Config,
  ) {
    this.heldMs = config.presenceHeartbeatMs * LATENESS;
    this.leases = new Leases(config.presenceGraceMs, {
      came: (clientId, userPk) => {
        this.lastSeen.note(clientId, userPk, performance.now());
        this.say(userPk, true);
      },
      went: (clientId, userPk, seenAt) => {
        this.lastSeen.note(clientId, userPk, seenAt);
        this.say(userPk, false);
      },
    });
  }

  onModuleInit(): void {
    this.publisher.onNews(NEWS, (userPk) => this.tellListeners(userPk as UserPk));
    this.looking = setInterval(() => this.leases.look(), LOOK_EVERY_MS).unref();
    this.noting = setInterval(() => this.noteAll(), SEEN_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.looking);
    clearInterval(this.noting);
  }

  onChange(listener: ChangeListener): void {
    this.listeners.push(listener);
  }

  /** Is the user there, on this node? */
  holds(userPk: UserPk): boolean {
    return this.leases.holds(userPk);
  }

  heartbeat(clientId: string, userPk: UserPk): void {
    this.leases.heartbeat(clientId, userPk, this.heldMs);
  }

  /** Says here, and on every node on which somebody watches the user, that its presence may be another: it can be read. */
  changed(userPk: UserPk): void {
    this.tellListeners(userPk);
    this.tellNodes(userPk);
  }

  private say(userPk: UserPk, isThere: boolean): void {
    // Who hears of it reads it: it may not be told, by another connection, before it is written.
    void this.nodes.set(nodeKey(userPk), isThere ? '1' : null).then(() => this.tellNodes(userPk));
    this.tellListeners(userPk);
  }

  private tellNodes(userPk: UserPk): void {
    this.publisher.tellNodes(NEWS, channels.presence(userPk), userPk);
  }

  private tellListeners(userPk: UserPk): void {
    for (const listener of this.listeners) listener(userPk);
  }

  private noteAll(): void {
    for (const { client_id, user_pk, seenAt } of this.leases.all()) this.lastSeen.note(client_id, user_pk, seenAt);
  }
}
