import { Module } from '@nestjs/common';
import { UnsubscribeModule } from '../../engine/unsubscribe/unsubscribe.module.js';
import { UnsubscribeService } from '../../engine/unsubscribe/unsubscribe.service.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { OptOutsController } from './opt-outs.controller.js';
import { OptOutsRepository } from './opt-outs.repository.js';
import { OptOutsService } from './opt-outs.service.js';

/** What users don't want to be told of. */
@Module({
  imports: [UnsubscribeModule, UsersModule],
  controllers: [OptOutsController],
  providers: [OptOutsRepository, OptOutsService],
  exports: [OptOutsService],
})
export class OptOutsModule {
  constructor(optOuts: OptOutsService, unsubscribing: UnsubscribeService) {
    unsubscribing.register(optOuts);
  }
}
