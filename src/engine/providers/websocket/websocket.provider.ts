import type { Outcome, OutboundDelivery, Provider, ProviderDescriptor } from '../provider.js';
import { WEBSOCKET, type WebsocketContent } from './websocket.channel.js';

/**
 * In-app notifications. There is nobody to call: the delivery is sent by being appended to the user's stream, in the
 * transaction that settles it, and sockets and catch-up read it there.
 */
class WebsocketProvider implements Provider<WebsocketContent> {
  async send(batch: OutboundDelivery<WebsocketContent>[]): Promise<Outcome[]> {
    return batch.map(() => ({ kind: 'accepted' }));
  }
}

export const WEBSOCKET_BUILT_IN: ProviderDescriptor<WebsocketContent> = {
  channel: WEBSOCKET,
  type: 'websocket',
  configSchema: null,
  secretFields: [],
  builtIn: { reason: 'only' },
  maxBatch: 100,
  inFlight: 128,
  retryPolicy: WEBSOCKET.retryPolicy,
  create: () => new WebsocketProvider(),
};
