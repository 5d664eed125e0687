import { Module } from '@nestjs/common';
import { UsersModule } from '../../tenancy/users/users.module.js';
import { RoomsModule } from '../rooms/rooms.module.js';
import { BansController } from './bans.controller.js';
import { BansService } from './bans.service.js';
import { JoiningController } from './joining.controller.js';
import { JoiningService } from './joining.service.js';
import { MembersController } from './members.controller.js';
import { MembersService } from './members.service.js';
import { MembershipChangesPruningProcessor } from './membership-changes-pruning.processor.js';
import { Memberships } from './memberships.js';
import { OwnSideController } from './own-side.controller.js';
import { OwnSideService } from './own-side.service.js';

/** Who comes into rooms, goes, is kept out, and in which role; what each member sets of a room for itself. */
@Module({
  imports: [UsersModule, RoomsModule],
  controllers: [MembersController, JoiningController, BansController, OwnSideController],
  providers: [
    MembershipChangesPruningProcessor,
    MembersService,
    Memberships,
    BansService,
    JoiningService,
    OwnSideService,
  ],
  exports: [Memberships, MembersService, OwnSideService],
})
export class MembersModule {}
