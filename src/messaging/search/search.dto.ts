import { PageQueryDto } from '../../platform/common/pagination.js';
import { Int, Nested, NestedList, OneOf, Text, Time, UserId, Uuid } from '../../platform/common/fields.js';
import { MessageDto, type SeenMessage } from '../messages/messages.dto.js';

const CONTENT_TYPES = ['text', 'image', 'file', 'video', 'audio', 'document', 'system', 'custom'] as const;

export class SearchQueryDto extends PageQueryDto {
  @Text({
    min: 2,
    max: 256,
    // Bytes that encode a surrogate, which stay as they were written.
    pattern: /^(?!.*%[Ee][Dd]%[AaBb])/su,
    patternMessage: 'must be valid UTF-8',
    description:
      'What to look for. Every word of it must be in the message, as the beginning of a word or, from three characters on, anywhere; in any case. Names of attachments count.',
    example: 'invoice',
  })
  q: string;

  @Uuid({ optional: true, description: 'In this room only.' })
  room_id?: string;

  @UserId({ optional: true, description: 'Sent by this user only.' })
  sender_id?: UserId;

  @Time({ optional: true, description: 'Sent at this time or later.' })
  from?: string;

  @Time({ optional: true, description: 'Sent before this time.' })
  to?: string;

  @OneOf(CONTENT_TYPES, { optional: true, description: 'Of this type only.' })
  content_type?: string;

  @OneOf(['attachment', 'mention'], { optional: true, description: 'Only messages that have one.' })
  has?: 'attachment' | 'mention';
}

/** Code points of the message's content; `end` is the first that no longer belongs to it. */
export class HighlightDto {
  @Int({ example: 0 })
  start: number;

  @Int({ example: 7 })
  end: number;
}

export class SearchHitDto {
  @Nested(() => MessageDto, { description: 'A stub where the message is hidden from who searches.' })
  message: SeenMessage;

  @Uuid()
  room_id: string;

  @NestedList(() => HighlightDto, {
    max: 100,
    description: 'Where in the content it was found, in order; empty where only the name of an attachment matches.',
  })
  highlights: HighlightDto[];
}
