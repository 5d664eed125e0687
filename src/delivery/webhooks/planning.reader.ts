import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { DueSignal } from '../../engine/deliveries/due-signal.js';
import type { LoggedEvent, LogReader } from '../../engine/events/log-reader.js';
import { LogReaders } from '../../engine/events/log-readers.js';
import type { EndpointRow } from './endpoint.js';
import { EndpointMessagesRepository } from './endpoint-messages.repository.js';
import { hears } from './event-patterns.js';
import { targetsOf } from './endpoint-targets.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { endpointMessageOf } from './new-message.js';
import { EndpointReleases } from './endpoint-releases.js';

type Column = 'room_id' | 'subject_id' | 'traceparent';
type Logged = LoggedEvent<Column>;

/**
 * Of deliveries, those of notifications, and of events to endpoints what failed: what became of an event that an endpoint was told is no
 * news to endpoints, or they would never be done.
 */
export const FOR_ENDPOINTS = `(type not like 'delivery.%' or type in ('delivery.failed', 'delivery.exhausted') or data ->> 'notification_id' is not null)`;

const WHERE = `${FOR_ENDPOINTS}
  and exists (select from webhook_endpoints w where w.client_id = events.client_id and w.status = 'enabled')`;

const FAILURES: ReadonlySet<string> = new Set(['delivery.failed', 'delivery.exhausted']);

/** How long it waits for company, in milliseconds: while nobody has an endpoint, nobody waits for it. */
const GATHER_MS = 5;
const IDLE_GATHER_MS = 500;
const LOOK_AGAIN_MS = 2_000;

/** Finds in the log what endpoints are to be told: written with the move of its place, so that each event is planned once. */
@Injectable()
export class PlanningReader implements LogReader<Column>, OnModuleInit {
  readonly name = 'webhooks';
  readonly types = 'all';
  readonly where = WHERE;
  readonly columns = ['room_id', 'subject_id', 'traceparent'] as const;
  readonly from = 'end';
  private lookedAt = Number.NEGATIVE_INFINITY;
  private wanted = false;

  constructor(
    private readonly endpoints: EndpointsRepository,
    private readonly messages: EndpointMessagesRepository,
    private readonly releases: EndpointReleases,
    private readonly due: DueSignal,
    private readonly readers: LogReaders,
  ) {}

  onModuleInit(): void {
    this.readers.register(this);
  }

  get gatherMs(): number {
    const now = performance.now();
    if (now - this.lookedAt > LOOK_AGAIN_MS) {
      this.lookedAt = now;
      this.endpoints.areThere().then(
        (any) => (this.wanted = any),
        () => undefined,
      );
    }
    return this.wanted ? GATHER_MS : IDLE_GATHER_MS;
  }

  async handle(tx: Tx, events: readonly Logged[]): Promise<void> {
    const endpoints = await this.endpoints.enabledOf(tx, [...new Set(events.map(({ client_id }) => client_id))]);
    if (endpoints.length === 0) return;
    const origins = await this.originsOf(tx, events);
    const byClient = new Map<string, EndpointRow[]>();
    for (const one of endpoints) byClient.set(one.client_id, [...(byClient.get(one.client_id) ?? []), one]);
    const planned = events.flatMap((event) =>
      (byClient.get(event.client_id) ?? [])
        .filter((endpoint) => isFor(endpoint, event) && !isLoop(endpoint, origins.get(event.subject_id ?? '')))
        .map((endpoint) => endpointMessageOf(endpoint, event)),
    );
    if (planned.length === 0) return;
    await this.messages.insert(tx, planned, targetsOf(endpoints));
    tx.afterCommit(() => {
      this.due.raise();
      for (const { client_id, endpoint_id, state } of planned) {
        if (state === 'waiting') this.releases.nudge(client_id, endpoint_id);
      }
    });
  }

  /** By the id of a delivery that failed, the event that it should have told an endpoint. */
  private async originsOf(tx: Tx, events: readonly Logged[]) {
    const failed = events.filter(({ type, subject_id }) => FAILURES.has(type) && subject_id !== null);
    const found = await this.messages.byIds(
      tx,
      failed.map(({ client_id, subject_id }) => ({ client_id, id: subject_id! })),
    );
    return new Map(found.map((row) => [row.id, row]));
  }
}

function isFor(endpoint: EndpointRow, { type, room_id, occurred_at }: Logged): boolean {
  if (occurred_at.getTime() < endpoint.enabled_at.getTime() || !hears(endpoint.event_types, type)) return false;
  return endpoint.room_ids === null || (room_id !== null && endpoint.room_ids.includes(room_id));
}

/** Its own failures an endpoint does not hear, and nobody hears that telling a failure failed. */
const isLoop = (endpoint: EndpointRow, origin: { endpoint_id: string; event_type: string } | undefined): boolean =>
  origin !== undefined && (origin.endpoint_id === endpoint.id || FAILURES.has(origin.event_type));
