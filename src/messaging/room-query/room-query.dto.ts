import { applyDecorators } from '@nestjs/common';
import { ValidateIf } from 'class-validator';
import { Int, Json, NestedList, NestedVariant, Text } from '../../platform/common/fields.js';
import { setField, type Class } from '../../platform/common/field-registry.js';
import { Rule } from '../../platform/common/field-rules.js';
import { HiddenMessageDto, MessageDto, type SeenMessage } from '../messages/messages.dto.js';
import { MemberDto } from '../rooms/membership/member.dto.js';
import { RoomDto } from '../rooms/rooms.dto.js';
import { MAX_SORTS } from './sort.js';

const DESCRIPTION =
  'By last_message_at, created_at, updated_at, name, unread, pinned or last_active_day, each `asc` or `desc`; rooms that are alike go by their ids. Without a user: by created_at or last_active_day only.';

/** A list of objects with one key each: which, the service says. */
const Sort = (): PropertyDecorator =>
  applyDecorators(
    (target: object, key: string | symbol) =>
      setField(target.constructor as Class, String(key), {
        free: true,
        document: () => ({
          required: false,
          description: DESCRIPTION,
          type: 'array',
          maxItems: MAX_SORTS,
          items: { type: 'object', additionalProperties: { type: 'string', enum: ['asc', 'desc'] } },
          example: [{ last_message_at: 'desc' }],
        }),
      }),
    ValidateIf((_, value) => value !== undefined),
    Rule('sort', isSort, () => `must be a list of at most ${MAX_SORTS} objects such as {"last_message_at": "desc"}`),
  );

const isSort = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= MAX_SORTS &&
  value.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));

export class QueryRoomsDto {
  @Json({
    optional: true,
    maxBytes: 'metadata_bytes',
    description:
      'Fields `id, room_type, status, name, slug, member, created_at, last_message_at, metadata.<key>` and, with a user, `unread, muted, hidden, pinned`; operators `$eq $ne $in $gt $gte $lt $lte $exists $prefix`, `$and` and `$or` with lists. A plain value means `$eq`.',
    example: { room_type: 'group', member: { $in: ['bob', 'carol'] }, unread: { $gt: 0 } },
  })
  filter?: Record<string, unknown>;

  @Sort()
  sort?: Record<string, unknown>[];

  @Int({ optional: true, min: 1, max: 'page', default: 50, description: 'Rooms per page.' })
  limit?: number;

  @Text({ optional: true, max: 2_048, description: 'Of an earlier answer with the same filter and sort.' })
  cursor?: string;

  @Int({ optional: true, max: 10, default: 3, description: 'Members shown of each room.' })
  members_limit?: number;
}

export class FoundRoomDto extends RoomDto {
  @NestedVariant([MessageDto, HiddenMessageDto], () => null, {
    nullable: true,
    description: 'The newest message that the user may see, as every list shows it; null: none.',
  })
  last_message: SeenMessage | null;

  @NestedList(() => MemberDto, { max: 10, description: 'A few of them; member_count tells how many there are.' })
  override members: MemberDto[];
}
