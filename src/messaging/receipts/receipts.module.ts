import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { MembersModule } from '../members/members.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { Markers } from './markers.js';
import { ReceiptsController } from './receipts.controller.js';
import * as receiptsEvents from './receipts.events.js';
import { ReceiptsNews } from './receipts.news.js';
import { ReceiptsRepository } from './receipts.repository.js';
import { ReceiptsService } from './receipts.service.js';
import { ReceiptsSocket } from './receipts.socket.js';

/** Markers of what was read and received, and what is unread. */
@Module({
  imports: [UsersModule, RoomsModule, MembersModule, MessagesModule],
  controllers: [ReceiptsController],
  providers: [
    Markers,
    ReceiptsNews,
    ReceiptsRepository,
    ReceiptsService,
    ReceiptsSocket,
    registerEvents(receiptsEvents),
  ],
})
export class ReceiptsModule {}
