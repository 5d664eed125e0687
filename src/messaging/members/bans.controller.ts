import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import type { UserId } from '../../platform/common/ids.js';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { BanDto, BanMemberDto } from './bans.dto.js';
import { BansService } from './bans.service.js';
import { ROOMS } from '../rooms/rooms.controller.js';

@Tag(ROOMS)
@Controller('rooms/:room_id')
export class BansController {
  constructor(private readonly bans: BansService) {}

  @Get('bans')
  @Route({
    summary: "List a room's bans",
    description: 'Those that hold, to whose role grants `manage`.',
    access: 'manage_rooms',
    page: BanDto,
    errors: ['not_found', 'insufficient_role', 'invalid_cursor'],
    actsForUser: true,
  })
  list(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Query() query: PageQueryDto,
  ): Promise<Page<BanDto>> {
    return this.bans.list(caller, roomId, query);
  }

  @Put('members/:user_id/ban')
  @Route({
    summary: 'Ban a user from a room',
    description:
      'A member is removed; who never was one is kept out as well. Admins ban plain members, owners everybody but the last owner. A ban that holds is replaced.',
    access: 'manage_rooms',
    answer: BanDto,
    errors: ['not_found', 'insufficient_role', 'last_owner', 'direct_room', 'conflict', 'user_unavailable'],
    actsForUser: true,
  })
  ban(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('user_id') userId: UserId,
    @Body() dto: BanMemberDto,
  ): Promise<BanDto> {
    return this.bans.ban(request, roomId, userId, dto);
  }

  @Delete('members/:user_id/ban')
  @Route({
    summary: 'Lift a ban',
    description: 'The user is no member by that, but may become one again.',
    access: 'manage_rooms',
    status: 204,
    errors: ['not_found', 'insufficient_role', 'user_unavailable'],
    actsForUser: true,
  })
  lift(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('user_id') userId: UserId,
  ): Promise<void> {
    return this.bans.lift(request, roomId, userId);
  }
}
