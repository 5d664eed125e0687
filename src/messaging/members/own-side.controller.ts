import { Body, Controller, Param, Patch } from '@nestjs/common';
import { CurrentRequest, type Request } from '../../tenancy/access/request.js';
import { Route, Tag } from '../../tenancy/access/route.js';
import { UpdateOwnSideDto } from '../rooms/membership/own-side.dto.js';
import { OwnSideService } from './own-side.service.js';
import { ROOMS } from '../rooms/rooms.controller.js';
import { RoomMeDto } from '../rooms/membership/own-side.dto.js';

@Tag(ROOMS)
@Controller('rooms/:room_id/me')
export class OwnSideController {
  constructor(private readonly ownSide: OwnSideService) {}

  @Patch()
  @Route({
    summary: 'Mute, hide or pin a room for myself',
    description: "For the acting user alone. The answer is the room's `me`.",
    access: 'read_messages',
    answer: RoomMeDto,
    errors: ['not_found'],
    actsForUser: true,
  })
  update(
    @CurrentRequest() request: Request,
    @Param('room_id') roomId: string,
    @Body() dto: UpdateOwnSideDto,
  ): Promise<RoomMeDto> {
    return this.ownSide.update(request, roomId, dto);
  }
}
