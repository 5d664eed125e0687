import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { Config } from '../../platform/config/config.js';
import { InboundWorker } from './inbound-worker.js';
import { InboundRepository } from './inbound.repository.js';
import { InboundWorkRepository } from './inbound-work.repository.js';
import { SourcesRepository } from './sources.repository.js';

const EVERY_MS = 5_000;
const AT_ONCE = 8;
const PER_ROUND = 200;
/** A look ends by then, so that a stop need not wait for a backlog; there is another one at once. */
const LOOK_MS = 4_000;
const PRUNE_MS = 600_000;
const PRUNED_AT_ONCE = 5_000;

/**
 * Finds events whose work is due and that nobody has in hand, where jobs run: put off, lost by the queue, or left by a process
 * that was killed. By a timer of its own: the queue takes half a minute to notice that one of its workers was killed.
 */
@Injectable()
export class InboundSweep implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = true;
  private prunedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly worker: InboundWorker,
    private readonly work: InboundWorkRepository,
    private readonly events: InboundRepository,
    private readonly sources: SourcesRepository,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.runsJobs()) return;
    this.stopped = false;
    this.arm(0);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Works on what is due, and forgets what is over. @returns whether there may be more */
  async look(): Promise<boolean> {
    const until = performance.now() + LOOK_MS;
    while (performance.now() < until) {
      const due = (await this.work.due(PER_ROUND)).filter(({ client_id }) => this.worker.hasRoom(client_id));
      if (due.length === 0) {
        await this.prune();
        return false;
      }
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let next = due.shift(); next && performance.now() < until; next = due.shift())
            await this.worker.process(next);
        }),
      );
    }
    return true;
  }

  private arm(inMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.look()
        .catch((error: Error) => {
          logger.warn({ reason: error.message }, 'Inbound events could not be looked for.');
          return false;
        })
        .then((more) => this.arm(more ? 0 : EVERY_MS));
    }, inMs);
  }

  private async prune(): Promise<void> {
    if (performance.now() - this.prunedAt < PRUNE_MS) return;
    this.prunedAt = performance.now();
    await this.events.pruneIds(PRUNED_AT_ONCE);
    await this.sources.prune(PRUNED_AT_ONCE);
  }
}
