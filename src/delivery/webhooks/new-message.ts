import { newId } from '../../platform/common/ids.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import type { EndpointRow } from './endpoint.js';
import type { NewEndpointMessage } from './endpoint-messages.repository.js';

/** An event of the log as it is to be told to an endpoint. */
export const endpointMessageOf = (
  endpoint: EndpointRow,
  event: Pick<EventRow, 'client_id' | 'id' | 'type' | 'rev' | 'occurred_at' | 'stream_id' | 'room_id' | 'traceparent'>,
): NewEndpointMessage => ({
  client_id: event.client_id,
  id: newId(),
  endpoint_id: endpoint.id,
  event_id: event.id,
  event_type: event.type,
  event_rev: event.rev,
  event_at: event.occurred_at,
  stream_id: event.stream_id,
  order_key: endpoint.ordered_by === 'room' ? event.room_id : null,
  state: endpoint.gated ? 'waiting' : 'done',
  is_test: false,
  body: null,
  traceparent: event.traceparent ?? null,
});
