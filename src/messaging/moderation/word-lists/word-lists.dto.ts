import { NestedList, OneOf, Text, TextList } from '../../../platform/common/fields.js';

export const WORD_ACTIONS = ['flag', 'mask', 'reject'] as const;
export type WordAction = (typeof WORD_ACTIONS)[number];

export const MAX_LISTS = 20;
export const MAX_LIST_NAME = 100;
/** Of all lists together. */
export const MAX_WORDS = 10_000;
const MAX_WORD_CHARS = 100;

export class WordListDto {
  @Text({ max: MAX_LIST_NAME, example: 'insults' })
  name: string;

  @TextList({
    max: MAX_WORDS,
    maxChars: MAX_WORD_CHARS,
    description: `Words and phrases, in any case; at most ${MAX_WORDS} in all lists together.`,
    example: ['blockhead', 'silly goose'],
  })
  words: string[];

  @OneOf(WORD_ACTIONS, {
    description:
      '`flag`: the message is sent, and reported to the client; `mask`: each character becomes `*`; `reject`: 422 `message_rejected`.',
    example: 'mask',
  })
  action: WordAction;
}

/** The array that comes in, as a field. */
export class WordListsDto {
  @NestedList(() => WordListDto, { max: MAX_LISTS })
  lists: WordListDto[];
}
