import { Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import type { Caller } from '../../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../../tenancy/access/request.js';
import { Route, Tag, tag } from '../../../tenancy/access/route.js';
import type { UserId } from '../../../platform/common/ids.js';
import { PageQueryDto, type Page } from '../../../platform/common/pagination.js';
import { BlockDto } from './blocks.dto.js';
import { BlocksService } from './blocks.service.js';

export const MODERATION = tag(
  'Moderation',
  "Blocks, reports, word lists, and the client's own word on each message before it is written.",
);

/** Whom the acting user blocks. */
@Tag(MODERATION)
@Controller('users/me/blocks')
export class BlocksController {
  constructor(private readonly blocks: BlocksService) {}

  @Get()
  @Route({
    summary: 'List whom one blocks',
    access: 'key',
    page: BlockDto,
    errors: ['invalid_cursor', 'not_found'],
    actsForUser: true,
  })
  list(@CurrentCaller() caller: Caller, @Query() query: PageQueryDto): Promise<Page<BlockDto>> {
    return this.blocks.list(caller, query);
  }

  @Put(':user_id')
  @Route({
    summary: 'Block a user',
    description:
      "The blocked user's direct messages are refused with 422 `user_unavailable`, as if the user were unknown; what it sends in other rooms comes to the blocker as stubs, when it is read. Live events are the same for a whole room: apps hide them by their list. At most 10,000.",
    access: 'key',
    status: 204,
    errors: ['not_found', 'user_unavailable', 'conflict'],
    actsForUser: true,
  })
  block(@CurrentRequest() request: Request, @Param('user_id') userId: UserId): Promise<void> {
    return this.blocks.block(request, userId);
  }

  @Delete(':user_id')
  @Route({ summary: 'Block a user no longer', access: 'key', status: 204, errors: ['not_found'], actsForUser: true })
  unblock(@CurrentRequest() request: Request, @Param('user_id') userId: UserId): Promise<void> {
    return this.blocks.unblock(request, userId);
  }
}
