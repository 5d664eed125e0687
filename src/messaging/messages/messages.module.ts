import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { AppendRepository } from './append/append.repository.js';
import { BatchRunner } from './append/batch-runner.js';
import { GatheredSend } from './append/gathered-send.js';
import { MessageParts } from './message-parts.js';
import { MessagesController } from './messages.controller.js';
import { MessagesHydrator } from './messages.hydrator.js';
import { MessagesRepository } from './messages.repository.js';
import { MessagesService } from './messages.service.js';
import * as messagesEvents from './messages.events.js';
import { MessagesSocket } from './messages.socket.js';

/** Messages: written in gathered batches, read in pages. */
@Module({
  imports: [RoomsModule],
  controllers: [MessagesController],
  providers: [
    AppendRepository,
    BatchRunner,
    GatheredSend,
    MessageParts,
    MessagesHydrator,
    MessagesRepository,
    MessagesService,
    registerEvents(messagesEvents),
    MessagesSocket,
  ],
  exports: [MessageParts, MessagesService],
})
export class MessagesModule {}
