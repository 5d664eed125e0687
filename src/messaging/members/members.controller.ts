import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Existing, type Request } from '../../tenancy/access/request.js';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { AddedMembersDto, AddMembersDto, UpdateMemberDto } from './members.dto.js';
import { MemberDto } from '../rooms/membership/member.dto.js';
import { MembersService } from './members.service.js';
import type { UserId } from '../../platform/common/ids.js';
import { ROOMS } from '../rooms/rooms.controller.js';

@Tag(ROOMS)
@Controller('rooms/:room_id/members')
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get()
  @Route({
    summary: "List a room's members",
    access: 'read_messages',
    page: MemberDto,
    errors: ['not_found', 'invalid_cursor'],
    actsForUser: true,
  })
  list(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Query() query: PageQueryDto,
  ): Promise<Page<MemberDto>> {
    return this.members.list(caller, roomId, query);
  }

  @Post()
  @Route({
    summary: 'Add members',
    itemwise: true,
    description:
      'One by `user_id` or many by `members` (a scoped key 100, a master key as many as a room takes), each of which is answered on its own in `results`; where none could be added, the answer is the first one’s problem. Owners add anybody, admins plain members. Who is a member already keeps his role.',
    access: 'invite_users',
    status: 201,
    also: { 200: 'Nobody came in by it: who was to be added is a member already.' },
    answer: AddedMembersDto,
    errors: ['not_found', 'insufficient_role', 'room_full', 'direct_room', 'user_unavailable'],
    actsForUser: true,
    idempotent: true,
  })
  add(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Body() dto: AddMembersDto,
  ): Promise<AddedMembersDto | Existing<AddedMembersDto>> {
    return this.members.add(request, roomId, dto);
  }

  @Get(':user_id')
  @Route({
    summary: 'Read a member',
    access: 'read_messages',
    answer: MemberDto,
    errors: ['not_found'],
    actsForUser: true,
  })
  get(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Param('user_id') userId: UserId,
  ): Promise<MemberDto> {
    return this.members.find(caller, roomId, userId);
  }

  @Get(':user_id/role')
  @Route({
    summary: 'The same as reading a member',
    deprecated: true,
    access: 'read_messages',
    answer: MemberDto,
    errors: ['not_found'],
    actsForUser: true,
  })
  getRole(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Param('user_id') userId: UserId,
  ): Promise<MemberDto> {
    return this.members.find(caller, roomId, userId);
  }

  @Patch(':user_id')
  @Route({
    summary: "Change a member's role",
    description: 'By owners, or the client. A room that has an owner keeps at least one.',
    access: 'manage_rooms',
    answer: MemberDto,
    errors: ['not_found', 'insufficient_role', 'last_owner', 'direct_room'],
    actsForUser: true,
  })
  setRole(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('user_id') userId: UserId,
    @Body() dto: UpdateMemberDto,
  ): Promise<MemberDto> {
    return this.members.setRole(request, roomId, userId, dto.role);
  }

  @Put(':user_id/role')
  @Route({
    summary: 'The same as PATCH',
    deprecated: true,
    access: 'manage_rooms',
    answer: MemberDto,
    errors: ['not_found', 'insufficient_role', 'last_owner', 'direct_room'],
    actsForUser: true,
  })
  putRole(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('user_id') userId: UserId,
    @Body() dto: UpdateMemberDto,
  ): Promise<MemberDto> {
    return this.members.setRole(request, roomId, userId, dto.role);
  }

  @Delete(':user_id')
  @Route({
    summary: 'Remove a member, or leave',
    description:
      'Who acts for the user (also as `me`) leaves, as with `POST /rooms/{room_id}/leave`; others are removed by owners and admins, a scoped key needs `manage_rooms` for it.',
    access: 'key',
    status: 204,
    errors: ['not_found', 'insufficient_role', 'user_banned', 'last_owner', 'direct_room'],
    actsForUser: true,
  })
  remove(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('user_id') userId: UserId,
  ): Promise<void> {
    return this.members.remove(request, roomId, userId);
  }
}
