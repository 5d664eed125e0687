import { Body, Controller, Delete, Param, Put } from '@nestjs/common';
import type { UserId } from '../../platform/common/ids.js';
import { CurrentRequest, type Request } from '../access/request.js';
import { Route, Tag } from '../access/route.js';
import { UserBansService } from './user-bans.service.js';
import { USERS } from './users.controller.js';
import { BanUserDto, UserDto } from './users.dto.js';

/** Bans of users from the whole client. */
@Tag(USERS)
@Controller('users/:user_id/ban')
export class UserBansController {
  constructor(private readonly bans: UserBansService) {}

  @Put()
  @Route({
    summary: 'Ban a user',
    description:
      'A banned user reads, and is refused everything else with 403 `user_banned`. With `shadow` it is refused nothing: others get stubs of what it sends. A second ban takes the place of the first.',
    audit: 'user.ban',
    access: 'master',
    answer: UserDto,
    errors: ['not_found'],
  })
  ban(@CurrentRequest() request: Request, @Param('user_id') userId: UserId, @Body() dto: BanUserDto): Promise<UserDto> {
    return this.bans.ban(request, userId, dto);
  }

  @Delete()
  @Route({ summary: "Lift a user's ban", audit: 'user.unban', access: 'master', status: 204, errors: ['not_found'] })
  unban(@CurrentRequest() request: Request, @Param('user_id') userId: UserId): Promise<void> {
    return this.bans.unban(request, userId);
  }
}
