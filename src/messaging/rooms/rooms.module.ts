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
import { BansController } from './bans.controller.js';
import { BansRepository } from './bans.repository.js';
import { BansService } from './bans.service.js';
import { JoiningController } from './joining.controller.js';
import { JoiningService } from './joining.service.js';
import { MembersController } from './members.controller.js';
import { MembersRepository } from './members.repository.js';
import { MembersService } from './members.service.js';
import { MarkersRepository } from './markers.repository.js';
import { MentionsRepository } from './mentions.repository.js';
import { Memberships } from './memberships.js';
import { NewRoomsService } from './new-rooms.service.js';
import { OwnSideController } from './own-side.controller.js';
import { OwnSideRepository } from './own-side.repository.js';
import { OwnSideService } from './own-side.service.js';
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

/** Rooms and who is in them. */
@Module({
  imports: [
    TypeOrmModule.forFeature([RoomEntity, RoomMemberEntity]),
    registerQueue(MEMBERSHIP_CHANGES_PRUNING_QUEUE, { everyMs: 600_000 }),
    ClientsModule,
    UsersModule,
  ],
  controllers: [
    RoomsController,
    MembersController,
    JoiningController,
    BansController,
    OwnSideController,
    RoomPermissionsController,
  ],
  providers: [
    MembershipChangesPruningProcessor,
    MembersRepository,
    MembersService,
    MarkersRepository,
    MentionsRepository,
    Memberships,
    BansRepository,
    BansService,
    JoiningService,
    OwnSideRepository,
    OwnSideService,
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
  ],
  exports: [
    MarkersRepository,
    MembersRepository,
    MembersService,
    Memberships,
    MentionsRepository,
    RoomAccess,
    RoomAnnouncer,
    RoomChanges,
    RoomPurge,
    RoomsRepository,
    RoomsService,
    RoomStatesRepository,
  ],
})
export class RoomsModule {
  constructor(purge: RoomPurge, states: RoomStatesRepository) {
    purge.register(states);
  }
}
