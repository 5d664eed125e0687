import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApiKeyEntity } from './api-key.entity.js';
import { APP_GUARD } from '@nestjs/core';
import { AuthChangesPruningProcessor } from './auth-changes-pruning.processor.js';
import { AuthChanges } from './auth-changes.js';
import { AuthChangesRepository } from './auth-changes.repository.js';
import { CallerFactory } from './caller.factory.js';
import { FailedKeyLimit } from './failed-key-limit.js';
import { KeyGuard } from './key.guard.js';
import { KeysPruningProcessor } from './keys-pruning.processor.js';
import { KeysRepository } from './keys.repository.js';
import { KeysService } from './keys.service.js';
import { LastUsed } from './last-used.js';
import { MasterKeysService } from './master-keys.service.js';
import { MeController } from './me.controller.js';
import { MeService } from './me.service.js';
import { NewClientsController } from './new-clients.controller.js';
import { NewClientsService } from './new-clients.service.js';
import { OriginPolicy } from './origin-policy.js';

const shared = [AuthChanges, CallerFactory, FailedKeyLimit, KeysRepository, KeysService, OriginPolicy];

/** Keys of all kinds: who they stand for, the guard before every route, and their end. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([ApiKeyEntity])],
  controllers: [MeController, NewClientsController],
  providers: [
    ...shared,
    KeyGuard,
    { provide: APP_GUARD, useExisting: KeyGuard },
    AuthChangesPruningProcessor,
    AuthChangesRepository,
    KeysPruningProcessor,
    LastUsed,
    MasterKeysService,
    MeService,
    NewClientsService,
  ],
  exports: shared,
})
export class KeysModule {}
