import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import type { Page } from '../../platform/common/pagination.js';
import { MESSAGES } from '../messages/messages.controller.js';
import {
  ScheduledMessageDto,
  ScheduledQueryDto,
  ScheduleMessageDto,
  UpdateScheduledMessageDto,
} from './scheduled.dto.js';
import { ScheduledService } from './scheduled.service.js';

@Tag(MESSAGES)
@Controller()
export class ScheduledController {
  constructor(private readonly scheduled: ScheduledService) {}

  @Post('rooms/:room_id/scheduled-messages')
  @Route({
    summary: 'Schedule a message',
    description:
      'Sent within 5 seconds of `send_at`, once, by what its sender may do then; what is refused then is `failed` with its reason. A user may have 100 that wait.',
    access: 'send_messages',
    status: 201,
    answer: ScheduledMessageDto,
    errors: ['not_found', 'insufficient_role', 'conflict'],
    actsForUser: true,
    idempotent: true,
    limited: 'messages',
  })
  schedule(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Body() dto: ScheduleMessageDto,
  ): Promise<ScheduledMessageDto> {
    return this.scheduled.schedule(request, roomId, dto);
  }

  @Get('rooms/:room_id/scheduled-messages')
  @Route({
    summary: 'List scheduled messages of a room',
    description: 'By their time: those of the acting user; without one, all. What has ended is kept for 30 days.',
    access: 'send_messages',
    page: ScheduledMessageDto,
    errors: ['not_found', 'invalid_cursor'],
    actsForUser: true,
  })
  list(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Query() query: ScheduledQueryDto,
  ): Promise<Page<ScheduledMessageDto>> {
    return this.scheduled.list(caller, roomId, query);
  }

  @Get('scheduled-messages/:id')
  @Route({
    summary: 'Read a scheduled message',
    access: 'send_messages',
    answer: ScheduledMessageDto,
    errors: ['not_found'],
    actsForUser: true,
  })
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<ScheduledMessageDto> {
    return this.scheduled.get(caller, id);
  }

  @Patch('scheduled-messages/:id')
  @Route({
    summary: 'Change a scheduled message, or its time',
    description: 'Once it is being sent, 409.',
    access: 'send_messages',
    answer: ScheduledMessageDto,
    errors: ['not_found', 'conflict'],
    actsForUser: true,
    limited: 'messages',
  })
  update(
    @CurrentRequest() request: Request,
    @Param('id') id: string,
    @Body() dto: UpdateScheduledMessageDto,
  ): Promise<ScheduledMessageDto> {
    return this.scheduled.update(request, id, dto);
  }

  @Delete('scheduled-messages/:id')
  @Route({
    summary: 'Cancel a scheduled message',
    description: 'Once it is being sent, 409.',
    access: 'send_messages',
    status: 204,
    errors: ['not_found', 'conflict'],
    actsForUser: true,
  })
  cancel(@CurrentRequest() request: Request, @Param('id') id: string): Promise<void> {
    return this.scheduled.cancel(request, id);
  }
}
