import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AuthChanges } from '../../tenancy/keys/auth-changes.js';
import { logger } from '../../platform/common/logger.js';
import { channels, RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import { sessionExpiring } from './gateway.events.js';
import { backlogOf, drop } from './backlog.js';
import { connectionsOf, sessionOf, type Connection } from './session.js';

const LOOK_EVERY_MS = 1_000;
const WARN_MS = 60_000;

/** Closes connections whose time is over: key revoked, key expired, or too slow to be waited for. */
@Injectable()
export class Keeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly publisher: RealtimePublisher,
    private readonly changes: AuthChanges,
    private readonly users: UsersService,
  ) {}

  onApplicationBootstrap(): void {
    this.changes.onRevoked(({ clientId, keyId }) => this.revoke(clientId, keyId));
    this.changes.onChanged((changed) => {
      for (const { key_id, ends_in_ms, revoked } of changed) {
        if (key_id === null || revoked) continue;
        if (ends_in_ms !== null) this.endsIn(key_id, ends_in_ms);
        void this.rename(key_id);
      }
    });
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Every node hears of the revocation, so each closes its own. */
  private revoke(clientId: string, keyId: string | null): void {
    if (keyId !== null) {
      this.publisher.server.local.in(channels.key(keyId)).disconnectSockets(true);
      return;
    }
    for (const socket of connectionsOf(this.publisher.server).values()) {
      if (sessionOf(socket).caller.clientId === clientId) socket.disconnect(true);
    }
  }

  /** A key that was replaced works on for its overlap. */
  private endsIn(keyId: string, ms: number): void {
    for (const socket of this.listenersOf(channels.key(keyId))) sessionOf(socket).expiresAt = Date.now() + ms;
  }

  /** A user's keys change with its name, which messages carry. */
  private async rename(keyId: string): Promise<void> {
    const [socket] = this.listenersOf(channels.key(keyId));
    if (!socket) return;
    const { clientId, user } = sessionOf(socket).caller;
    if (!user) return;
    try {
      const known = (await this.users.readRefs(clientId, [user.user_pk])).get(user.user_pk);
      if (!known) return;
      for (const each of this.listenersOf(channels.user(user.user_pk))) {
        const session = sessionOf(each);
        session.caller = { ...session.caller, user: known };
      }
    } catch (error) {
      logger.debug({ reason: (error as Error).message }, 'A user could not be read again.');
    }
  }

  /** This node's connections on a channel. */
  private *listenersOf(channel: string): Generator<Connection> {
    const { adapter } = this.publisher.server.sockets;
    for (const id of adapter.rooms.get(channel) ?? []) {
      const socket = connectionsOf(this.publisher.server).get(id);
      if (socket) yield socket;
    }
  }

  private look(): void {
    const now = Date.now();
    for (const socket of connectionsOf(this.publisher.server).values()) {
      if (this.isTooSlow(socket)) {
        logger.info({ client_id: sessionOf(socket).caller.clientId }, 'A connection too slow to wait for was closed.');
        drop(socket);
      } else this.expire(socket, now);
    }
  }

  /** Behind at two looks in a row, or hopelessly at one. */
  private isTooSlow(socket: Connection): boolean {
    const session = sessionOf(socket);
    const wasBehind = session.behind;
    const backlog = backlogOf(socket);
    session.behind = backlog !== 'little';
    return backlog === 'too much' || (wasBehind && session.behind);
  }

  private expire(socket: Connection, now: number): void {
    const session = sessionOf(socket);
    if (session.expiresAt === null || session.expiresAt - now > WARN_MS) return;
    if (session.expiresAt <= now) {
      socket.disconnect(true);
    } else if (!session.warned) {
      session.warned = true;
      this.publisher.tell(socket, sessionExpiring, { expires_at: new Date(session.expiresAt).toISOString() });
    }
  }
}
