import { Processor, WorkerHost } from '@nestjs/bullmq';
import { LifecycleRounds } from './lifecycle-rounds.js';

export const LIFECYCLE_QUEUE = 'lifecycle';

/** Looks at the rooms whose time has come. */
@Processor(LIFECYCLE_QUEUE)
export class LifecycleProcessor extends WorkerHost {
  constructor(private readonly rounds: LifecycleRounds) {
    super();
  }

  process(): Promise<void> {
    return this.rounds.run();
  }
}
