import { Module } from '@nestjs/common';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { ScopedKeysController } from './scoped-keys.controller.js';
import { ScopedKeysService } from './scoped-keys.service.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

/** Profiles, login and the keys of users. */
@Module({
  controllers: [AuthController, ScopedKeysController, UsersController],
  providers: [AuthService, ScopedKeysService, UsersRepository, UsersService],
  exports: [UsersService],
})
export class UsersModule {}
