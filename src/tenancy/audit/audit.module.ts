import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditController } from './audit.controller.js';
import { AuditLogEntity } from './audit-log.entity.js';
import { AuditPruningProcessor } from './audit-pruning.processor.js';
import { AuditRepository } from './audit.repository.js';
import { AuditService } from './audit.service.js';

/** Who changed what: a line for every administrative change, in its transaction. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([AuditLogEntity])],
  controllers: [AuditController],
  providers: [AuditPruningProcessor, AuditRepository, AuditService],
  exports: [AuditService],
})
export class AuditModule {}
