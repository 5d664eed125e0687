import { tag } from '../../tenancy/access/route.js';

export const WEBHOOKS = tag(
  'Webhooks',
  'Endpoints that hear the events of a client, signed as Standard Webhooks says.',
);
