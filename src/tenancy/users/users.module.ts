import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UserEntity } from './user.entity.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { BlocksRepository } from './blocks.repository.js';
import { ManyUsersService } from './many-users.service.js';
import { ProfilesService } from './profiles.service.js';
import { ScopedKeysController } from './scoped-keys.controller.js';
import { ScopedKeysService } from './scoped-keys.service.js';
import { UserBansController } from './user-bans.controller.js';
import { UserBansService } from './user-bans.service.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

/** Profiles, login and the keys of users. */
@Module({
  imports: [TypeOrmModule.forFeature([UserEntity])],
  controllers: [AuthController, ScopedKeysController, UserBansController, UsersController],
  providers: [
    AuthService,
    BlocksRepository,
    ManyUsersService,
    ProfilesService,
    ScopedKeysService,
    UserBansService,
    UsersRepository,
    UsersService,
  ],
  exports: [BlocksRepository, ManyUsersService, ProfilesService, UsersService],
})
export class UsersModule {}
