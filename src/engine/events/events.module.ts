import { Global, Module } from '@nestjs/common';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { EventsRepository } from './events.repository.js';
import { EventsService } from './events.service.js';

/** Offers the one event log to every room above. */
@Global()
@Module({
  imports: [UsersModule],
  providers: [EventsRepository, EventsService],
  exports: [EventsService],
})
export class EventsModule {}
