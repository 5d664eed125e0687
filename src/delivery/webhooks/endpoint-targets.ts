import { WEBHOOK } from '../../engine/providers/webhook/webhook.channel.js';
import { laneOfEndpoint, type EndpointRow } from './endpoint.js';
import type { EndpointTarget } from './endpoint-messages.repository.js';

/** Where what these endpoints are told goes, by their ids. */
export const targetsOf = (endpoints: EndpointRow[]): Map<string, EndpointTarget> =>
  new Map(
    endpoints.map(({ id, url }) => [id, { url, lane: laneOfEndpoint(id), max_attempts: WEBHOOK.retryPolicy.attempts }]),
  );
