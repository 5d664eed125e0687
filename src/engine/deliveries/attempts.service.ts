import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { cleanOutcome } from '../providers/clean-text.js';
import type { Outcome, OutboundDelivery } from '../providers/provider.js';
import { ProviderRegistry } from '../providers/provider.registry.js';
import { ProviderRoutes, type ProviderRoute } from '../providers/provider-routes.js';
import { DeliveriesService } from './deliveries.service.js';
import { attemptOf } from './attempt-record.js';
import type { ClaimedDelivery, DeliveryRef, Routing } from './delivery.js';
import { Dispatcher } from './dispatcher.js';
import { channelOf, type DeliveryJob } from './job-plan.js';
import { LaneGate } from './lane-gate.js';
import { judge } from './retry.js';
import { choose } from './routing.js';

/** A lane in which nothing was done for so long is slow: its jobs leave, and are made again by the dispatcher. */
const LANE_PATIENCE_MS = 1_000;
/** Well below the lease. */
const ATTEMPT_TIMEOUT_MS = 60_000;
/** What still runs this long after a stop was asked for is broken off, and tried again by others. */
const GRACE_MS = 10_000;

/** Claims what a job names, sends it by the chosen provider, records what became of it. */
@Injectable()
export class AttemptsService implements OnModuleDestroy {
  private readonly gate = new LaneGate((lane) => this.registry.inFlight(channelOf(lane)), LANE_PATIENCE_MS);
  private readonly stopping = new AbortController();

  constructor(
    private readonly deliveries: DeliveriesService,
    private readonly routes: ProviderRoutes,
    private readonly registry: ProviderRegistry,
    private readonly dispatcher: Dispatcher,
  ) {}

  onModuleDestroy(): void {
    setTimeout(() => this.stopping.abort(), GRACE_MS).unref();
  }

  /** Does what a job says as its lane has room here; what a slow lane turns away, the dispatcher sees and asks again. */
  async run({ lane, deliveries }: DeliveryJob): Promise<void> {
    for (let done = 0; done < deliveries.length;) {
      const room = await this.gate.enter(lane, deliveries.length - done);
      if (room === 0) return;
      try {
        await this.attemptAll(deliveries.slice(done, done + room));
      } finally {
        this.gate.leave(lane, room);
      }
      done += room;
    }
  }

  private async attemptAll(refs: DeliveryRef[]): Promise<void> {
    const claims = await Promise.allSettled(refs.map((ref) => this.deliveries.claim(ref)));
    const claimed = claims.flatMap((claim) => (claim.status === 'fulfilled' && claim.value ? [claim.value] : []));
    const batches = new Map<ProviderRoute, Planned[]>();
    await Promise.all(
      claimed.map(async (delivery) => {
        const planned = await this.plan(delivery).catch((error: unknown) => this.unplanned(delivery, error));
        if (planned === null) return undefined;
        if (planned.route === null || delivery.content === null) return this.fail(planned);
        const batch = batches.get(planned.route);
        if (batch) batch.push(planned);
        else batches.set(planned.route, [planned]);
        return undefined;
      }),
    );
    await Promise.all(
      [...batches].flatMap(([route, planned]) =>
        chunks(planned, route.descriptor.maxBatch).map((batch) => this.send(route, batch)),
      ),
    );
  }

  private async plan(delivery: ClaimedDelivery): Promise<Planned> {
    const routes = await this.routes.of(delivery.client_id, delivery.channel);
    const { content } = delivery;
    const named = content === null ? undefined : this.registry.findChannel(delivery.channel)?.namedProvider?.(content);
    return { delivery, ...choose(routes, named, delivery.routing) };
  }

  /** Whose providers can't be read now is tried again; what was claimed beside it goes on. */
  private async unplanned(delivery: ClaimedDelivery, error: unknown): Promise<null> {
    logger.error({ client_id: delivery.client_id, err: error }, 'The providers of a client could not be read.');
    const planned = { delivery, route: null, routing: delivery.routing ?? NO_ROUTING, othersLeft: false };
    await this.record(planned, UNREADABLE, 0);
    return null;
  }

  private async send(route: ProviderRoute, batch: Planned[]): Promise<void> {
    const started = performance.now();
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]);
    const outcomes = await route.provider.send(batch.map(toOutbound), route.config, signal).catch((error: unknown) => {
      logger.error({ provider: route.descriptor.type, err: error }, 'A provider threw.');
      return batch.map((): Outcome => THREW);
    });
    const durationMs = Math.round(performance.now() - started);
    await Promise.all(
      batch.map((planned, index) => this.record(planned, cleanOutcome(outcomes[index] ?? THREW), durationMs)),
    );
  }

  private fail(planned: Planned): Promise<void> {
    const { delivery } = planned;
    const outcome: Outcome =
      planned.route === null
        ? { kind: 'permanent', fault: 'provider', code: 'no_provider', message: this.noProvider(planned) }
        : {
            kind: 'permanent',
            fault: 'recipient',
            code: 'content_missing',
            message: `There is nothing to send by ${delivery.channel}.`,
          };
    return this.record(planned, outcome, 0);
  }

  private noProvider({ delivery: { channel }, routing: { decision: named } }: Planned): string {
    if (named !== '') return `The client has no provider named ${JSON.stringify(named)}.`;
    const path = this.registry.findChannel(channel)?.providersPath ?? 'clients/me/providers';
    return `The client has no ${channel} provider: add one at /api/v1/${path}.`;
  }

  private async record(
    { delivery, route, routing, othersLeft }: Planned,
    outcome: Outcome,
    durationMs: number,
  ): Promise<void> {
    const verdict = judge(
      delivery,
      outcome,
      routing,
      othersLeft,
      route?.rules ?? this.registry.rulesOf(delivery.channel),
    );
    const attempt = attemptOf(outcome, route?.name ?? null, durationMs);
    await this.deliveries.settle({ delivery, attempt, verdict });
    if (verdict.delayMs === 0) this.dispatcher.wake();
  }
}

interface Planned {
  delivery: ClaimedDelivery;
  route: ProviderRoute | null;
  routing: Routing;
  othersLeft: boolean;
}

const NO_ROUTING: Routing = { decision: '', reason: 'no_provider' };

const UNREADABLE: Outcome = {
  kind: 'retryable',
  fault: 'provider',
  code: 'provider_error',
  message: "The client's providers could not be read.",
};

const THREW: Outcome = {
  kind: 'unknown',
  fault: 'provider',
  code: 'provider_error',
  message: 'The provider failed on our side.',
};

const toOutbound = ({ delivery }: Planned): OutboundDelivery => ({
  id: delivery.id,
  client_id: delivery.client_id,
  message_id: delivery.resend_of ?? delivery.id,
  address: delivery.address,
  content: delivery.content,
});

function chunks<T>(list: T[], size: number): T[][] {
  const made: T[][] = [];
  for (let at = 0; at < list.length; at += size) made.push(list.slice(at, at + size));
  return made;
}
