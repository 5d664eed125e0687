import { Int } from '../../platform/common/fields.js';
import { RoomDto } from '../rooms/rooms.dto.js';

export class TruncateRoomDto {
  @Int({
    description: 'The first place that stays; beyond the last one: none does.',
    example: 1_000,
  })
  before_seq: number;
}

/** Body of `room.truncated`. */
export class RoomTruncatedDto extends RoomDto {
  @Int({ description: 'Every message of the room before this place is gone.' })
  before_seq: number;
}
