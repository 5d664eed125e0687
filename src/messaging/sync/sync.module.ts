import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import * as syncEvents from './sync.events.js';
import { MessagesModule } from '../messages/messages.module.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { CatchUpReader } from './catch-up.reader.js';
import { MembershipChangesRepository } from './membership-changes.repository.js';
import { PollingService } from './polling.service.js';
import { Polls } from './polls.js';
import { RoomHeads } from './room-heads.js';
import { SyncController } from './sync.controller.js';
import { SyncRepository } from './sync.repository.js';
import { SyncService } from './sync.service.js';
import { SyncSocket } from './sync.socket.js';

/** Catching up, for every way in which clients connect. */
@Module({
  imports: [MessagesModule, RoomsModule],
  controllers: [SyncController],
  providers: [
    CatchUpReader,
    PollingService,
    Polls,
    MembershipChangesRepository,
    RoomHeads,
    SyncRepository,
    SyncService,
    SyncSocket,
    registerEvents(syncEvents),
  ],
  exports: [MembershipChangesRepository, SyncRepository, SyncService],
})
export class SyncModule {}
