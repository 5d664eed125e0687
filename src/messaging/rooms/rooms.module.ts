import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RoomMemberEntity } from './membership/room-member.entity.js';
import { RoomEntity } from './room.entity.js';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { ClientsModule } from '../../tenancy/clients/clients.module.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { BansRepository } from './membership/bans.repository.js';
import { MembersRepository } from './membership/members.repository.js';
import { MarkersRepository } from './membership/markers.repository.js';
import { MentionsRepository } from './membership/mentions.repository.js';
import { NewRoomsService } from './new-rooms.service.js';
import { OwnSideRepository } from './membership/own-side.repository.js';
import { RoomAccess } from './room-access.js';
import { RoomAnnouncer } from './room-announcer.js';
import { RoomChanges } from './room-changes.js';
import { RoomPurge } from './room-purge.js';
import { RoomStatesRepository } from './room-states.repository.js';
import { RoomPermissionsController } from './room-permissions.controller.js';
import { RoomPermissionsService } from './room-permissions.service.js';
import { RoomsController } from './rooms.controller.js';
import { RoomsHydrator } from './rooms.hydrator.js';
import { RoomsRepository } from './rooms.repository.js';
import { RoomsService } from './rooms.service.js';
import * as roomsEvents from './rooms.events.js';
import { RoomsSocket } from './rooms.socket.js';
import { TruncationsRepository } from './truncations.repository.js';

/** Rooms, and the rows of who is in them. */
@Module({
  imports: [TypeOrmModule.forFeature([RoomEntity, RoomMemberEntity]), ClientsModule, UsersModule],
  controllers: [RoomsController, RoomPermissionsController],
  providers: [
    MembersRepository,
    MarkersRepository,
    MentionsRepository,
    BansRepository,
    OwnSideRepository,
    RoomChanges,
    NewRoomsService,
    RoomAccess,
    RoomAnnouncer,
    RoomPermissionsService,
    RoomPurge,
    RoomStatesRepository,
    RoomsHydrator,
    RoomsRepository,
    RoomsService,
    registerEvents(roomsEvents),
    RoomsSocket,
    TruncationsRepository,
  ],
  exports: [
    BansRepository,
    MarkersRepository,
    MembersRepository,
    MentionsRepository,
    NewRoomsService,
    OwnSideRepository,
    RoomAccess,
    RoomAnnouncer,
    RoomChanges,
    RoomPurge,
    RoomsRepository,
    RoomStatesRepository,
    RoomsService,
    TruncationsRepository,
  ],
})
export class RoomsModule {
  constructor(purge: RoomPurge, states: RoomStatesRepository) {
    purge.register(states);
  }
}
