import { Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import type { ProblemCode } from '../../platform/common/problem.js';
import { MESSAGES } from '../messages/messages.controller.js';
import { MessageDto, type SeenMessage } from '../messages/messages.dto.js';
import { PinsService } from './pins.service.js';

const ERRORS: ProblemCode[] = ['not_found', 'insufficient_role', 'user_unavailable', 'room_frozen', 'room_inactive'];

@Tag(MESSAGES)
@Controller('rooms/:room_id')
export class PinsController {
  constructor(private readonly pins: PinsService) {}

  @Put('messages/:id/pin')
  @Route({
    summary: 'Pin a message',
    description:
      'By roles that grant `manage`; in a direct room by both. A room takes 50 pins; the room is told by `message.updated`.',
    access: 'send_messages',
    answer: MessageDto,
    errors: [...ERRORS, 'conflict'],
    actsForUser: true,
  })
  pin(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
  ): Promise<SeenMessage> {
    return this.pins.pin(request, roomId, id);
  }

  @Delete('messages/:id/pin')
  @Route({
    summary: 'Unpin a message',
    description: 'By roles that grant `manage`; in a direct room by both.',
    access: 'send_messages',
    status: 204,
    errors: ERRORS,
    actsForUser: true,
  })
  unpin(@CurrentRequest() request: Request, @Param('room_id') roomId: string, @Param('id') id: string): Promise<void> {
    return this.pins.unpin(request, roomId, id);
  }

  @Get('pins')
  @Route({
    summary: "Read a room's pinned messages",
    description: 'The latest pin first; a room has at most 50.',
    access: 'read_messages',
    page: MessageDto,
    errors: ['not_found'],
    actsForUser: true,
  })
  list(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Query() query: PageQueryDto,
  ): Promise<Page<SeenMessage>> {
    return this.pins.list(caller, roomId, query);
  }
}
