import { Body, Controller, Param, Post } from '@nestjs/common';
import { CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { JoiningService } from './joining.service.js';
import { MemberDto } from '../rooms/membership/member.dto.js';
import { TransferRoomDto } from './members.dto.js';
import { MembersService } from './members.service.js';
import { ROOMS } from '../rooms/rooms.controller.js';

@Tag(ROOMS)
@Controller('rooms/:room_id')
export class JoiningController {
  constructor(
    private readonly joining: JoiningService,
    private readonly members: MembersService,
  ) {}

  @Post('join')
  @Route({
    summary: 'Join a room',
    description:
      'A public one; other rooms take an invitation or a request. A master key lets the user that it names into any room. Who is a member already stays as he is.',
    access: 'join_rooms',
    answer: MemberDto,
    errors: ['not_found', 'user_banned', 'room_full', 'room_inactive', 'direct_room'],
    actsForUser: true,
    idempotent: true,
  })
  join(@CurrentRequest() request: Request, @Param('room_id') roomId: string): Promise<MemberDto> {
    return this.joining.join(request, roomId);
  }

  @Post('leave')
  @Route({
    summary: 'Leave a room',
    description: 'A last owner hands it on: to the oldest admin, else to the oldest member.',
    access: 'key',
    status: 204,
    errors: ['not_found', 'direct_room'],
    actsForUser: true,
    idempotent: true,
  })
  leave(@CurrentRequest() request: Request, @Param('room_id') roomId: string): Promise<void> {
    return this.members.leave(request, roomId);
  }

  @Post('transfer')
  @Route({
    summary: 'Hand a room on to another owner',
    description:
      'By an owner, who becomes an admin; by the client, every other owner does. The answer is the new owner.',
    access: 'manage_rooms',
    answer: MemberDto,
    errors: ['not_found', 'insufficient_role', 'direct_room'],
    actsForUser: true,
    idempotent: true,
  })
  transfer(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Body() dto: TransferRoomDto,
  ): Promise<MemberDto> {
    return this.members.transfer(request, roomId, dto.user_id);
  }
}
