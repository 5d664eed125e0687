import { Global, Module } from '@nestjs/common';
import { Answers } from './answers.js';
import { Housekeeping } from './housekeeping.js';
import { Idempotency } from './idempotency.js';
import { IdempotencyRepository } from './idempotency.repository.js';

/** `Idempotency-Key`: claimed by the guard, completed with the effect, answered again from what was kept. */
@Global()
@Module({ providers: [Answers, Housekeeping, Idempotency, IdempotencyRepository], exports: [Idempotency] })
export class IdempotencyModule {}
