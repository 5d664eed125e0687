import { Periodic, type PeriodicWork } from '../../platform/queue/periodic.js';
import { LifecycleRounds } from './lifecycle-rounds.js';

/** Looks at the rooms whose time has come. */
@Periodic({ name: 'lifecycle', everyMs: 60_000 })
export class LifecycleProcessor implements PeriodicWork {
  constructor(private readonly rounds: LifecycleRounds) {}

  process(): Promise<void> {
    return this.rounds.run();
  }
}
