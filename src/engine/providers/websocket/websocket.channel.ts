import { Json, Text } from '../../../platform/common/fields.js';
import { declareChannel } from '../declared.js';

export class WebsocketInputDto {
  @Text({ optional: true, max: 1000 })
  title?: string;

  @Text({ optional: true, max: 'content_chars' })
  body?: string;

  @Json({ optional: true, maxBytes: 'metadata_bytes' })
  data?: Record<string, unknown>;
}

export interface WebsocketContent {
  title: string | null;
  body: string | null;
  data: object | null;
}

const SECOND = 1_000;

/** In-app notifications, on the stream of their user. */
export const WEBSOCKET = declareChannel<WebsocketInputDto, WebsocketContent>({
  name: 'websocket',
  inputSchema: WebsocketInputDto,
  success: 'sent',
  acknowledged: true,
  retryPolicy: {
    attempts: 8,
    waits: [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND, 60 * SECOND],
    unknownWait: null,
  },
  scopedKeys: true,
  address: null,
  toContent: ({ title = null, body = null, data = null }) => ({ title, body, data }),
  reach({ user_pk, addresses }) {
    if (user_pk !== null) return { user_pk, address: null, suppressed: null };
    // The person is known by an address only, and that is where the record says so.
    return { user_pk, address: Object.values(addresses)[0] ?? null, suppressed: 'no_user' };
  },
});
