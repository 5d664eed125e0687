import { Int, Text, Time, UserId, Uuid } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';

/** Different ones that a message takes. */
export const MAX_KEYS = 50;
export const MAX_KEY_CHARS = 64;
/** Any text without control characters; half of a surrogate pair is none. */
export const KEY_PATTERN = /^[^\p{Cc}\p{Cs}]+$/u;

const KEY = {
  max: MAX_KEY_CHARS,
  pattern: KEY_PATTERN,
  patternMessage: 'must not hold control characters',
  example: '👍',
};

/** Body of `reaction.added` and `reaction.removed`. */
export class ReactionChangeDto {
  @Uuid()
  room_id: string;

  @Uuid()
  message_id: string;

  @Text(KEY)
  key: string;

  @UserId()
  user_id: UserId;

  @Int({ description: 'How many have reacted with this key, now.' })
  count: number;
}

/** `reaction.add`, `reaction.remove`. */
export class ReactDto {
  @Uuid()
  room_id: string;

  @Uuid()
  message_id: string;

  @Text({ ...KEY, description: 'An emoji, or any text of your own.' })
  key: string;
}

export class ReactionsQueryDto extends PageQueryDto {
  @Text({ ...KEY, optional: true, description: 'Only those with this key.', example: undefined })
  key?: string;
}

/** One user's reaction. */
export class ReactionDto {
  @Text(KEY)
  key: string;

  @UserId()
  user_id: UserId;

  @Time()
  created_at: string;
}
