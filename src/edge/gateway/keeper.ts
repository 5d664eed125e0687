import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AuthChanges } from '../../tenancy/keys/auth-changes.js';
import { logger } from '../../platform/common/logger.js';
import { channels, RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import { backlogOf } from './backlog.js';
import { DatabaseClock } from './database-clock.js';
import { sessionExpiring } from './gateway.events.js';
import { Sessions, type Session } from './session.js';

const LOOK_EVERY_MS = 1_000;
const WARN_MS = 60_000;

/** Closes connections whose time is over: key revoked, key expired, or too slow to be waited for. */
@Injectable()
export class Keeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly publisher: RealtimePublisher,
    private readonly sessions: Sessions,
    private readonly changes: AuthChanges,
    private readonly users: UsersService,
    private readonly clock: DatabaseClock,
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

  /** Every node hears of the revocation, so each closes its own. Of all keys at once: the client is suspended, or gone. */
  private revoke(clientId: string, keyId: string | null): void {
    const concerned = keyId === null ? this.sessions.all() : this.sessions.on(channels.key(keyId));
    for (const session of concerned)
      if (session.caller.clientId === clientId) session.close(keyId === null ? 'barred' : 'over');
  }

  /** A key that was replaced works on for its overlap. */
  private endsIn(keyId: string, ms: number): void {
    const now = this.clock.now();
    if (now === null) return;
    for (const session of this.sessions.on(channels.key(keyId))) session.expiresAt = now + ms;
  }

  /** A user's keys change with its name, which messages carry. */
  private async rename(keyId: string): Promise<void> {
    const [holder] = this.sessions.on(channels.key(keyId));
    if (!holder) return;
    const { clientId, user } = holder.caller;
    if (!user) return;
    try {
      const known = (await this.users.readRefs(clientId, [user.user_pk])).get(user.user_pk);
      if (!known) return;
      for (const session of this.sessions.on(channels.user(user.user_pk))) {
        session.caller = { ...session.caller, user: known };
      }
    } catch (error) {
      logger.debug({ reason: (error as Error).message }, 'A user could not be read again.');
    }
  }

  private look(): void {
    const now = this.clock.now();
    for (const session of this.sessions.all()) {
      if (this.isTooSlow(session)) {
        logger.info({ client_id: session.caller.clientId }, 'A connection too slow to wait for was closed.');
        session.close('cut');
      } else if (now !== null) this.expire(session, now);
    }
  }

  /** Behind at two looks in a row, or hopelessly at one. */
  private isTooSlow(session: Session): boolean {
    const wasBehind = session.behind;
    const backlog = backlogOf(session);
    session.behind = backlog !== 'little';
    return backlog === 'too much' || (wasBehind && session.behind);
  }

  private expire(session: Session, now: number): void {
    if (session.expiresAt === null || session.expiresAt - now > WARN_MS) return;
    if (session.expiresAt <= now) {
      session.close('over');
    } else if (!session.warned) {
      session.warned = true;
      this.publisher.tell(session, sessionExpiring, { expires_at: new Date(session.expiresAt).toISOString() });
    }
  }
}
