import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { Page } from '../../platform/common/pagination.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { MemberDto } from '../rooms/membership/member.dto.js';
import { InvitedService } from './invited.service.js';
import { INVITATIONS } from './invites.controller.js';
import { AcceptCodeDto, InviteDto, InvitesQueryDto } from './invites.dto.js';

@Tag(INVITATIONS)
@Controller('invites')
export class InvitedController {
  constructor(private readonly invited: InvitedService) {}

  @Get()
  @Route({
    summary: 'List my invitations',
    description: "The acting user's, the newest first.",
    access: 'key',
    page: InviteDto,
    errors: ['invalid_cursor'],
    actsForUser: true,
  })
  list(@CurrentCaller() caller: Caller, @Query() query: InvitesQueryDto): Promise<Page<InviteDto>> {
    return this.invited.list(caller, query);
  }

  @Post('accept')
  @Route({
    summary: "Join by a link's code",
    description:
      'A code that is unknown, used up, expired or revoked is 404: they are not told apart. Who is a member already uses nothing up.',
    access: 'join_rooms',
    answer: MemberDto,
    errors: ['not_found', 'user_banned', 'room_full', 'room_inactive'],
    actsForUser: true,
    idempotent: true,
  })
  acceptCode(@CurrentRequest() request: Request, @Body() dto: AcceptCodeDto): Promise<MemberDto> {
    return this.invited.acceptCode(request, dto.code);
  }

  @Post(':id/accept')
  @Route({
    summary: 'Accept an invitation',
    description: 'By the invited user.',
    access: 'key',
    answer: MemberDto,
    errors: ['not_found', 'conflict', 'user_banned', 'room_full', 'room_inactive'],
    actsForUser: true,
    idempotent: true,
  })
  accept(@CurrentRequest() request: Request, @Param('id') id: string): Promise<MemberDto> {
    return this.invited.accept(request, id);
  }

  @Post(':id/decline')
  @Route({
    summary: 'Decline an invitation',
    description: 'By the invited user.',
    access: 'key',
    answer: InviteDto,
    errors: ['not_found', 'conflict'],
    actsForUser: true,
    idempotent: true,
  })
  decline(@CurrentRequest() request: Request, @Param('id') id: string): Promise<InviteDto> {
    return this.invited.decline(request, id);
  }
}
