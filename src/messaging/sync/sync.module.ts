import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import * as syncEvents from './sync.events.js';
import { SyncRepository } from './sync.repository.js';
import { SyncService } from './sync.service.js';

/** Catching up, for every way in which clients connect. */
@Module({
  providers: [SyncRepository, SyncService, registerEvents(syncEvents)],
  exports: [SyncRepository, SyncService],
})
export class SyncModule {}
