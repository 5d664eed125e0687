import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { CurrentCaller } from '../../tenancy/access/request.js';
import { PageQueryDto, type Page } from '../../platform/common/pagination.js';
import { Route, type RouteOptions, Tag, tag } from '../../tenancy/access/route.js';
import { RoomMeDto } from '../rooms/membership/own-side.dto.js';
import { MarkDto, MemberReceiptDto, RoomUnreadDto, UnreadDto } from './receipts.dto.js';
import { ReceiptsService } from './receipts.service.js';

const RECEIPTS = tag('Receipts', 'What members have read and received, and what is unread.');

const MARK: Omit<RouteOptions, 'summary'> = {
  access: 'read_messages',
  answer: RoomMeDto,
  errors: ['not_found', 'user_banned', 'overloaded'],
  actsForUser: true,
  idempotent: true,
};

@Tag(RECEIPTS)
@Controller()
export class ReceiptsController {
  constructor(private readonly receipts: ReceiptsService) {}

  @Post('rooms/:room_id/read')
  @Route({
    ...MARK,
    status: 200,
    summary: 'Mark as read',
    description:
      'Up to a place; never back. `private`: a marker that others do not see. Answers the own side of the room.',
  })
  read(@CurrentCaller() caller: Caller, @Param('room_id') roomId: string, @Body() dto: MarkDto): Promise<RoomMeDto> {
    return this.receipts.read(caller, roomId, dto);
  }

  @Post('rooms/:room_id/delivered')
  @Route({
    ...MARK,
    status: 200,
    summary: 'Mark as delivered',
    description: 'Up to a place; never back. `private`: nothing moves, since others see that marker.',
  })
  delivered(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Body() dto: MarkDto,
  ): Promise<RoomMeDto> {
    return this.receipts.delivered(caller, roomId, dto);
  }

  @Post('rooms/:room_id/unread')
  @Route({
    ...MARK,
    status: 200,
    summary: 'Mark as unread',
    description:
      'From a place on, for the user itself, until it reads or sends again: what others see stays, with `private` or without.',
  })
  unread(@CurrentCaller() caller: Caller, @Param('room_id') roomId: string, @Body() dto: MarkDto): Promise<RoomMeDto> {
    return this.receipts.unread(caller, roomId, dto);
  }

  @Get('rooms/:room_id/receipts')
  @Route({
    summary: "List members' markers",
    access: 'read_messages',
    page: MemberReceiptDto,
    errors: ['not_found', 'invalid_cursor'],
    actsForUser: true,
  })
  list(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Query() query: PageQueryDto,
  ): Promise<Page<MemberReceiptDto>> {
    return this.receipts.list(caller, roomId, query);
  }

  @Get('unread')
  @Route({
    summary: 'Read what is unread',
    description: "The acting user's, over all rooms: absolute numbers.",
    access: 'read_messages',
    answer: UnreadDto,
    actsForUser: true,
  })
  total(@CurrentCaller() caller: Caller): Promise<UnreadDto> {
    return this.receipts.total(caller);
  }

  @Get('messages/rooms/:room_id/unread')
  @Route({
    summary: 'Read what is unread in a room',
    deprecated: true,
    access: 'read_messages',
    answer: RoomUnreadDto,
    errors: ['not_found'],
    actsForUser: true,
  })
  ofRoom(@CurrentCaller() caller: Caller, @Param('room_id') roomId: string): Promise<RoomUnreadDto> {
    return this.receipts.ofRoom(caller, roomId);
  }

  @Post('messages/rooms/:room_id/read')
  @Route({ ...MARK, status: 200, summary: 'The same as marking as read', deprecated: true })
  readOfRoom(
    @CurrentCaller() caller: Caller,
    @Param('room_id') roomId: string,
    @Body() dto: MarkDto,
  ): Promise<RoomMeDto> {
    return this.receipts.read(caller, roomId, dto);
  }
}
