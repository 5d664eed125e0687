import { Global, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { Answers } from './answers.js';
import { Idempotency } from './idempotency.js';
import { IdempotencyPruningProcessor } from './idempotency-pruning.processor.js';
import { IdempotencyRepository } from './idempotency.repository.js';

/** `Idempotency-Key`: claimed by the guard, completed with the effect, answered again from what was kept. */
@Global()
@Module({
  imports: [],
  providers: [Answers, Idempotency, IdempotencyPruningProcessor, IdempotencyRepository],
  exports: [Idempotency],
})
export class IdempotencyModule implements OnApplicationBootstrap {
  constructor(
    private readonly repository: IdempotencyRepository,
    private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // Without Redis there is no other process.
    if (this.config.redisUrl === undefined) await this.repository.endLeases();
  }
}
