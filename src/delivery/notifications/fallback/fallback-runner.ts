import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DueLoop } from '../../../platform/common/due-loop.js';
import { Config } from '../../../platform/config/config.js';
import { FallbackChains } from './fallback-chains.repository.js';
import { NotificationDedup } from '../notification-dedup.js';
import { FallbackTurns } from './fallback-turns.js';

const LOOK_MS = 1_000;
const AT_ONCE = 200;
const PRUNE_MS = 600_000;
const PRUNED_AT_ONCE = 1_000;

/** Gives the next channel its turn, where the one before did not get through in its time. Every process that runs jobs does. */
@Injectable()
export class FallbackRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new DueLoop({ name: 'channels whose turn it is', lookMs: LOOK_MS, run: () => this.run() });

  private prunedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly chains: FallbackChains,
    private readonly turns: FallbackTurns,
    private readonly dedup: NotificationDedup,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.runsJobs()) this.loop.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.loop.stop();
  }

  /** Somebody's turn has come: it only hastens. */
  raise(): void {
    this.loop.expect(0);
  }

  private async run(): Promise<number | null> {
    let dueMs = await this.chains.nextDue();
    while (this.loop.goesOn && dueMs !== null && dueMs <= 0) {
      const due = await this.chains.due(AT_ONCE);
      if (due.length > 0) await this.turns.take(due);
      dueMs = await this.chains.nextDue();
    }
    await this.prune();
    return dueMs === null ? null : Math.max(1, Math.ceil(dueMs));
  }

  /** Forgets dedup_keys that hold no more, now and then. */
  private async prune(): Promise<void> {
    if (performance.now() - this.prunedAt < PRUNE_MS) return;
    while ((await this.dedup.prune(PRUNED_AT_ONCE)) === PRUNED_AT_ONCE && this.loop.goesOn);
    this.prunedAt = performance.now();
  }
}
