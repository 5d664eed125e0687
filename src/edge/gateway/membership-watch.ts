import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import {
  MembershipChangesRepository,
  type MembershipChange,
  type MembershipLook,
} from '../../messaging/sync/membership-changes.repository.js';
import { logger } from '../../platform/common/logger.js';
import { Problem } from '../../platform/common/problem.js';
import { DatabaseClock } from './database-clock.js';
import { Sessions } from './session.js';

const LOOK_EVERY_MS = 500;
/** More changes than this are not told one by one: the memberships of everybody who is connected here are read. */
const MAX_CHANGES = 10_000;
/** Changes are kept for an hour. Who has not looked for this long may have missed some. */
const MAX_SILENCE_MS = 30 * 60_000;

/** Who moves connections when memberships change. */
export interface MembershipFollower {
  /** @param changes in their order: of a room and user the last one holds */
  follow(changes: MembershipChange[]): void;
  /** Changes may have been missed. */
  reconcile(): Promise<void>;
}

/**
 * Lets this node's connections hear the rooms that their users are in, and no others, by what PostgreSQL says: that other
 * nodes tell of a change at once is not depended upon. One small statement each half second, while there are connections.
 */
@Injectable()
export class MembershipWatch implements OnApplicationBootstrap, OnModuleDestroy {
  /** The snapshot of the last look; null: nobody has been connected since. */
  private since: string | null = null;
  private history = 0;
  private lookedAt = 0;
  private running: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private follower: MembershipFollower;

  constructor(
    private readonly repository: MembershipChangesRepository,
    private readonly sessions: Sessions,
    private readonly clock: DatabaseClock,
  ) {}

  register(follower: MembershipFollower): void {
    this.follower = follower;
  }

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /**
   * To be awaited before the memberships of a connection are read: from then on no change of them is missed.
   * @throws Problem `unavailable`
   */
  async begin(): Promise<void> {
    if (this.since === null) await this.look();
    if (this.since === null) throw new Problem('unavailable', 'Memberships cannot be read just now. Connect again.');
  }

  /** Looks now, or waits for the look under way. Never throws. */
  async look(): Promise<void> {
    this.running ??= this.run()
      .catch((error: unknown) => logger.debug({ reason: (error as Error).message }, 'Memberships could not be read.'))
      .finally(() => (this.running = null));
    await this.running;
  }

  private schedule(): void {
    this.timer = setTimeout(() => void this.tick(), LOOK_EVERY_MS);
    this.timer.unref();
  }

  private async tick(): Promise<void> {
    if (isEmpty(this.sessions.all())) this.since = null;
    else await this.look();
    if (!this.stopped) this.schedule();
  }

  private async run(): Promise<void> {
    const startedAt = performance.now();
    const { since, history } = this;
    const look = await this.repository.read(since, MAX_CHANGES);
    this.clock.learn(look.time, startedAt);
    const known = since !== null && history === this.repository.history && startedAt - this.lookedAt < MAX_SILENCE_MS;
    if (since !== null) await this.apply(look, known);
    this.since = look.next;
    this.history = this.repository.history;
    this.lookedAt = startedAt;
  }

  private async apply({ changes }: MembershipLook, known: boolean): Promise<void> {
    if (known && changes.length < MAX_CHANGES) this.follower.follow(changes);
    else await this.follower.reconcile();
  }
}

function isEmpty(items: Iterable<unknown>): boolean {
  for (const _ of items) return false;
  return true;
}
