import { Global, Module } from '@nestjs/common';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { ClientLog } from './client-log.js';
import { EventsRepository } from './events.repository.js';
import { EventsService } from './events.service.js';
import { LogReaders } from './log-readers.js';
import { LogReadersRepository } from './log-readers.repository.js';

/** Offers the one event log, and places for its readers, to every room above. */
@Global()
@Module({
  imports: [UsersModule],
  providers: [ClientLog, EventsRepository, EventsService, LogReaders, LogReadersRepository],
  exports: [ClientLog, EventsService, LogReaders],
})
export class EventsModule {}
