import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { RoomPermissionsDto } from './room-permissions.dto.js';
import { RoomPermissionsService } from './room-permissions.service.js';
import { ROOMS } from './rooms.controller.js';

/** What the roles of rooms allow: a table that the client may change per type of room. */
@Tag(ROOMS)
@Controller()
export class RoomPermissionsController {
  constructor(private readonly permissions: RoomPermissionsService) {}

  @Get('clients/me/permissions')
  @Route({ summary: 'Read what the roles of rooms may', access: 'master', answer: RoomPermissionsDto })
  get(@CurrentCaller() caller: Caller): Promise<RoomPermissionsDto> {
    return this.permissions.get(caller);
  }

  @Put('clients/me/permissions')
  @Route({
    summary: 'Change what the roles of rooms may',
    description:
      'Replaces what was set before; types and roles that are left out have the defaults. It holds for the next request. Every role reads: what a member may not read, it is no member of.',
    audit: 'permissions.replace',
    access: 'master',
    answer: RoomPermissionsDto,
  })
  put(@CurrentRequest() request: Request, @Body() dto: RoomPermissionsDto): Promise<RoomPermissionsDto> {
    return this.permissions.put(request, dto);
  }

  @Get('rooms/:room_id/permissions')
  @Route({
    summary: 'Read what the roles of a room may',
    access: 'master',
    answer: RoomPermissionsDto,
    errors: ['not_found'],
  })
  ofRoom(@CurrentCaller() caller: Caller, @Param('room_id') roomId: string): Promise<RoomPermissionsDto> {
    return this.permissions.ofRoom(caller, roomId);
  }
}
