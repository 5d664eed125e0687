import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { RepliesService } from './replies.service.js';
import { ThreadsController } from './threads.controller.js';
import * as threadsEvents from './threads.events.js';
import { ThreadsNews } from './threads.news.js';
import { ThreadsReader } from './threads.reader.js';
import { ThreadsRepository } from './threads.repository.js';
import { ThreadsService } from './threads.service.js';

/** Replies to a message, who follows them, and what of them is unread. */
@Module({
  imports: [MessagesModule, RoomsModule, UsersModule],
  controllers: [ThreadsController],
  providers: [
    RepliesService,
    ThreadsNews,
    ThreadsReader,
    ThreadsRepository,
    ThreadsService,
    registerEvents(threadsEvents),
  ],
})
export class ThreadsModule {}
