import { addField, fieldsLater } from '../../../platform/common/field-registry.js';
import { Email, Int, OneOf, Text } from '../../../platform/common/fields.js';
import { declared } from '../../../engine/providers/declared.js';
import { MONTH_S } from '../times.js';

export type Until = 'sent' | 'delivered';

/** One channel, and how long it has. */
export class FallbackStepDto {
  /** One that there is; declared below. */
  channel: string;

  @Int({
    optional: true,
    max: MONTH_S,
    example: 60,
    description:
      'The next channel has its turn after so many seconds. 0: at once where nobody is online. Left out: 60 where a device acknowledges, else 1,800.',
  })
  within_s?: number;

  @OneOf(['sent', 'delivered'], {
    optional: true,
    description:
      'What this channel must come to in that time; left out: `delivered` where a device acknowledges, else `sent`.',
  })
  until?: Until;
}

/** An email to who did not see the websocket notification in time. */
export class EmailFallbackDto {
  @Email({ optional: true, description: "Of the one recipient, instead of the profile's." })
  to_email?: string;

  @Text({
    max: 998,
    pattern: /^[^\u0000-\u001f\u007f]*$/u, // eslint-disable-line no-control-regex
    patternMessage: 'must be one line without control characters',
    example: 'Your order has shipped',
  })
  subject: string;

  @Text({ optional: true, max: 1_000_000, description: 'The same as text.', example: 'On its way.' })
  content?: string;

  @Text({ optional: true, max: 1_000_000 })
  text?: string;

  @Text({ optional: true, max: 5_000_000 })
  html?: string;

  @Int({ optional: true, max: MONTH_S, default: 60 })
  within_s?: number;
}

fieldsLater(() => addField(FallbackStepDto, 'channel', OneOf(declared.channels.map(({ name }) => name))));
