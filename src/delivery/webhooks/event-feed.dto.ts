import { Bool, Int, NestedList, Text, TextList } from '../../platform/common/fields.js';
import type { Envelope } from '../../platform/realtime/envelope.js';
import { EnvelopeDto } from '../../platform/realtime/envelope.dto.js';
import { EVENT_TYPES } from './endpoints.dto.js';

/** `event.list`. */
export class ListEventsDto {
  @Text({
    optional: true,
    max: 300,
    description: '`cursor` of an earlier answer. Without it no events come, but the cursor of now.',
  })
  after?: string;

  @TextList({
    ...EVENT_TYPES,
    optional: true,
    description: 'As of an endpoint: types, with `*` at the end for a family.',
  })
  event_types?: string[];

  @Int({ optional: true, max: 30, default: 0, description: 'How many seconds to wait for the first one.', example: 0 })
  timeout_s?: number;
}

/** What follows the cursor, in the order in which it was committed. */
export class ListedEventsDto {
  @NestedList(() => EnvelopeDto, { max: 100 })
  events: Envelope[];

  @Text({ max: 300, description: 'Ask on from here: opaque.' })
  cursor: string;

  @Bool({ description: 'There may be more: ask again at once.' })
  more: boolean;

  @Bool({
    description:
      'false: what followed the cursor cannot be told any more (history was rewound, or it is older than events are kept); the new one is of now.',
  })
  recovered: boolean;
}
