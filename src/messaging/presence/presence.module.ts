import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { TypingController } from './typing.controller.js';
import * as typingEvents from './typing.events.js';
import { TypingService } from './typing.service.js';
import { TypingSocket } from './typing.socket.js';

/** Who is there, and who types. */
@Module({
  imports: [RoomsModule],
  controllers: [TypingController],
  providers: [TypingService, TypingSocket, registerEvents(typingEvents)],
})
export class PresenceModule {}
