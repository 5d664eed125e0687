import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ClientsModule } from '../../tenancy/clients/clients.module.js';
import { ClientsService } from '../../tenancy/clients/clients.service.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { LifecycleController } from './lifecycle.controller.js';
import { LifecycleProcessor } from './lifecycle.processor.js';
import { LifecycleRepository } from './lifecycle.repository.js';
import { LifecycleRescanEntity } from './lifecycle-rescan.entity.js';
import { LifecycleRounds } from './lifecycle-rounds.js';
import { LifecycleService } from './lifecycle.service.js';
import { RoomStatesService } from './room-states.service.js';

/** States of rooms: by hand, and by themselves where nobody writes any more. */
@Module({
  imports: [TypeOrmModule.forFeature([LifecycleRescanEntity]), ClientsModule, RoomsModule],
  controllers: [LifecycleController],
  providers: [LifecycleProcessor, LifecycleRepository, LifecycleRounds, LifecycleService, RoomStatesService],
  exports: [RoomStatesService],
})
export class LifecycleModule {
  constructor(clients: ClientsService, rescans: LifecycleRepository) {
    clients.register({ clientChanged: (tx, clientId) => rescans.begin(tx, clientId) });
  }
}
