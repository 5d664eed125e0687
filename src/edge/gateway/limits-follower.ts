import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { ClientsService } from '../../tenancy/clients/clients.service.js';
import { AuthChanges } from '../../tenancy/keys/auth-changes.js';
import { Sessions } from './session.js';

const AGAIN_MS = 1_000;

/** Lets a client's limits and settings hold for its open connections as soon as they are changed. */
@Injectable()
export class LimitsFollower implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly changed = new Set<string>();
  private running = false;
  private again: NodeJS.Timeout | undefined;

  constructor(
    private readonly changes: AuthChanges,
    private readonly clients: ClientsService,
    private readonly sessions: Sessions,
  ) {}

  onApplicationBootstrap(): void {
    this.changes.onChanged((changes) => {
      for (const { client_id, key_id, revoked } of changes) {
        if (key_id === null && !revoked) this.changed.add(client_id);
      }
      void this.follow();
    });
  }

  onModuleDestroy(): void {
    clearTimeout(this.again);
    this.changed.clear();
  }

  /** One client after the other, so that what was read later is what holds. */
  private async follow(): Promise<void> {
    if (this.running) return;
    this.running = true;
    for (const clientId of this.changed) {
      // Before it is read: a change that comes meanwhile is read again.
      this.changed.delete(clientId);
      try {
        await this.apply(clientId);
      } catch (error) {
        logger.debug({ reason: (error as Error).message }, "A client's limits could not be read.");
        this.changed.add(clientId);
        break;
      }
    }
    this.running = false;
    if (this.changed.size > 0) this.again = setTimeout(() => void this.follow(), AGAIN_MS).unref();
  }

  private async apply(clientId: string): Promise<void> {
    if (!this.hasSessionsOf(clientId)) return;
    const facts = await this.clients.readFacts(clientId);
    for (const session of this.sessions.all()) {
      if (session.caller.clientId === clientId) session.caller = { ...session.caller, ...facts };
    }
  }

  private hasSessionsOf(clientId: string): boolean {
    for (const { caller } of this.sessions.all()) if (caller.clientId === clientId) return true;
    return false;
  }
}
