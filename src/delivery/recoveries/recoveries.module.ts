import { Module } from '@nestjs/common';
import { DeliveriesModule } from '../../engine/deliveries/deliveries.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveryActions } from './delivery-actions.js';
import { DeliveryRecoveries } from './delivery-recoveries.js';
import { DeliverySearch } from './delivery-search.js';
import { DeliverySearchRepository } from './delivery-search.repository.js';
import { RecoveriesController } from './recoveries.controller.js';
import { RecoveriesRepository } from './recoveries.repository.js';
import { RecoveriesService } from './recoveries.service.js';
import { RecoveryKinds } from './recovery-kinds.js';
import { RecoveryRunner } from './recovery-runner.js';

/** What operators do with deliveries: find them, send them again, put them aside. */
@Module({
  imports: [DeliveriesModule, UsersModule],
  controllers: [DeliveriesController, RecoveriesController],
  providers: [
    DeliveryActions,
    DeliveryRecoveries,
    DeliverySearch,
    DeliverySearchRepository,
    RecoveriesRepository,
    RecoveriesService,
    RecoveryKinds,
    RecoveryRunner,
  ],
  exports: [RecoveriesService, RecoveryKinds],
})
export class RecoveriesModule {}
