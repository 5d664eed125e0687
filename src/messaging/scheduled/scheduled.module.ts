import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { ClientsModule } from '../../tenancy/clients/clients.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { ScheduledController } from './scheduled.controller.js';
import * as scheduledEvents from './scheduled.events.js';
import { ScheduledFailures } from './scheduled.failures.js';
import { ScheduledRepository } from './scheduled.repository.js';
import { ScheduledSender } from './scheduled.sender.js';
import { ScheduledService } from './scheduled.service.js';

/** Messages that are sent at their time. */
@Module({
  imports: [ClientsModule, UsersModule, MessagesModule, RoomsModule],
  controllers: [ScheduledController],
  providers: [
    ScheduledFailures,
    ScheduledRepository,
    ScheduledSender,
    ScheduledService,
    registerEvents(scheduledEvents),
  ],
})
export class ScheduledModule {}
