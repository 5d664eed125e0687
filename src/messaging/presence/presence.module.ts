import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { LastSeen } from './last-seen.js';
import { PresenceAudience } from './presence.audience.js';
import { PresenceController } from './presence.controller.js';
import * as presenceEvents from './presence.events.js';
import { PresenceLeases } from './presence.leases.js';
import { PresenceReader } from './presence.reader.js';
import { PresenceRepository } from './presence.repository.js';
import { PresenceService } from './presence.service.js';
import { PresenceSocket } from './presence.socket.js';
import { PresenceSources } from './presence.sources.js';
import { PresenceWatch } from './presence.watch.js';
import { TypingController } from './typing.controller.js';
import * as typingEvents from './typing.events.js';
import { TypingRepository } from './typing.repository.js';
import { TypingService } from './typing.service.js';
import { TypingSocket } from './typing.socket.js';
import { UserPresenceEntity } from './user-presence.entity.js';

/** Who is there, and who types. */
@Module({
  imports: [TypeOrmModule.forFeature([UserPresenceEntity]), RoomsModule, UsersModule],
  controllers: [PresenceController, TypingController],
  providers: [
    LastSeen,
    PresenceAudience,
    PresenceLeases,
    PresenceReader,
    PresenceRepository,
    PresenceService,
    PresenceSocket,
    PresenceSources,
    PresenceWatch,
    TypingRepository,
    TypingService,
    TypingSocket,
    registerEvents(presenceEvents),
    registerEvents(typingEvents),
  ],
  exports: [PresenceReader, PresenceService],
})
export class PresenceModule {}
