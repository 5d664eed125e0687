import { Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import type { Page } from '../../platform/common/pagination.js';
import type { ProblemCode } from '../../platform/common/problem.js';
import { MESSAGES } from '../messages/messages.controller.js';
import { ReactionSummaryDto } from '../messages/messages.dto.js';
import { ReactionDto, ReactionsQueryDto } from './reactions.dto.js';
import { ReactionsService } from './reactions.service.js';

/** What a reaction can be refused with. */
export const REACTION_ERRORS: ProblemCode[] = [
  'not_found',
  'insufficient_role',
  'user_banned',
  'user_unavailable',
  'room_frozen',
  'room_inactive',
  'conflict',
];

const PARAMS = { key: 'An emoji or any other text of 1 to 64 characters without controls, percent-encoded.' };

@Tag(MESSAGES)
@Controller('rooms/:room_id/messages/:id/reactions')
export class ReactionsController {
  constructor(private readonly reactions: ReactionsService) {}

  @Put(':key')
  @Route({
    summary: 'React to a message',
    description:
      "Answers the message's `reactions`. Twice is once; a message takes 50 different keys. Its `rev` stays: the room is told by `reaction.added`.",
    access: 'send_messages',
    list: ReactionSummaryDto,
    errors: REACTION_ERRORS,
    params: PARAMS,
    limited: 'reactions',
    actsForUser: true,
  })
  add(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
    @Param('key') key: string,
  ): Promise<ReactionSummaryDto[]> {
    return this.reactions.add(request, roomId, id, key);
  }

  @Delete(':key')
  @Route({
    summary: 'Take a reaction back',
    access: 'send_messages',
    status: 204,
    errors: REACTION_ERRORS,
    params: PARAMS,
    limited: 'reactions',
    actsForUser: true,
  })
  async remove(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
    @Param('key') key: string,
  ): Promise<void> {
    await this.reactions.remove(request, roomId, id, key);
  }

  @Get()
  @Route({
    summary: 'See who reacted to a message',
    description: 'By key, and within each in the order in which they reacted.',
    access: 'read_messages',
    page: ReactionDto,
    errors: ['not_found', 'invalid_cursor'],
    actsForUser: true,
  })
  list(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Param('id') id: string,
    @Query() query: ReactionsQueryDto,
  ): Promise<Page<ReactionDto>> {
    return this.reactions.list(caller, roomId, id, query);
  }
}
