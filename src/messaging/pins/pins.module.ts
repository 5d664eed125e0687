import { Module } from '@nestjs/common';
import { MessagesModule } from '../messages/messages.module.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { PinsController } from './pins.controller.js';
import { PinsRepository } from './pins.repository.js';
import { PinsService } from './pins.service.js';

/** Messages that rooms keep in view. */
@Module({
  imports: [MessagesModule, RoomsModule],
  controllers: [PinsController],
  providers: [PinsRepository, PinsService],
})
export class PinsModule {}
