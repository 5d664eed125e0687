import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RoomMemberEntity } from './room-member.entity.js';
import { RoomEntity } from './room.entity.js';
import { registerQueue } from '../../platform/queue/register-queue.js';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { ClientsModule } from '../../tenancy/clients/clients.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import {
  MEMBERSHIP_CHANGES_PRUNING_QUEUE,
  MembershipChangesPruningProcessor,
} from './membership-changes-pruning.processor.js';
import { MembersController } from './members.controller.js';
import { MembersRepository } from './members.repository.js';
import { MembersService } from './members.service.js';
import { MentionsRepository } from './mentions.repository.js';
import { NewRoomsService } from './new-rooms.service.js';
import { RoomAccess } from './room-access.js';
import { RoomAnnouncer } from './room-announcer.js';
import { RoomPermissionsController } from './room-permissions.controller.js';
import { RoomPermissionsService } from './room-permissions.service.js';
import { RoomsController } from './rooms.controller.js';
import { RoomsHydrator } from './rooms.hydrator.js';
import { RoomsRepository } from './rooms.repository.js';
import { RoomsService } from './rooms.service.js';
import * as roomsEvents from './rooms.events.js';
import { RoomsSocket } from './rooms.socket.js';

/** Rooms and who is in them. */
@Module({
  imports: [
    TypeOrmModule.forFeature([RoomEntity, RoomMemberEntity]),
    registerQueue(MEMBERSHIP_CHANGES_PRUNING_QUEUE, { everyMs: 600_000 }),
    ClientsModule,
    UsersModule,
  ],
  controllers: [RoomsController, MembersController, RoomPermissionsController],
  providers: [
    MembershipChangesPruningProcessor,
    MembersRepository,
    MembersService,
    MentionsRepository,
    NewRoomsService,
    RoomAccess,
    RoomAnnouncer,
    RoomPermissionsService,
    RoomsHydrator,
    RoomsRepository,
    RoomsService,
    registerEvents(roomsEvents),
    RoomsSocket,
  ],
  exports: [
    MembersRepository,
    MembersService,
    MentionsRepository,
    RoomAccess,
    RoomAnnouncer,
    RoomsRepository,
    RoomsService,
  ],
})
export class RoomsModule {}
