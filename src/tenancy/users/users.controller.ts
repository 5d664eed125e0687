import { Body, Controller, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../access/request.js';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import { Route, Tag, tag } from '../access/route.js';
import { ManyUsersService } from './many-users.service.js';
import { ProfilesService } from './profiles.service.js';
import { PutUserDto, PutUsersAnswerDto, PutUsersDto, UserDto } from './users.dto.js';
import type { UserId } from '../../platform/common/ids.js';

export const USERS = tag('Users', "A client's end users: profile and addresses.");

@Tag(USERS)
@Controller('users')
export class UsersController {
  constructor(
    private readonly profiles: ProfilesService,
    private readonly many: ManyUsersService,
  ) {}

  @Get()
  @Route({ summary: 'List users', access: 'master', page: UserDto, errors: ['invalid_cursor'] })
  list(@CurrentCaller() caller: Caller, @Query() query: PageQueryDto): Promise<Page<UserDto>> {
    return this.profiles.list(caller, query);
  }

  @Post('batch')
  @Route({
    summary: 'Make or change many users',
    description: 'Each is answered on its own: one at fault keeps no other from being made.',
    access: 'master',
    answer: PutUsersAnswerDto,
    idempotent: true,
    itemwise: true,
  })
  putMany(@CurrentRequest() request: Request, @Body() dto: PutUsersDto): Promise<PutUsersAnswerDto> {
    return this.many.put(request, dto);
  }

  @Get(':user_id')
  @Route({
    summary: 'Read a user',
    description:
      'Whole with a master key, and for the user itself (also as `me`). A scoped key sees of others who share a room `user_id`, `display_name` and `avatar_url`.',
    access: 'key',
    answer: UserDto,
    errors: ['not_found'],
    actsForUser: true,
  })
  get(@CurrentCaller() caller: Caller, @Param('user_id') userId: UserId): Promise<UserDto> {
    return this.profiles.get(caller, userId);
  }

  @Put(':user_id')
  @Route({ summary: 'Make or change a user', access: 'master', answer: UserDto })
  put(@CurrentRequest() request: Request, @Param('user_id') userId: UserId, @Body() dto: PutUserDto): Promise<UserDto> {
    return this.profiles.put(request, userId, dto);
  }

  @Patch(':user_id')
  @Route({
    summary: 'Change a user',
    description: 'A scoped key may change its own `display_name` and `avatar_url`.',
    access: 'key',
    answer: UserDto,
    errors: ['not_found'],
    actsForUser: true,
  })
  patch(
    @CurrentRequest() request: Request,
    @Param('user_id') userId: UserId,
    @Body() dto: PutUserDto,
  ): Promise<UserDto> {
    return this.profiles.patch(request, userId, dto);
  }
}
