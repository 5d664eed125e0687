import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { Page } from '../../platform/common/pagination.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Existing, type Request } from '../../tenancy/access/request.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { CreateInviteDto, InviteDto, InvitesQueryDto } from './invites.dto.js';
import { InvitesService } from './invites.service.js';

export const INVITATIONS = tag(
  'Invitations',
  'Invitations, links, requests to join, and the directory of public rooms.',
);

@Tag(INVITATIONS)
@Controller('rooms/:room_id/invites')
export class InvitesController {
  constructor(private readonly invites: InvitesService) {}

  @Get()
  @Route({
    summary: "List a room's invitations",
    description: 'The newest first, to whose role grants `invite`.',
    access: 'invite_users',
    page: InviteDto,
    errors: ['not_found', 'insufficient_role', 'invalid_cursor'],
    actsForUser: true,
  })
  list(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Query() query: InvitesQueryDto,
  ): Promise<Page<InviteDto>> {
    return this.invites.list(caller, roomId, query);
  }

  @Post()
  @Route({
    summary: 'Invite a user, or make a link',
    description:
      'To a role above member by whose role grants `delete`. Who has a pending invitation keeps it: the second one is the first.',
    access: 'invite_users',
    status: 201,
    also: { 200: 'The user is invited already, or came by the invitation that is answered.' },
    answer: InviteDto,
    errors: ['not_found', 'insufficient_role', 'direct_room', 'conflict', 'user_unavailable'],
    actsForUser: true,
    idempotent: true,
  })
  create(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Body() dto: CreateInviteDto,
  ): Promise<InviteDto | Existing<InviteDto>> {
    return this.invites.create(request, roomId, dto);
  }

  @Delete(':invite_id')
  @Route({
    summary: 'Revoke an invitation or a link',
    description: 'By who made it, or whose role grants `manage`. What is no longer pending stays as it is.',
    access: 'invite_users',
    status: 204,
    params: { invite_id: 'The id of an invitation of the room.' },
    errors: ['not_found', 'insufficient_role'],
    actsForUser: true,
  })
  revoke(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('invite_id') inviteId: string,
  ): Promise<void> {
    return this.invites.revoke(request, roomId, inviteId);
  }
}
