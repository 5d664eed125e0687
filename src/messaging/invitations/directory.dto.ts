import { Bool, Int, OneOf, Text, Time, Uuid } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { ROOM_TYPES, type RoomType } from '../rooms/rooms.dto.js';

export class DirectoryQueryDto extends PageQueryDto {
  @Text({
    optional: true,
    max: 100,
    // Encoded surrogates, which are no UTF-8: what does not decode is left in a query as it came.
    pattern: /^(?!.*%[Ee][Dd]%[AaBb])/su,
    patternMessage: 'must be UTF-8',
    description: 'Rooms whose name holds this text, in any case.',
    example: 'proj',
  })
  q?: string;
}

/** A public room, as everybody who may join rooms sees it. */
export class DirectoryRoomDto {
  @Uuid()
  id: string;

  @OneOf(ROOM_TYPES, { example: 'channel' })
  room_type: RoomType;

  @Text({ nullable: true, max: 'name_chars', example: 'Project X' })
  name: string | null;

  @Text({ nullable: true, max: 300, example: 'project-x' })
  slug: string | null;

  @Text({ nullable: true, max: 2_000 })
  description: string | null;

  @Int({})
  member_count: number;

  @Int({ min: 1 })
  max_members: number;

  @Bool({ description: 'Is the acting user a member?' })
  joined: boolean;

  @Time()
  created_at: string;
}
