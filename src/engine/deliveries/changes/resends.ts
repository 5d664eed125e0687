import { Injectable } from '@nestjs/common';
import { newId, timeOfId } from '../../../platform/common/ids.js';
import type { Tx } from '../../../platform/database/database.js';
import { ProviderRegistry } from '../../providers/provider.registry.js';
import { DeliveriesService } from '../deliveries.service.js';
import type { DeliveryRow } from '../delivery.js';
import { traceResend } from '../attempts/attempt-spans.js';
import { DueSignal } from '../due-signal.js';
import { ResendsRepository, type EndedDelivery, type Replaced, type Resend } from './resends.repository.js';
import { Transitions } from '../transitions.js';

const DAY_MS = 86_400_000;

/**
 * Sends deliveries again that ended: each is a new one of the same source, which says of which it is the repetition and keeps
 * the first one's `webhook-id`. Works in the transaction of whoever asks, which holds the ended ones ({@link lock}).
 */
@Injectable()
export class Resends {
  constructor(
    private readonly repository: ResendsRepository,
    private readonly transitions: Transitions,
    private readonly registry: ProviderRegistry,
    private readonly sources: DeliveriesService,
    private readonly due: DueSignal,
  ) {}

  /** Those of these ids that ended; nobody else sends them again until the transaction ends. */
  lock(tx: Tx, clientId: string, ids: string[]): Promise<EndedDelivery[]> {
    if (ids.length === 0) return Promise.resolve([]);
    const times = ids.map((id) => timeOfId(id).getTime());
    const days: [Date, Date] = [new Date(Math.min(...times) - DAY_MS), new Date(Math.max(...times) + DAY_MS)];
    return this.repository.lock(tx, clientId, ids, days);
  }

  /** What is on its way already for one of these, by the id of the first delivery. */
  async underWay(tx: Tx, clientId: string, deliveries: EndedDelivery[]): Promise<Map<string, string>> {
    const firsts = deliveries.map(firstOf);
    const open = firsts.length > 0 ? await this.repository.openResends(tx, clientId, firsts) : [];
    return new Map(open.map(({ id, resend_of }) => [resend_of, id]));
  }

  /** @param deliveries locked, and none of them suppressed; @returns the new ones */
  async send(tx: Tx, clientId: string, deliveries: EndedDelivery[]): Promise<DeliveryRow[]> {
    if (deliveries.length === 0) return [];
    const attempts = await this.sources.attemptsOf(tx, deliveries);
    const made = await this.repository.insert(
      tx,
      clientId,
      deliveries.map((one) => this.resendOf(one, attempts.get(one.id))),
    );
    await this.transitions.made(tx, made);
    tx.afterCommit(() => this.due.raise());
    return made;
  }

  /** What failed is sent anew by its owner, by deliveries that it makes itself: it is no dead letter any more. */
  async replaced(tx: Tx, clientId: string, deliveries: Replaced[]): Promise<void> {
    if (deliveries.length > 0) await this.repository.markReplaced(tx, clientId, deliveries);
  }

  discard(tx: Tx, delivery: EndedDelivery): Promise<void> {
    return this.repository.discard(tx, delivery);
  }

  /** @param attempts as its source says; left out, as if it were new to its channel */
  private resendOf(of: EndedDelivery, attempts: number | undefined): Resend {
    const { channel, lane, user_pk, address, max_attempts } = of;
    const id = newId();
    return {
      of,
      delivery: {
        id,
        channel,
        lane,
        user_pk,
        address,
        max_attempts: attempts ?? this.registry.findChannel(channel)?.retryPolicy.attempts ?? max_attempts,
        suppressed: null,
        resend_of: firstOf(of),
        traceparent: traceResend({ ...of, id }, of.traceparent),
      },
    };
  }
}

/** The delivery that was not sent for another. */
export const firstOf = ({ id, resend_of }: Pick<DeliveryRow, 'id' | 'resend_of'>): string => resend_of ?? id;
