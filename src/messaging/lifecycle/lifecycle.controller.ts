import { Body, Controller, Delete, Get, Param, Post, Put } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller, CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, type RouteOptions, Tag } from '../../tenancy/access/route.js';
import { RoomDto } from '../rooms/rooms.dto.js';
import { ROOMS } from '../rooms/rooms.controller.js';
import { LifecycleDto, PutLifecycleDto, RoomActionDto } from './lifecycle.dto.js';
import { LifecycleService } from './lifecycle.service.js';
import { activate, archive, deactivate, freeze, unarchive, unfreeze } from './room-actions.js';
import { RoomStatesService } from './room-states.service.js';

const ACTION: Omit<RouteOptions, 'summary'> = {
  access: 'manage_rooms',
  answer: RoomDto,
  errors: ['not_found', 'insufficient_role'],
  actsForUser: true,
  idempotent: true,
};

/** States of rooms, by hand: by who manages them, or the client. */
@Tag(ROOMS)
@Controller('rooms/:room_id')
export class LifecycleController {
  constructor(
    private readonly states: RoomStatesService,
    private readonly lifecycle: LifecycleService,
  ) {}

  @Post('deactivate')
  @Route({
    ...ACTION,
    errors: [...ACTION.errors!, 'conflict'],
    summary: 'Deactivate a room',
    description: 'It takes no messages (409 `room_inactive`) until it is activated by hand.',
  })
  deactivate(@CurrentRequest() request: Request, @Param('room_id') id: string, @Body() dto: RoomActionDto) {
    return this.states.act(request, id, deactivate, dto.reason);
  }

  @Post('activate')
  @Route({ ...ACTION, errors: [...ACTION.errors!, 'conflict'], summary: 'Activate a room again' })
  activate(@CurrentRequest() request: Request, @Param('room_id') id: string, @Body() dto: RoomActionDto) {
    return this.states.act(request, id, activate, dto.reason);
  }

  @Post('archive')
  @Route({
    ...ACTION,
    summary: 'Archive a room',
    description: 'It takes no messages (409 `room_inactive`) and stays readable.',
  })
  archive(@CurrentRequest() request: Request, @Param('room_id') id: string, @Body() dto: RoomActionDto) {
    return this.states.act(request, id, archive, dto.reason);
  }

  @Post('unarchive')
  @Route({ ...ACTION, summary: 'Take a room out of the archive', description: 'It is what it was before.' })
  unarchive(@CurrentRequest() request: Request, @Param('room_id') id: string, @Body() dto: RoomActionDto) {
    return this.states.act(request, id, unarchive, dto.reason);
  }

  @Post('freeze')
  @Route({ ...ACTION, summary: 'Freeze a room', description: 'Only its owners and admins, and the client, write.' })
  freeze(@CurrentRequest() request: Request, @Param('room_id') id: string, @Body() dto: RoomActionDto) {
    return this.states.act(request, id, freeze, dto.reason);
  }

  @Post('unfreeze')
  @Route({ ...ACTION, summary: 'Let everybody in a room write again' })
  unfreeze(@CurrentRequest() request: Request, @Param('room_id') id: string, @Body() dto: RoomActionDto) {
    return this.states.act(request, id, unfreeze, dto.reason);
  }

  @Delete()
  @Route({
    access: 'manage_rooms',
    status: 204,
    errors: ['not_found', 'insufficient_role'],
    actsForUser: true,
    summary: 'Delete a room',
    description:
      "By its owners, or the client. It is gone for everybody, its messages with it, and can be restored for the client's `delete_grace_days` (30). Events stay for as long as all events do.",
  })
  remove(@CurrentRequest() request: Request, @Param('room_id') id: string): Promise<void> {
    return this.states.remove(request, id);
  }

  @Post('restore')
  @Route({
    ...ACTION,
    errors: [...ACTION.errors!, 'conflict'],
    summary: 'Bring a deleted room back',
    description: 'By its owners, or the client, with its members and messages, as what it was before.',
  })
  restore(@CurrentRequest() request: Request, @Param('room_id') id: string): Promise<RoomDto> {
    return this.states.restore(request, id);
  }

  @Get('lifecycle')
  @Route({
    access: 'master',
    answer: LifecycleDto,
    errors: ['not_found'],
    summary: 'Read when a room will be deactivated',
  })
  read(@CurrentCaller() caller: Caller, @Param('room_id') id: string): Promise<LifecycleDto> {
    return this.lifecycle.get(caller, id);
  }

  @Put('lifecycle')
  @Route({
    access: 'master',
    answer: LifecycleDto,
    errors: ['not_found'],
    summary: 'Set when a room will be deactivated',
    description: "Replaces what was set before; what is left out, the client's `settings.lifecycle` says.",
  })
  put(
    @CurrentRequest() request: Request,
    @Param('room_id') id: string,
    @Body() dto: PutLifecycleDto,
  ): Promise<LifecycleDto> {
    return this.lifecycle.put(request, id, dto);
  }
}
