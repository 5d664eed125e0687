import { Processor, WorkerHost } from '@nestjs/bullmq';
import { KeysRepository } from './keys.repository.js';

export const KEYS_PRUNING_QUEUE = 'keys-pruning';

/** Drops keys that were revoked or expired long ago. */
@Processor(KEYS_PRUNING_QUEUE)
export class KeysPruningProcessor extends WorkerHost {
  constructor(private readonly keys: KeysRepository) {
    super();
  }

  process(): Promise<void> {
    return this.keys.prune();
  }
}
