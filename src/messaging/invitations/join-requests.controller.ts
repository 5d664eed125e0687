import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { UserId } from '../../platform/common/ids.js';
import type { Page } from '../../platform/common/pagination.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Existing, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { MemberDto } from '../rooms/membership/member.dto.js';
import { INVITATIONS } from './invites.controller.js';
import { AskToJoinDto, JoinRequestDto, JoinRequestsQueryDto } from './join-requests.dto.js';
import { JoinRequestsService } from './join-requests.service.js';

@Tag(INVITATIONS)
@Controller('rooms/:room_id/join-requests')
export class JoinRequestsController {
  constructor(private readonly requests: JoinRequestsService) {}

  @Get()
  @Route({
    summary: 'List requests to join a room',
    description: 'The oldest first, to whose role grants `manage`.',
    access: 'manage_rooms',
    page: JoinRequestDto,
    errors: ['not_found', 'insufficient_role', 'invalid_cursor'],
    actsForUser: true,
  })
  list(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Query() query: JoinRequestsQueryDto,
  ): Promise<Page<JoinRequestDto>> {
    return this.requests.list(caller, roomId, query);
  }

  @Post()
  @Route({
    summary: 'Ask to join a private room',
    description:
      'Who asks knows its id, and need not see it. A public room is joined; one by invitation only takes no requests and is 404. A request that waits stays as it is.',
    access: 'join_rooms',
    status: 201,
    also: { 200: 'The request was there already.' },
    answer: JoinRequestDto,
    errors: ['not_found', 'conflict', 'user_banned'],
    actsForUser: true,
    idempotent: true,
  })
  ask(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Body() dto: AskToJoinDto,
  ): Promise<JoinRequestDto | Existing<JoinRequestDto>> {
    return this.requests.ask(request, roomId, dto);
  }

  @Post(':user_id/approve')
  @Route({
    summary: 'Let in who asked',
    access: 'manage_rooms',
    answer: MemberDto,
    errors: ['not_found', 'insufficient_role', 'conflict', 'room_full', 'room_inactive', 'user_unavailable'],
    actsForUser: true,
    idempotent: true,
  })
  approve(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('user_id') userId: UserId,
  ): Promise<MemberDto> {
    return this.requests.approve(request, roomId, userId);
  }

  @Post(':user_id/reject')
  @Route({
    summary: 'Do not let in who asked',
    description: 'Who asked may ask again.',
    access: 'manage_rooms',
    answer: JoinRequestDto,
    errors: ['not_found', 'insufficient_role', 'conflict'],
    actsForUser: true,
    idempotent: true,
  })
  reject(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('user_id') userId: UserId,
  ): Promise<JoinRequestDto> {
    return this.requests.reject(request, roomId, userId);
  }
}
