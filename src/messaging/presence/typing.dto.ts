import { Bool, NoFields, TextList, Uuid } from '../../platform/common/fields.js';

/** More are not named. */
export const NAMED_TYPISTS = 10;

export class TypeDto {
  @Bool({ description: 'false: no longer.', example: true })
  typing: boolean;
}

export class TypeInRoomDto {
  @Uuid()
  room_id: string;
}

@NoFields()
export class TypedDto {}

/** Body of `typing.updated`. */
export class TypingDto {
  @Uuid()
  room_id: string;

  @TextList({
    max: NAMED_TYPISTS,
    maxChars: 'user_id_chars',
    description: 'Who types there now, who began first comes first; all of them up to ten. Empty: nobody any more.',
    example: ['alice', 'bob'],
  })
  user_ids: string[];
}
