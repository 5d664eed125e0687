import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { KeyRing } from '../common/key-ring.js';
import { Config } from '../config/config.js';
import { Answers } from './answers.js';
import { AuthChanges } from './auth-changes.js';
import { AuthChangesRepository } from './auth-changes.repository.js';
import { CallerFactory } from './caller.factory.js';
import { ClientsController } from './clients.controller.js';
import { ClientsRepository } from './clients.repository.js';
import { ClientsService } from './clients.service.js';
import { FailedKeyLimit } from './failed-key-limit.js';
import { Housekeeping } from './housekeeping.js';
import { Idempotency } from './idempotency.js';
import { IdempotencyRepository } from './idempotency.repository.js';
import { KeyGuard } from './key.guard.js';
import { KeysRepository } from './keys.repository.js';
import { KeysService } from './keys.service.js';
import { LastUsed } from './last-used.js';
import { MasterKeysService } from './master-keys.service.js';
import { MeController } from './me.controller.js';
import { MeService } from './me.service.js';
import { MessageLimit } from './message-limit.js';
import { OriginPolicy } from './origin-policy.js';
import { RateCounter } from './rate-counter.js';
import { SigningSecretsService } from './signing-secrets.service.js';

const shared = [
  AuthChanges,
  AuthChangesRepository,
  CallerFactory,
  FailedKeyLimit,
  Idempotency,
  KeysRepository,
  KeysService,
  MessageLimit,
  OriginPolicy,
  SigningSecretsService,
];

/** Tenants and keys, and what stands before every route: the guard, limits, idempotency. */
@Global()
@Module({
  controllers: [MeController, ClientsController],
  providers: [
    ...shared,
    { provide: APP_GUARD, useClass: KeyGuard },
    { provide: KeyRing, useFactory: (config: Config) => new KeyRing([...config.encryptionKeys]), inject: [Config] },
    Answers,
    ClientsRepository,
    ClientsService,
    Housekeeping,
    IdempotencyRepository,
    LastUsed,
    MasterKeysService,
    MeService,
    RateCounter,
  ],
  exports: [...shared, KeyRing],
})
export class ClientsModule {}
