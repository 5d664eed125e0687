import { HttpUrl, Int, OneOf, TextList } from '../../../platform/common/fields.js';
import { ROOM_TYPES, type RoomType } from '../../rooms/rooms.dto.js';

const ON_FAILURE = ['allow', 'reject'] as const;
export type OnFailure = (typeof ON_FAILURE)[number];

export const DEFAULT_TIMEOUT_MS = 2_000;
export const MAX_TIMEOUT_MS = 5_000;

const ROOM_TYPES_FIELD = { max: 4, min: 1, maxChars: 16, values: ROOM_TYPES, example: ['group', 'channel'] };

/** Who is asked before a user's message is written. */
export class HookInputDto {
  @HttpUrl({ description: 'Gets a signed POST for each message.', example: 'https://example.com/pre-send' })
  url: string;

  @Int({
    optional: true,
    min: 50,
    max: MAX_TIMEOUT_MS,
    default: DEFAULT_TIMEOUT_MS,
    description: 'For so long the sender waits for the answer.',
    example: 1_000,
  })
  timeout_ms?: number;

  @OneOf(ON_FAILURE, {
    optional: true,
    default: 'allow',
    description: 'What becomes of a message when there is no proper answer; `reject`: 503 `hook_unavailable`.',
    example: 'allow',
  })
  on_failure?: OnFailure;

  @TextList({ ...ROOM_TYPES_FIELD, optional: true, description: 'Only rooms of these types; left out: all.' })
  room_types?: RoomType[];
}

export class HookDto {
  @HttpUrl({ example: 'https://example.com/pre-send' })
  url: string;

  @Int({ min: 50, max: MAX_TIMEOUT_MS, example: 1_000 })
  timeout_ms: number;

  @OneOf(ON_FAILURE)
  on_failure: OnFailure;

  @TextList({ ...ROOM_TYPES_FIELD, optional: true, description: 'Absent: all.' })
  room_types?: RoomType[];
}
