import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, type RouteOptions, Tag } from '../../tenancy/access/route.js';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import { MESSAGES } from '../messages/messages.controller.js';
import { MessagePageDto } from '../messages/messages.dto.js';
import { RepliesService } from './replies.service.js';
import { ReadThreadDto, RepliesQueryDto, ThreadDto, ThreadStandingDto } from './threads.dto.js';
import { ThreadsService } from './threads.service.js';

const STANDING: Pick<RouteOptions, 'access' | 'answer' | 'errors' | 'actsForUser'> = {
  access: 'read_messages',
  answer: ThreadStandingDto,
  errors: ['not_found'],
  actsForUser: true,
};

@Tag(MESSAGES)
@Controller()
export class ThreadsController {
  constructor(
    private readonly threads: ThreadsService,
    private readonly repliesOf: RepliesService,
  ) {}

  @Get('rooms/:room_id/messages/:id/replies')
  @Route({
    summary: "Read a thread's replies",
    description:
      'Always ascending; without a place to read from, the newest. A reply to a reply is in the same thread, and has none of its own.',
    access: 'read_messages',
    answer: MessagePageDto,
    errors: ['not_found', 'invalid_cursor'],
    actsForUser: true,
  })
  replies(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
    @Query() query: RepliesQueryDto,
  ): Promise<MessagePageDto> {
    return this.repliesOf.list(caller, roomId, id, query);
  }

  @Get('rooms/:room_id/messages/:id/subscription')
  @Route({ ...STANDING, summary: 'See whether the user follows a thread, and what it has not read of it' })
  standing(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
  ): Promise<ThreadStandingDto> {
    return this.threads.standing(caller, roomId, id);
  }

  @Put('rooms/:room_id/messages/:id/subscription')
  @Route({
    ...STANDING,
    summary: 'Follow a thread',
    description:
      'What there is already counts as read. Whoever is replied to, replies or is mentioned in a thread follows it by itself.',
  })
  subscribe(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
  ): Promise<ThreadStandingDto> {
    return this.threads.decide(request, roomId, id, true);
  }

  @Delete('rooms/:room_id/messages/:id/subscription')
  @Route({
    summary: 'Follow a thread no more',
    description: 'Until the user replies, or is mentioned in it, again.',
    access: 'read_messages',
    status: 204,
    errors: ['not_found'],
    actsForUser: true,
  })
  async unsubscribe(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
  ): Promise<void> {
    await this.threads.decide(request, roomId, id, false);
  }

  @Post('rooms/:room_id/messages/:id/thread/read')
  @Route({
    ...STANDING,
    summary: 'Mark a thread as read',
    description: 'Never back. Beyond the last reply is clamped.',
    idempotent: true,
  })
  read(
    @CurrentRequest() { caller }: Request,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
    @Body() { seq }: ReadThreadDto,
  ): Promise<ThreadStandingDto> {
    return this.threads.read(caller, roomId, id, seq ?? null);
  }

  @Get('threads')
  @Route({
    summary: 'List the threads that the user follows',
    description: 'Those with replies, the one with the latest first.',
    access: 'read_messages',
    page: ThreadDto,
    errors: ['invalid_cursor'],
    actsForUser: true,
  })
  list(@CurrentCaller() caller: Caller, @Query() query: PageQueryDto): Promise<Page<ThreadDto>> {
    return this.threads.list(caller, query);
  }
}
