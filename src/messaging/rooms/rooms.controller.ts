import { Body, Controller, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Existing, type Request } from '../../tenancy/access/request.js';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import { Route, Tag, tag } from '../../tenancy/access/route.js';
import { NewRoomsService } from './new-rooms.service.js';
import { AllRoomsQueryDto, CreateRoomDto, RoomDto, RoomQueryDto, UpdateRoomDto } from './rooms.dto.js';
import { RoomsService } from './rooms.service.js';

export const ROOMS = tag('Rooms', 'Where messages are: direct, group, channel and support rooms, and who is in them.');

@Tag(ROOMS)
@Controller('rooms')
export class RoomsController {
  constructor(
    private readonly rooms: RoomsService,
    private readonly newRooms: NewRoomsService,
  ) {}

  @Post()
  @Route({
    summary: 'Make a room',
    description:
      'A scoped key needs `manage_rooms`, for a direct room `send_messages`. Of two people there is one direct room only: asked for again, it comes back with 200.',
    access: 'key',
    status: 201,
    also: { 200: 'The direct room of these two people was there already.' },
    answer: RoomDto,
    errors: ['user_unavailable'],
    actsForUser: true,
    idempotent: true,
  })
  create(@CurrentRequest() request: Request, @Body() dto: CreateRoomDto): Promise<RoomDto | Existing<RoomDto>> {
    return this.newRooms.create(request, dto);
  }

  @Get()
  @Route({
    summary: 'List my rooms',
    description:
      "The acting user's, most recent activity first. A master key that acts for nobody gets the client's, newest first.",
    access: 'read_messages',
    page: RoomDto,
    errors: ['invalid_cursor'],
    actsForUser: true,
  })
  list(@CurrentCaller() caller: Caller, @Query() query: PageQueryDto): Promise<Page<RoomDto>> {
    return this.rooms.list(caller, query);
  }

  @Get('all')
  @Route({ summary: "List the client's rooms", access: 'master', page: RoomDto, errors: ['invalid_cursor'] })
  listAll(@CurrentCaller() caller: Caller, @Query() query: AllRoomsQueryDto): Promise<Page<RoomDto>> {
    return this.rooms.listAll(caller, query);
  }

  @Get(':room_id')
  @Route({
    summary: 'Read a room',
    access: 'read_messages',
    answer: RoomDto,
    errors: ['not_found'],
    actsForUser: true,
  })
  get(@CurrentCaller() caller: Caller, @Param('room_id') id: string, @Query() query: RoomQueryDto): Promise<RoomDto> {
    return this.rooms.get(caller, id, query);
  }

  @Patch(':room_id')
  @Route({
    summary: 'Change a room',
    description:
      'By its owners and admins, in a direct room by both, or the client. `metadata` is merged (RFC 7396). What is so already stays so, and tells nobody.',
    access: 'manage_rooms',
    answer: RoomDto,
    errors: ['not_found', 'insufficient_role', 'user_unavailable'],
    actsForUser: true,
  })
  update(
    @CurrentRequest() request: Request,
    @Param('room_id') id: string,
    @Body() dto: UpdateRoomDto,
  ): Promise<RoomDto> {
    return this.rooms.update(request, id, dto);
  }

  @Put(':room_id')
  @Route({
    summary: 'The same as PATCH',
    deprecated: true,
    access: 'manage_rooms',
    answer: RoomDto,
    errors: ['not_found', 'insufficient_role', 'user_unavailable'],
    actsForUser: true,
  })
  put(@CurrentRequest() request: Request, @Param('room_id') id: string, @Body() dto: UpdateRoomDto): Promise<RoomDto> {
    return this.rooms.update(request, id, dto);
  }
}
