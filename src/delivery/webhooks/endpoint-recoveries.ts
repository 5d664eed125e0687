import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { DueSignal } from '../../engine/deliveries/due-signal.js';
import { traceResend } from '../../engine/deliveries/attempts/attempt-spans.js';
import { Resends } from '../../engine/deliveries/changes/resends.js';
import type { Progress, RecoveryRow } from '../recoveries/recoveries.repository.js';
import { RecoveryKinds, type RecoveryKind } from '../recoveries/recovery-kinds.js';
import { EVENT, type EndpointRow } from './endpoint.js';
import { EndpointMessagesRepository, type NewEndpointMessage } from './endpoint-messages.repository.js';
import { after, EndpointRecoveriesRepository, type Missed, type LogPlace } from './endpoint-recoveries.repository.js';
import { EndpointReleases } from './endpoint-releases.js';
import { targetsOf } from './endpoint-targets.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { endpointMessageOf } from './new-message.js';

/** `kind` of recoveries of what endpoints were not told; their subject is the endpoint. */
export const OF_ENDPOINT = 'endpoint';

/** Of the log, looked at in one transaction. */
const SEEN_AT_ONCE = 1_000;

/** Tells an endpoint what it was not told, a batch at a time, under its lock: of two recoveries, one sends an event. */
@Injectable()
export class EndpointRecoveries implements RecoveryKind, OnModuleInit {
  readonly kind = OF_ENDPOINT;

  constructor(
    private readonly repository: EndpointRecoveriesRepository,
    private readonly endpoints: EndpointsRepository,
    private readonly messages: EndpointMessagesRepository,
    private readonly releases: EndpointReleases,
    private readonly resends: Resends,
    private readonly due: DueSignal,
    private readonly kinds: RecoveryKinds,
  ) {}

  onModuleInit(): void {
    this.kinds.register(this);
  }

  /** One that was disabled or removed meanwhile is told no more. */
  async goOn(tx: Tx, recovery: RecoveryRow, limit: number): Promise<Progress> {
    const { client_id, subject_id, cursor } = recovery;
    const endpoint = await this.endpoints.lock(tx, client_id, subject_id!);
    if (endpoint?.status !== 'enabled') return { cursor, cancelled: true, resent: 0, skipped: 0 };
    const place = (recovery.place as LogPlace | null) ?? this.repository.start(recovery);
    const { missed, next } = await this.repository.walk(tx, endpoint, recovery, place, SEEN_AT_ONCE);
    const now = missed.slice(0, limit);
    await this.tell(tx, endpoint, now, recovery);
    const reached = missed.length > limit ? after(place, now.at(-1)!) : next;
    return { cursor: reached && cursor, ...(reached && { place: reached }), resent: now.length, skipped: 0 };
  }

  /** As they happened, as far as they are told together. */
  private async tell(tx: Tx, endpoint: EndpointRow, missed: Missed[], period: RecoveryRow): Promise<void> {
    if (missed.length === 0) return;
    const bodies = await this.repository.bodies(tx, endpoint, missed, period);
    const messages = missed
      .toSorted((a, b) => a.occurred_at.getTime() - b.occurred_at.getTime())
      .map((event) => {
        const message = endpointMessageOf(endpoint, event);
        return { ...message, body: bodies.get(event.id) ?? null, traceparent: traceAgain(message) };
      });
    const byEvent = new Map(messages.map(({ event_id, id }) => [event_id, id]));
    const before = await this.repository.untold(tx, endpoint, missed, period);
    await this.resends.replaced(
      tx,
      endpoint.client_id,
      before.map((one) => ({ ...one, by: byEvent.get(one.event_id)! })),
    );
    await this.messages.insert(tx, messages, targetsOf([endpoint]));
    tx.afterCommit(() => {
      this.due.raise();
      this.releases.nudge(endpoint.client_id, endpoint.id);
    });
  }
}

/** A part of the recovery, which names the trace of the event. */
const traceAgain = ({ client_id, id, traceparent = null }: NewEndpointMessage): string | null =>
  traceResend({ client_id, id, channel: 'webhook', source_kind: EVENT, source_id: id }, traceparent);
