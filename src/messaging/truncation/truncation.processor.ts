import { Processor, WorkerHost } from '@nestjs/bullmq';
import { TruncationPurge } from './truncation.purge.js';

export const TRUNCATION_QUEUE = 'truncation-purging';

/** Looks at the rooms that were truncated, once what was read before has been read. */
@Processor(TRUNCATION_QUEUE)
export class TruncationProcessor extends WorkerHost {
  constructor(private readonly purge: TruncationPurge) {
    super();
  }

  process(): Promise<void> {
    return this.purge.run();
  }
}
