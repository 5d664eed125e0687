import { Controller, Get, Query } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller } from '../../tenancy/access/request.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import type { Page } from '../../platform/common/pagination.js';
import { SearchHitDto, SearchQueryDto } from './search.dto.js';
import { SearchService } from './search.service.js';

const SEARCH = tag('Search', 'Find messages by what they say.');

@Tag(SEARCH)
@Controller()
export class SearchController {
  constructor(private readonly search: SearchService) {}

  @Get('messages/search')
  @Route({
    summary: 'Search messages',
    description:
      'Newest first, in the rooms that the caller may read; a master key without X-User-Id searches all of the client. A message is found within seconds of its commit. For very common words a page may hold fewer than `limit` while `has_more` says that there are more: go on with `next_cursor`.',
    access: 'read_messages',
    page: SearchHitDto,
    errors: ['not_found', 'invalid_cursor', 'overloaded'],
    actsForUser: true,
  })
  find(@CurrentCaller() caller: Caller, @Query() query: SearchQueryDto): Promise<Page<SearchHitDto>> {
    return this.search.find(caller, query);
  }
}
