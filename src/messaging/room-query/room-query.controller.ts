import { Body, Controller, Post } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import type { Page } from '../../platform/common/pagination.js';
import { ROOMS } from '../rooms/rooms.controller.js';
import { FoundRoomDto, QueryRoomsDto } from './room-query.dto.js';
import { RoomQueryService } from './room-query.service.js';

@Tag(ROOMS)
@Controller('rooms')
export class RoomQueryController {
  constructor(private readonly rooms: RoomQueryService) {}

  @Post('query')
  @Route({
    summary: 'Find rooms',
    description:
      "The acting user's rooms, filtered and sorted, each with its last message and a few members. A master key that acts for nobody gets the whole client's: a page then reads through at most 5,000 rooms, so that one with few rooms or none may have `has_more`.",
    access: 'read_messages',
    page: FoundRoomDto,
    errors: ['invalid_cursor'],
    actsForUser: true,
  })
  query(@CurrentCaller() caller: Caller, @Body() dto: QueryRoomsDto): Promise<Page<FoundRoomDto>> {
    return this.rooms.query(caller, dto);
  }
}
