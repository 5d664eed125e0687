import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import type { EndpointStatus } from './endpoint.js';

export interface EndpointState {
  client_id: string;
  id: string;
  status: EndpointStatus;
  gated: boolean;
  failing: boolean;
  /** Nothing has succeeded for five days. */
  overdue: boolean;
}

const STATES = prepared(
  'endpoints.states',
  `select e.client_id, e.id, e.status, e.gated, e.failing_since is not null as failing,
          coalesce(e.failing_since < clock_timestamp() - interval '5 days', false) as overdue
     from unnest($1::uuid[], $2::uuid[]) as w (client_id, id)
     join webhook_endpoints e on e.client_id = w.client_id and e.id = w.id
    order by e.client_id, e.id`,
);

@Injectable()
export class EndpointHealthRepository {
  states(tx: Tx, keys: { client_id: string; id: string }[]): Promise<EndpointState[]> {
    return tx.query<EndpointState>(STATES, [keys.map(({ client_id }) => client_id), keys.map(({ id }) => id)]);
  }
}
