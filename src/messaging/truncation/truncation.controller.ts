import { Body, Controller, Param, Post } from '@nestjs/common';
import { CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { ROOMS } from '../rooms/rooms.controller.js';
import { RoomDto } from '../rooms/rooms.dto.js';
import { TruncateRoomDto } from './truncation.dto.js';
import { TruncationService } from './truncation.service.js';

@Tag(ROOMS)
@Controller('rooms/:room_id/truncate')
export class TruncationController {
  constructor(private readonly truncation: TruncationService) {}

  @Post()
  @Route({
    summary: 'Drop the earlier messages of a room',
    description:
      'By its owners, or the client: all messages before a place are gone for everybody, and cannot be brought back. What is gone already stays so.',
    access: 'manage_rooms',
    answer: RoomDto,
    errors: ['not_found', 'insufficient_role'],
    actsForUser: true,
    idempotent: true,
  })
  truncate(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Body() { before_seq }: TruncateRoomDto,
  ): Promise<RoomDto> {
    return this.truncation.truncate(request, roomId, before_seq);
  }
}
