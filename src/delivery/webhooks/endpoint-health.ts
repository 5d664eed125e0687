import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { isOpen, type DeliveryRow, type Transition } from '../../engine/deliveries/delivery.js';
import { newEvent, type NewEvent } from '../../engine/events/new-event.js';
import { laneOfEndpoint, type EndpointRow } from './endpoint.js';
import { EndpointHealthRepository } from './endpoint-health.repository.js';
import { ENDPOINT_DISABLED, EndpointHolds } from './endpoint-holds.js';
import { EndpointView } from './endpoint-view.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { endpointDisabled } from './webhooks.events.js';

export interface HealthNews {
  events: NewEvent[];
  /** Lanes of endpoints at which something may wait for what has ended, with the endpoints' ids. */
  gated: Map<string, string>;
}

/** Whether endpoints take what they are sent: one that doesn't for five days, or says that it wants no more, is disabled. */
@Injectable()
export class EndpointHealth {
  constructor(
    private readonly repository: EndpointHealthRepository,
    private readonly endpoints: EndpointsRepository,
    private readonly view: EndpointView,
    private readonly holds: EndpointHolds,
  ) {}

  /** In the transaction of these changes. Costs one look where all is as it was. */
  async settled(tx: Tx, transitions: Transition[]): Promise<HealthNews> {
    const signs = signsOf(transitions);
    const told: HealthNews = { events: [], gated: new Map() };
    if (signs.size === 0) return told;
    const rows = await this.repository.states(tx, [...signs.values()]);
    const changed = [];
    for (const row of rows) {
      const { succeeded, failed, gone, waits, goes } = signs.get(row.id)!;
      if (row.gated) told.gated.set(laneOfEndpoint(row.id), row.id);
      // It was in hand when the endpoint changed.
      if (row.status === 'enabled' ? waits : goes) tx.afterCommit(() => this.holds.followSoon(row));
      if (row.status !== 'enabled') continue;
      const failing = failed && !succeeded;
      if (gone || (failing && row.overdue))
        told.events.push(...(await this.disable(tx, row, gone ? 'gone' : 'failing')));
      else if ((failing || succeeded) && row.failing !== failing) changed.push({ ...row, failing });
    }
    if (changed.length > 0) await this.endpoints.noteFailing(tx, changed);
    return told;
  }

  private async disable(tx: Tx, place: Pick<EndpointRow, 'client_id' | 'id'>, reason: string): Promise<NewEvent[]> {
    const { client_id, id } = place;
    const done = await this.endpoints.setStatus(tx, client_id, id, reason);
    if (!done?.changed) return [];
    tx.afterCommit(() => this.holds.followSoon(place));
    return [
      newEvent({
        event: endpointDisabled,
        client_id,
        stream: { type: 'client', id: client_id },
        subject_id: id,
        actor: { id: null, type: 'system' },
        data: this.view.of(done.row),
      }),
    ];
  }
}

interface Signs {
  client_id: string;
  id: string;
  succeeded: boolean;
  failed: boolean;
  gone: boolean;
  /** Something of it came back to wait until it is enabled. */
  waits: boolean;
  /** Something of it came back to be tried again. */
  goes: boolean;
}

/** What attempts say of endpoints, in their order: a success after a failure is a success. Tests say nothing. */
function signsOf(transitions: Transition[]): Map<string, Signs> {
  const signs = new Map<string, Signs>();
  for (const { from, row } of transitions) {
    const id = endpointOf(row);
    if (id === undefined) continue;
    const one = signs.get(id) ?? { ...NO_SIGNS, client_id: row.client_id, id };
    signs.set(id, one);
    if (from !== 'sending') continue;
    const waits = row.status === 'held' && row.reason === ENDPOINT_DISABLED;
    one.waits ||= waits;
    one.goes ||= isOpen(row.status) && !waits;
    one.succeeded ||= row.status === 'delivered';
    one.failed ||= (row.status === 'retrying' || row.status === 'failed') && !NO_SIGN.has(row.reason ?? '');
    one.gone ||= row.status === 'failed' && row.reason === 'gone';
  }
  return signs;
}

const NO_SIGNS = { succeeded: false, failed: false, gone: false, waits: false, goes: false };

/** Not the endpoint's doing. */
const NO_SIGN: ReadonlySet<string> = new Set([ENDPOINT_DISABLED, 'worker_lost', 'content_missing']);

const PREFIX = laneOfEndpoint('');
const endpointOf = ({ lane }: DeliveryRow): string | undefined =>
  lane.startsWith(PREFIX) ? lane.slice(PREFIX.length) : undefined;
