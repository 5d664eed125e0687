import { Module } from '@nestjs/common';
import { MessagesModule } from '../messages/messages.module.js';
import { RoomQueryController } from './room-query.controller.js';
import { RoomQueryRepository } from './room-query.repository.js';
import { RoomQueryService } from './room-query.service.js';

/** Finding rooms by what they and their members say. */
@Module({
  imports: [MessagesModule],
  controllers: [RoomQueryController],
  providers: [RoomQueryRepository, RoomQueryService],
})
export class RoomQueryModule {}
