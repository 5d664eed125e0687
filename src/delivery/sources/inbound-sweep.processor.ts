import { Processor, WorkerHost } from '@nestjs/bullmq';
import { InboundWorker } from './inbound-worker.js';
import { InboundRepository } from './inbound.repository.js';
import { InboundWorkRepository } from './inbound-work.repository.js';
import { SourcesRepository } from './sources.repository.js';

export const INBOUND_SWEEP_QUEUE = 'inbound-sweep';
export const SWEEP_MS = 5_000;

const AT_ONCE = 8;
const PER_ROUND = 200;
/** A round ends by then, so that a stop need not wait for a backlog. */
const ROUND_MS = 4_000;
const PRUNE_MS = 600_000;
const PRUNED_AT_ONCE = 5_000;

/** Finds events whose work is due and that nobody has in hand: put off, lost by the queue, or left by a process that was killed. */
@Processor(INBOUND_SWEEP_QUEUE)
export class InboundSweepProcessor extends WorkerHost {
  private prunedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly events: InboundWorker,
    private readonly work: InboundWorkRepository,
    private readonly ids: InboundRepository,
    private readonly sources: SourcesRepository,
  ) {
    super();
  }

  async process(): Promise<void> {
    const until = performance.now() + ROUND_MS;
    while (performance.now() < until) {
      const due = await this.work.due(PER_ROUND);
      if (due.length === 0) break;
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let next = due.shift(); next && performance.now() < until; next = due.shift())
            await this.events.process(next);
        }),
      );
    }
    await this.prune();
  }

  private async prune(): Promise<void> {
    if (performance.now() - this.prunedAt < PRUNE_MS) return;
    this.prunedAt = performance.now();
    await this.ids.pruneIds(PRUNED_AT_ONCE);
    await this.sources.prune(PRUNED_AT_ONCE);
  }
}
