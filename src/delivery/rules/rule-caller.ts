import { NIL_UUID, type Caller, type ClientFacts } from '../../tenancy/access/caller.js';

/** As whom rules act: the client itself, in everything. */
export const actingFor = (clientId: string, facts: ClientFacts): Caller => ({
  kind: 'master',
  clientId,
  keyId: NIL_UUID,
  permissions: null,
  user: null,
  ...facts,
});
