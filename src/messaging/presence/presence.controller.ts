import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { RoomAccess } from '../rooms/room-access.js';
import { OwnPresenceDto, PresenceDto, PresenceQueryDto, SetPresenceDto } from './presence.dto.js';
import { PresenceService } from './presence.service.js';
import { PRESENCE } from './typing.controller.js';

@Tag(PRESENCE)
@Controller()
export class PresenceController {
  constructor(
    private readonly presence: PresenceService,
    private readonly access: RoomAccess,
  ) {}

  @Post('presence/heartbeat')
  @Route({
    summary: 'Be there without a socket',
    description:
      'Holds until half as late again as the next heartbeat is due; `state` and `text` are set as by `PUT /presence`.',
    access: 'key',
    answer: OwnPresenceDto,
    actsForUser: true,
  })
  heartbeat(@CurrentCaller() caller: Caller, @Body() dto: SetPresenceDto): Promise<OwnPresenceDto> {
    return this.presence.heartbeat(caller, dto);
  }

  @Put('presence')
  @Route({
    summary: 'Choose what to show while there',
    description: 'Holds until it is set again, over reconnects and restarts. Fields left out stay as they are.',
    access: 'key',
    answer: OwnPresenceDto,
    actsForUser: true,
  })
  set(@CurrentCaller() caller: Caller, @Body() dto: SetPresenceDto): Promise<OwnPresenceDto> {
    return this.presence.set(caller, dto);
  }

  @Get('presence/online')
  @Route({
    summary: 'Read the presence of people who share a room',
    description:
      'With `user_ids` of these, also of those who are away, in the order asked; who shares no room with the user is left out. A master key that acts for nobody sees all of its users.',
    access: 'key',
    page: PresenceDto,
    errors: ['invalid_cursor'],
    actsForUser: true,
  })
  get(@CurrentCaller() caller: Caller, @Query() query: PresenceQueryDto): Promise<Page<PresenceDto>> {
    return this.presence.get(caller, query);
  }

  @Get('rooms/:id/online')
  @Route({
    summary: 'List the members of a room who are there',
    access: 'key',
    page: PresenceDto,
    errors: ['not_found', 'invalid_cursor'],
    actsForUser: true,
  })
  async online(
    @CurrentCaller() caller: Caller,
    @Param('id') roomId: string,
    @Query() query: PageQueryDto,
  ): Promise<Page<PresenceDto>> {
    const room = await this.access.get(caller, roomId);
    return this.presence.online(caller, room.id, query);
  }
}
