import { Module } from '@nestjs/common';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { OptOutsController } from './opt-outs.controller.js';
import { OptOutsRepository } from './opt-outs.repository.js';
import { OptOutsService } from './opt-outs.service.js';

/** What users don't want to be told of. */
@Module({
  imports: [UsersModule],
  controllers: [OptOutsController],
  providers: [OptOutsRepository, OptOutsService],
  exports: [OptOutsService],
})
export class OptOutsModule {}
