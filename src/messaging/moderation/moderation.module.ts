import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { BlocksController } from './blocks.controller.js';
import * as blocksEvents from './blocks.events.js';
import { BlocksService } from './blocks.service.js';

/** What keeps people apart, and words out. */
@Module({
  imports: [UsersModule],
  controllers: [BlocksController],
  providers: [BlocksService, registerEvents(blocksEvents)],
})
export class ModerationModule {}
