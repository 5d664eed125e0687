import type { Outcome, OutboundDelivery, Provider } from '../provider.js';

/**
 * In-app notifications. There is nobody to call: the delivery is sent by being appended to the user's stream, in the
 * transaction that settles it, and sockets and catch-up read it there.
 */
export class WebsocketProvider implements Provider<'websocket'> {
  readonly channel = 'websocket';
  readonly type = 'websocket';
  readonly configSchema = null;
  readonly maxBatch = 100;

  async send(batch: OutboundDelivery<'websocket'>[]): Promise<Outcome[]> {
    return batch.map(() => ({ kind: 'accepted' }));
  }
}
