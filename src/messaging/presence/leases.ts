import type { UserPk } from '../../platform/common/ids.js';

/** Who hears of it. Must not wait. */
export interface LeaseListener {
  /** The first lease of a user on this node. */
  came(clientId: string, userPk: UserPk): void;
  /** The last one is over, and so is the grace period. @param seenAt when the user was there last, by the monotonic clock */
  went(clientId: string, userPk: UserPk, seenAt: number): void;
}

interface Held {
  client_id: string;
  user_pk: UserPk;
  connections: number;
  /** Until when requests without a connection keep the user there. */
  heartbeatUntil: number;
  activeUntil: number;
  /** When the user did something, or a connection ended, last. */
  seenAt: number;
}

/**
 * Who is there, as far as this node knows: each connection holds its user, and so does for a while a heartbeat or a request.
 * Where all of that has ended, the user is there for a grace period still, and who comes back within it was never away.
 */
export class Leases {
  private readonly held = new Map<UserPk, Held>();
  /** Those without a connection, which end by themselves. */
  private readonly loose = new Set<Held>();

  /** @param clock monotonic, in ms */
  constructor(
    private readonly graceMs: number,
    private readonly listener: LeaseListener,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  holds(userPk: UserPk): boolean {
    return this.held.has(userPk);
  }

  connect(clientId: string, userPk: UserPk): void {
    const lease = this.take(clientId, userPk);
    lease.connections++;
    this.loose.delete(lease);
  }

  /** A client that has sockets is judged by them: that it made requests too keeps nobody there whose last one ended. */
  disconnect(userPk: UserPk): void {
    const lease = this.held.get(userPk);
    if (!lease || --lease.connections > 0) return;
    lease.connections = 0;
    lease.activeUntil = 0;
    lease.seenAt = this.clock();
    this.loose.add(lease);
  }

  /** The user says to be there, and will say so again within the time. */
  heartbeat(clientId: string, userPk: UserPk, ms: number): void {
    const lease = this.take(clientId, userPk);
    lease.seenAt = this.clock();
    lease.heartbeatUntil = lease.seenAt + ms;
  }

  /** The user made a request. */
  active(clientId: string, userPk: UserPk, ms: number): void {
    const lease = this.held.get(userPk) ?? this.take(clientId, userPk);
    lease.seenAt = this.clock();
    lease.activeUntil = lease.seenAt + ms;
  }

  /** Ends what is over. */
  look(): void {
    const now = this.clock();
    for (const lease of this.loose) {
      const over = Math.max(lease.heartbeatUntil, lease.activeUntil, lease.seenAt) + this.graceMs;
      if (over > now) continue;
      this.loose.delete(lease);
      this.held.delete(lease.user_pk);
      this.listener.went(lease.client_id, lease.user_pk, lease.seenAt);
    }
  }

  /** Everybody, and when each was there last: who is connected is there now. */
  *all(): Generator<{ client_id: string; user_pk: UserPk; seenAt: number }> {
    const now = this.clock();
    for (const { client_id, user_pk, connections, seenAt } of this.held.values()) {
      yield { client_id, user_pk, seenAt: connections > 0 ? now : seenAt };
    }
  }

  private take(clientId: string, userPk: UserPk): Held {
    const known = this.held.get(userPk);
    if (known) return known;
    const lease: Held = {
      client_id: clientId,
      user_pk: userPk,
      connections: 0,
      heartbeatUntil: 0,
      activeUntil: 0,
      seenAt: this.clock(),
    };
    this.held.set(userPk, lease);
    this.loose.add(lease);
    this.listener.came(clientId, userPk);
    return lease;
  }
}
