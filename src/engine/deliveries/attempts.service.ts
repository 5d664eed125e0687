import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { cleanOutcome } from '../providers/clean-text.js';
import type { Outcome, OutboundDelivery } from '../providers/provider.js';
import { ProviderRegistry } from '../providers/provider.registry.js';
import { ProviderRoutes, type ProviderRoute } from '../providers/provider-routes.js';
import { DeliveriesService } from './deliveries.service.js';
import { attemptOf } from './attempt-record.js';
import type { ClaimedDelivery, Routing } from './delivery.js';
import { DueSignal } from './due-signal.js';
import { judge } from './retry.js';
import { choose } from './routing.js';
import { Screening } from './screening.js';

/** Well below the lease. */
const ATTEMPT_TIMEOUT_MS = 60_000;
/** A provider that has not ended this long after it was told to is left to itself: nobody waits for it any more. */
const DEAF_MS = 2_000;
/** What still runs this long after a stop was asked for is broken off, and tried again by others. */
const GRACE_MS = 10_000;

/** Sends what this process has claimed, by the chosen provider, and records what became of it. */
@Injectable()
export class AttemptsService implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly deliveries: DeliveriesService,
    private readonly routes: ProviderRoutes,
    private readonly registry: ProviderRegistry,
    private readonly screening: Screening,
    private readonly due: DueSignal,
  ) {}

  onModuleDestroy(): void {
    setTimeout(() => this.stopping.abort(), GRACE_MS).unref();
  }

  /**
   * Never throws.
   * @param sent called once for each delivery, when the other side has nothing to do with it any more
   */
  async attempt(claimed: ClaimedDelivery[], sent: (delivery: ClaimedDelivery) => void): Promise<void> {
    const batches = new Map<ProviderRoute, Planned[]>();
    const sendable = await this.screening.screen(claimed, sent);
    await Promise.all(
      sendable.map(async (delivery) => {
        const planned = await this.plan(delivery).catch((error: unknown) => this.unplanned(delivery, error));
        if (planned?.route && delivery.content !== null) return push(batches, planned.route, planned);
        sent(delivery);
        if (planned !== null) await this.fail(planned);
      }),
    );
    await Promise.all(
      [...batches].flatMap(([route, planned]) =>
        chunks(planned, route.descriptor.maxBatch).map((batch) => this.send(route, batch, sent)),
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

  private async send(route: ProviderRoute, batch: Planned[], sent: (delivery: ClaimedDelivery) => void): Promise<void> {
    const started = performance.now();
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]);
    const sending = route.provider.send(batch.map(toOutbound), route.config, signal);
    const outcomes = await unlessDeaf(sending, signal).catch((error: unknown) => {
      logger.error({ provider: route.descriptor.type, err: error }, 'A provider threw.');
      return batch.map((): Outcome => THREW);
    });
    const durationMs = Math.round(performance.now() - started);
    for (const { delivery } of batch) sent(delivery);
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
    attempt.error_message ??= delivery.left_out ?? null;
    try {
      await this.deliveries.settle({ delivery, attempt, verdict });
    } catch (error) {
      // Its lease runs out, and who finds it then tries again.
      logger.error({ client_id: delivery.client_id, err: error }, 'An attempt could not be recorded.');
    }
    if (verdict.delayMs === 0) this.due.raise();
  }
}

/** What comes of the work, or an error some time after the signal. Work that ends leaves nothing behind at the signal. */
function unlessDeaf<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const wait = () =>
      setTimeout(() => reject(new Error('The provider did not end when it was told to.')), DEAF_MS).unref();
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true });
    const done = () => signal.removeEventListener('abort', wait);
    work.finally(done).then(resolve, reject);
  });
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
  ...(delivery.unsubscribe_url !== undefined && { unsubscribe_url: delivery.unsubscribe_url }),
});

function push<K, T>(groups: Map<K, T[]>, key: K, item: T): void {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}

function chunks<T>(list: T[], size: number): T[][] {
  const made: T[][] = [];
  for (let at = 0; at < list.length; at += size) made.push(list.slice(at, at + size));
  return made;
}
