import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { MembersModule } from '../members/members.module.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { DirectoryController } from './directory.controller.js';
import { DirectoryRepository } from './directory.repository.js';
import { DirectoryService } from './directory.service.js';
import * as invitationsEvents from './invitations.events.js';
import { InvitationsHydrator } from './invitations.hydrator.js';
import { InviteEntity } from './invite.entity.js';
import { InvitedController } from './invited.controller.js';
import { InvitedService } from './invited.service.js';
import { InvitesController } from './invites.controller.js';
import { InvitesRepository } from './invites.repository.js';
import { InvitesService } from './invites.service.js';
import { JoinRequestEntity } from './join-request.entity.js';
import { JoinRequestsController } from './join-requests.controller.js';
import { JoinRequestsRepository } from './join-requests.repository.js';
import { JoinRequestsService } from './join-requests.service.js';

/** How people come into rooms: invitations, links, requests to join, the directory. */
@Module({
  imports: [TypeOrmModule.forFeature([InviteEntity, JoinRequestEntity]), RoomsModule, MembersModule, UsersModule],
  controllers: [DirectoryController, InvitesController, InvitedController, JoinRequestsController],
  providers: [
    DirectoryRepository,
    DirectoryService,
    InvitationsHydrator,
    InvitedService,
    InvitesRepository,
    InvitesService,
    JoinRequestsRepository,
    JoinRequestsService,
    registerEvents(invitationsEvents),
  ],
  exports: [InvitesService],
})
export class InvitationsModule {}
