import { Controller, Get, Query } from '@nestjs/common';
import type { Page } from '../../platform/common/pagination.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { DirectoryQueryDto, DirectoryRoomDto } from './directory.dto.js';
import { DirectoryService } from './directory.service.js';
import { INVITATIONS } from './invites.controller.js';

@Tag(INVITATIONS)
@Controller('rooms/directory')
export class DirectoryController {
  constructor(private readonly directory: DirectoryService) {}

  @Get()
  @Route({
    summary: 'Find public rooms',
    description:
      'By name, in its order. A search looks at so many names for a page: one that found little may still have a `next_cursor`.',
    access: 'join_rooms',
    page: DirectoryRoomDto,
    errors: ['invalid_cursor'],
    actsForUser: true,
  })
  list(@CurrentCaller() caller: Caller, @Query() query: DirectoryQueryDto): Promise<Page<DirectoryRoomDto>> {
    return this.directory.list(caller, query);
  }
}
