import { defineEvent } from '../../platform/realtime/event.js';
import { EndpointDto } from './endpoints.dto.js';
import { EndpointTestedDto } from './webhooks.dto.js';

const onClient = { stream: 'client', audience: 'everybody', durable: true } as const;

export const endpointDisabled = defineEvent({
  ...onClient,
  type: 'endpoint.disabled',
  body: EndpointDto,
  description:
    'An endpoint gets no more events: it answered 410 (`disabled_reason` is `gone`), or nothing succeeded for five days (`failing`). Other endpoints hear of it.',
});

export const endpointTest = defineEvent({
  ...onClient,
  type: 'endpoint.test',
  body: EndpointTestedDto,
  description: 'Sent by `POST /webhooks/endpoints/{id}/test`, and by nothing else.',
  example: { message: 'This is a test.' },
});
