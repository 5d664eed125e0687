import { Module } from '@nestjs/common';
import { SyncRepository } from './sync.repository.js';
import { SyncService } from './sync.service.js';

/** Catching up, for every way in which clients connect. */
@Module({
  providers: [SyncRepository, SyncService],
  exports: [SyncRepository, SyncService],
})
export class SyncModule {}
