import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProvidersModule } from '../providers/providers.module.js';
import { LinkKeys } from './link-keys.js';
import { SuppressionEntity } from './suppression.entity.js';
import { SuppressionList } from './suppression-list.js';
import { SuppressionTransfer } from './suppression-transfer.js';
import { SuppressionsController } from './suppressions.controller.js';
import { SuppressionsRepository } from './suppressions.repository.js';
import { UnsubscribeLinks } from './unsubscribe-links.js';
import { SuppressionsService } from './suppressions.service.js';

/** Addresses that a client's deliveries must not go to. */
@Module({
  imports: [TypeOrmModule.forFeature([SuppressionEntity]), ProvidersModule],
  controllers: [SuppressionsController],
  providers: [
    LinkKeys,
    SuppressionList,
    SuppressionTransfer,
    SuppressionsRepository,
    SuppressionsService,
    UnsubscribeLinks,
  ],
  exports: [SuppressionList, UnsubscribeLinks],
})
export class SuppressionsModule {}
