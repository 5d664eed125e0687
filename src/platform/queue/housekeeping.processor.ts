import { InjectQueue, Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job, Queue } from 'bullmq';
import { logger } from '../common/logger.js';
import { endsIn } from '../common/within.js';
import { Housekeeping, HOUSEKEEPING_QUEUE, KINDS_AT_ONCE } from './housekeeping.js';

/** Who takes longer is no longer waited for: the next turn comes, here or in another process. */
const LIMIT_MS = 600_000;

/** A turn that is left out because the one before takes so long is told of. */
const LONG_MS = 60_000;

/** Gives each kind of periodic work its turns: those of one kind one after the other in the whole cluster, no kind after another. */
@Processor(HOUSEKEEPING_QUEUE, { concurrency: KINDS_AT_ONCE })
export class HousekeepingProcessor extends WorkerHost {
  constructor(
    private readonly housekeeping: Housekeeping,
    @InjectQueue(HOUSEKEEPING_QUEUE) private readonly queue: Queue,
  ) {
    super();
  }

  async process(job: Job): Promise<void> {
    const { name } = job;
    const chore = this.housekeeping.find(name);
    // Of another version, which runs beside this one or did before it.
    if (!chore) return logger.debug({ job: name }, 'periodic work of another version');
    const earlier = await this.earlier(job);
    if (earlier) this.leaveOut(job, earlier);
    else if (!(await endsIn(LIMIT_MS, chore.work.process()))) {
      logger.error({ job: name, after_s: LIMIT_MS / 1_000 }, 'Periodic work is no longer waited for.');
    }
  }

  /**
   * The turn that it has at this moment, here or in another process. By their ids, which say when each was due: of two, both
   * find the same. While the backend is away, none: one too many does no harm.
   */
  private async earlier({ name, id }: Job): Promise<Job | undefined> {
    const active = (await this.queue.getActive().catch(() => [])) as (Job | undefined)[];
    return active.find((other) => other?.name === name && other.id! < id!);
  }

  private leaveOut({ name }: Job, { processedOn: since = Date.now() }: Job): void {
    const runs_ms = Date.now() - since;
    if (runs_ms < LONG_MS) return;
    logger.warn({ job: name, runs_s: Math.round(runs_ms / 1_000) }, 'Periodic work takes long: a turn is left out.');
  }
}
