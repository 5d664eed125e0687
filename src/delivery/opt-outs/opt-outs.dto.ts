import { addField, fieldsLater } from '../../platform/common/field-registry.js';
import { Json, TextList } from '../../platform/common/fields.js';
import { declared } from '../../engine/providers/declared.js';

const MAX_CATEGORIES = 200;

/** What a user does not want; both lists are whole. */
export class OptOutsDto {
  @TextList({
    optional: true,
    max: MAX_CATEGORIES,
    maxChars: 'name_chars',
    description: 'Of no notification with one of these categories anything is sent to the user.',
    example: ['marketing'],
  })
  categories?: string[];

  /** Those that there are; declared below. */
  channels?: string[];
}

export class UserOptOutsDto extends OptOutsDto {
  @Json({
    optional: true,
    maxBytes: 'body_bytes',
    description:
      'Of the categories, those that the user left by the link of a mail, and when; not there where there are none.',
    example: { marketing: '2026-01-31T12:00:00.000Z' },
  })
  unsubscribed?: Record<string, string>;
}

fieldsLater(() => {
  const values = declared.channels.map(({ name }) => name);
  const description = 'Nothing is sent to the user over these, whatever its category.';
  const channels = { optional: true, max: 100, maxChars: 100, values, description, example: ['email'] };
  addField(OptOutsDto, 'channels', TextList(channels));
});
