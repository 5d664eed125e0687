import { Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { traceparentNow } from '../../../platform/tracing/tracer.js';
import { ProviderRegistry } from '../../providers/provider.registry.js';
import { AttemptsService } from '../attempts/attempts.service.js';
import { traceHandover } from '../attempts/attempt-spans.js';
import { DeliveriesService } from '../deliveries.service.js';
import {
  beginBy,
  PRIORITIES,
  type ClaimedDelivery,
  type Content,
  type DeliveryRow,
  type Priority,
  type SourceRef,
} from '../delivery.js';
import type { DueDelivery } from './dispatcher.repository.js';
import { channelOfLane, laneKeyOf, type DeliveryJob } from './job-plan.js';
import { recipientsOf, type NewDelivery } from '../new-deliveries.js';
import { Slots } from './slots.js';

/** Deliveries in hand per process. */
const SLOTS = 1_024;
/** A lane in which nothing was done for so long hangs: its jobs leave, and are made again for whichever process has room. */
const LANE_PATIENCE_MS = 10_000;

/** By what room was taken. */
interface Slot {
  lane: string;
  priority: number;
}

/** A source's deliveries as they were written, with those that were written as claimed. */
export interface Written extends SourceRef {
  source_kind: string;
  expires_at: Date | null;
  /** Ids. */
  claimed: string[];
}

/** Room for deliveries that are just being written. End it in any case. */
export interface Reservation {
  /**
   * Begins those that were written as claimed. @param contentOf what a channel sends
   * @returns is any left for others to find?
   */
  begin(written: Written, contentOf: (channel: string) => Content): boolean;
  /** Gives back what was not begun. */
  end(): void;
}

/**
 * The hands of this process: what it has room for is sent here, whether it was just accepted, is due, or comes by the queue.
 * What a process holds no room for stays where it is, in PostgreSQL.
 */
@Injectable()
export class Workers implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly slots = new Slots({
    total: SLOTS,
    ofLane: (lane) => this.laneLimit?.(lane) ?? this.registry.inFlight(channelOfLane(lane)),
    patienceMs: LANE_PATIENCE_MS,
  });
  private readonly inHand = new Set<Promise<void>>();
  private stopped = false;
  private laneLimit: ((lane: string) => number | undefined) | undefined;

  constructor(
    private readonly deliveries: DeliveriesService,
    private readonly attempts: AttemptsService,
    private readonly registry: ProviderRegistry,
    private readonly config: Config,
  ) {}

  onModuleDestroy(): void {
    this.stopped = true;
  }

  /** Before the connections close that its deliveries need. */
  async beforeApplicationShutdown(): Promise<void> {
    while (this.inHand.size > 0) await Promise.all(this.inHand);
  }

  /** Says of lanes how many of theirs may be in hand at once here, where that is fewer than the provider takes. One of them. */
  limitLanes(limit: (lane: string) => number | undefined): void {
    this.laneLimit = limit;
  }

  /** What {@link limitLanes} says of this lane has changed. */
  laneChanged(lane: string): void {
    this.slots.resize(lane);
  }

  /** Calls back when there is room again. One listener. */
  onFree(listener: () => void): void {
    this.slots.onFree(listener);
  }

  /**
   * Does what a job says as its lane has room here; what a slow lane turns away, the dispatcher sees and asks again.
   * @param queuedAt since when the job was there to be done, in milliseconds since 1970
   */
  async run({ lane, priority, deliveries }: DeliveryJob, queuedAt: number): Promise<void> {
    for (let done = 0; done < deliveries.length;) {
      const room = await this.slots.enter(lane, priority, deliveries.length - done);
      if (room === 0) return;
      const refs = deliveries.slice(done, done + room);
      const claims = await Promise.allSettled(refs.map((ref) => this.deliveries.claim(ref)));
      const claimed = claims.flatMap((claim) => (claim.status === 'fulfilled' && claim.value ? [claim.value] : []));
      this.leave(lane, room - claimed.length, priority);
      traceHandover(claimed, 'queue', queuedAt);
      await this.begin(claimed, () => ({ lane, priority }));
      done += room;
    }
  }

  /**
   * Begins those for which there is room now, in their order.
   * @param atMost in hand when it is done
   * @returns the others
   */
  async take(due: DueDelivery[], atMost: number): Promise<DueDelivery[]> {
    const began = Date.now();
    const wanted: DueDelivery[] = [];
    const left: DueDelivery[] = [];
    for (const row of due) {
      const taken = this.slots.taken < atMost && this.slots.take(laneKeyOf(row), 1, row.priority) === 1;
      (taken ? wanted : left).push(row);
    }
    if (wanted.length === 0) return left;
    const claimed = await this.deliveries.claimAll(wanted).catch((error: unknown) => {
      for (const row of wanted) this.leave(laneKeyOf(row), 1, row.priority);
      throw error;
    });
    const ours = new Set(claimed.map(({ id }) => id));
    for (const row of wanted) if (!ours.has(row.id)) this.leave(laneKeyOf(row), 1, row.priority);
    const slots = new Map(wanted.map((row) => [row.id, { lane: laneKeyOf(row), priority: row.priority }]));
    traceHandover(claimed, 'dispatcher', began);
    void this.begin(claimed, ({ id }) => slots.get(id)!);
    return left;
  }

  /** Marks those for which there is room here as {@link NewDelivery.reserved}: none where this process runs no jobs. */
  reserve(clientId: string, deliveries: NewDelivery[], of: Priority): Reservation {
    const priority = PRIORITIES.indexOf(of);
    const traceparent = traceparentNow();
    if (traceparent !== null) for (const delivery of deliveries) delivery.traceparent = traceparent;
    const held = new Map<string, NewDelivery>();
    if (this.config.runsJobs() && !this.stopped) {
      for (const delivery of deliveries) {
        if (
          delivery.suppressed !== null ||
          delivery.begins_at != null ||
          this.slots.take(laneKeyOf({ client_id: clientId, lane: delivery.lane }), 1, priority) === 0
        )
          continue;
        delivery.reserved = true;
        held.set(delivery.id, delivery);
      }
    }
    const recipients = recipientsOf(deliveries);
    const begin_by = beginBy();
    return {
      begin: (written, contentOf) => {
        const begun = written.claimed.map((id): ClaimedDelivery => {
          const delivery = held.get(id)!;
          held.delete(id);
          const row = rowFrom({ ...delivery, recipients: recipients(delivery) }, written);
          return { ...row, content: contentOf(delivery.channel), begin_by };
        });
        traceHandover(begun, 'direct', Date.now());
        void this.begin(begun, (delivery) => ({ lane: laneKeyOf(delivery), priority }));
        return begun.length < deliveries.filter(({ suppressed }) => suppressed === null).length;
      },
      end: () => {
        for (const { lane } of held.values()) this.leave(laneKeyOf({ client_id: clientId, lane }), 1, priority);
        held.clear();
      },
    };
  }

  /**
   * Each holds a slot, which it leaves when it was sent. Never throws.
   * @param slotOf as it was taken: where it goes may have been changed since
   */
  private begin(claimed: ClaimedDelivery[], slotOf: (delivery: ClaimedDelivery) => Slot): Promise<void> {
    if (claimed.length === 0) return Promise.resolve();
    const work = this.attempts
      .attempt(claimed, (delivery) => {
        const { lane, priority } = slotOf(delivery);
        this.leave(lane, 1, priority);
      })
      .finally(() => this.inHand.delete(work));
    this.inHand.add(work);
    return work;
  }

  private leave(lane: string, count: number, priority: number): void {
    if (count > 0) this.slots.leave(lane, count, priority);
  }
}

/** What was just written need not be read again. */
const rowFrom = (
  { id, channel, lane, user_pk, address, max_attempts, recipients = 1, traceparent = null }: NewDelivery,
  { client_id, id: source_id, source_kind, created_at, expires_at }: Written,
): DeliveryRow => ({
  client_id,
  id,
  created_at,
  source_kind,
  source_id,
  channel,
  lane,
  user_pk,
  address,
  status: 'sending',
  reason: null,
  provider: null,
  routing: null,
  attempt_count: 1,
  max_attempts,
  recipients,
  holds: 0,
  next_attempt_at: created_at,
  expires_at,
  sent_at: null,
  delivered_at: null,
  opened_at: null,
  clicked_at: null,
  complained_at: null,
  unsubscribed_at: null,
  provider_message_id: null,
  resend_of: null,
  error_code: null,
  resent_at: null,
  resent_by: null,
  discarded_at: null,
  traceparent,
  updated_at: created_at,
});
