import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { MessagesModule } from '../messages/messages.module.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { TruncationController } from './truncation.controller.js';
import * as truncationEvents from './truncation.events.js';
import { TruncationHydrator } from './truncation.hydrator.js';
import { TruncationProcessor } from './truncation.processor.js';
import { TruncationPurge } from './truncation.purge.js';
import { TruncationService } from './truncation.service.js';

/** Rooms whose earlier messages are dropped. */
@Module({
  imports: [RoomsModule, MessagesModule],
  controllers: [TruncationController],
  providers: [
    TruncationHydrator,
    TruncationProcessor,
    TruncationPurge,
    TruncationService,
    registerEvents(truncationEvents),
  ],
})
export class TruncationModule {}
