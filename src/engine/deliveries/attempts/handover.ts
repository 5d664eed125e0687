import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../../platform/common/logger.js';
import { Config } from '../../../platform/config/config.js';
import { within } from '../../../platform/common/within.js';
import { databaseSpan, inSpan, tracer, type Span, type SpanOptions } from '../../../platform/tracing/tracer.js';
import { cleanOutcome } from '../../providers/clean-text.js';
import type { Outcome, OutboundDelivery } from '../../providers/provider.js';
import { ProviderRegistry } from '../../providers/provider.registry.js';
import type { ProviderRoute } from '../../providers/provider-routes.js';
import { isGuarded } from '../routing/admission.js';
import { attemptOf } from './attempt-record.js';
import { endAttempt, startAttempts } from './attempt-spans.js';
import { Breakers } from '../routing/breakers.js';
import { DeliveriesService } from '../deliveries.service.js';
import type { AttemptVerdict, ClaimedDelivery, Routing } from '../delivery.js';
import { DueSignal } from '../due-signal.js';
import { ProviderQuotas } from '../routing/provider-quotas.js';
import type { Fault } from '../routing/budgets.js';
import { judge, untriedVerdict } from './retry.js';
import type { CountedIn } from '../routing/usage.repository.js';

/** Well below the lease. */
const ATTEMPT_TIMEOUT_MS = 60_000;
/** A provider that has not ended this long after it was told to is left to itself: nobody waits for it any more. */
const DEAF_MS = 2_000;
/** Of the time that a stop may take, what it takes to break off the rest, record it and close everything. */
const CLOSING_MS = 5_000;

/** A claimed delivery for which it was decided who takes it. */
export interface RoutedDelivery {
  delivery: ClaimedDelivery;
  route: ProviderRoute | null;
  routing: Routing;
  othersLeft: boolean;
  /** Gives back the room that it took in its lane, when the other side has nothing to do with it any more. */
  leave: () => void;
}

/** What a batch was admitted with. */
export interface AdmittedBatch {
  inMs: number;
  counted: CountedIn | null;
}

/** Hands claimed deliveries to their provider, in one call, and records what became of each. */
@Injectable()
export class Handover implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly deliveries: DeliveriesService,
    private readonly registry: ProviderRegistry,
    private readonly due: DueSignal,
    private readonly breakers: Breakers,
    private readonly quotas: ProviderQuotas,
    private readonly config: Config,
  ) {}

  /** What still runs when most of the time for a stop is over is broken off, and tried again by others. */
  onModuleDestroy(): void {
    const { shutdownTimeoutMs: all } = this.config;
    setTimeout(() => this.stopping.abort(), Math.max(all - CLOSING_MS, all / 2)).unref();
  }

  /**
   * Never throws.
   * @param inMs when its rate lets it go
   * @param counted where it was counted, by its quota
   */
  async send(route: ProviderRoute, planned: RoutedDelivery[], { inMs, counted }: AdmittedBatch): Promise<void> {
    if (inMs > 0) await sleep(inMs);
    const now = performance.now();
    const batch = planned.filter(({ delivery }) => now < delivery.begin_by);
    const late = planned.filter(({ delivery }) => now >= delivery.begin_by);
    await Promise.all([this.begin(route, batch, counted), this.dropLate(route, late, counted)]);
  }

  private async begin(route: ProviderRoute, batch: RoutedDelivery[], counted: CountedIn | null): Promise<void> {
    if (batch.length === 0) return;
    if (tracer === null) return this.tryOnce(route, batch, counted, null);
    const deliveries = batch.map(({ delivery }) => delivery);
    const spans = startAttempts(tracer, route, deliveries);
    return tracer.within(spans[0]!, () => this.tryOnce(route, batch, counted, spans));
  }

  /** @param spans one of each, where traces are on; ended with its attempt */
  private async tryOnce(
    route: ProviderRoute,
    batch: RoutedDelivery[],
    counted: CountedIn | null,
    spans: Span[] | null,
  ): Promise<void> {
    const started = performance.now();
    const outcomes = isGuarded(route)
      ? await this.breakers.run(
          route,
          () => this.call(route, batch),
          () => !this.stopping.signal.aborted,
        )
      : await this.call(route, batch);
    const durationMs = Math.round(performance.now() - started);
    for (const { leave } of batch) leave();
    const untouched = batch.filter((_, index) => outcomes[index] && isUntouched(outcomes[index]));
    void this.quotas.giveBack(
      route,
      untouched.map(({ delivery }) => delivery),
      counted,
    );
    // What went in one call goes in one call again.
    const random = Math.random();
    await Promise.all(
      batch.map((planned, index) => {
        const outcome = cleanOutcome(outcomes[index] ?? THREW);
        const record = () => this.record(planned, outcome, durationMs, random);
        return spans === null ? record() : recorded(spans[index]!, outcome, record);
      }),
    );
  }

  async record(
    { delivery, route, routing, othersLeft }: RoutedDelivery,
    outcome: Outcome,
    durationMs: number,
    random?: number,
  ): Promise<void> {
    const rules = route?.rules ?? this.registry.rulesOf(delivery.channel);
    if (outcome.kind !== 'accepted' && outcome.untried) return this.putBack(delivery, untriedVerdict(outcome, routing));
    const verdict = judge(delivery, outcome, routing, othersLeft, rules, random);
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

  /** This process was held up: who has them now is not to be asked first, and their attempt would outlast their lease. */
  private async dropLate(route: ProviderRoute, late: RoutedDelivery[], counted: CountedIn | null): Promise<void> {
    if (late.length === 0) return;
    logger.warn({ provider: route.descriptor.type, deliveries: late.length }, 'Deliveries were begun too late.');
    for (const { leave } of late) leave();
    void this.quotas.giveBack(
      route,
      late.map(({ delivery }) => delivery),
      counted,
    );
    if (isGuarded(route)) void this.breakers.giveBackProbe(route);
    await Promise.all(late.map(({ delivery, routing }) => this.putBack(delivery, untriedVerdict(LATE, routing))));
  }

  /** Nothing was tried, so nothing is on record but that it waits. */
  private async putBack(delivery: ClaimedDelivery, verdict: AttemptVerdict): Promise<void> {
    try {
      await this.deliveries.hold(delivery, verdict);
    } catch (error) {
      logger.error({ client_id: delivery.client_id, err: error }, 'A delivery could not be held.');
    }
  }

  private async call(route: ProviderRoute, batch: RoutedDelivery[]): Promise<Outcome[]> {
    const work = (signal: AbortSignal) =>
      unlessDeaf(route.provider.send(batch.map(toOutbound), route.config, signal), signal);
    const calling = () => within(ATTEMPT_TIMEOUT_MS, work, this.stopping.signal);
    const outcomes = await (
      tracer === null ? calling() : inSpan(`send ${route.descriptor.type}`, callOf(route, batch), calling)
    ).catch((error: unknown) => {
      logger.error({ provider: route.descriptor.type, err: error }, 'A provider threw.');
      return batch.map((): Outcome => THREW);
    });
    return this.stopping.signal.aborted ? outcomes.map(brokenOff) : outcomes;
  }
}

const callOf = ({ descriptor: { channel, type } }: ProviderRoute, batch: RoutedDelivery[]): SpanOptions => ({
  kind: 'client',
  attributes: {
    'messaging.system': type,
    'messaging.operation.type': 'send',
    'messaging.destination.name': channel.name,
    'messaging.batch.message_count': batch.length > 1 ? batch.length : undefined,
  },
});

/** The attempt ends when it is on record. */
async function recorded(span: Span, outcome: Outcome, record: () => Promise<void>): Promise<void> {
  try {
    await tracer?.within(span, () => inSpan('UPDATE deliveries', databaseSpan('UPDATE', 'deliveries'), record));
  } finally {
    endAttempt(span, outcome);
  }
}

/** What our own stop broke off before anything was handed over was not tried: it is no fault of the provider, and no attempt. */
const brokenOff = (outcome: Outcome): Outcome =>
  isUntouched(outcome) ? { ...LATE, code: 'worker_stopped', untried: true } : outcome;

/** The provider did not get it: it counts against no quota. */
const isUntouched = (outcome: Outcome): boolean => outcome.kind === 'retryable' && outcome.fault === 'provider';

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

const LATE: Fault = {
  kind: 'retryable',
  fault: 'provider',
  code: 'worker_late',
  message: 'The process that was to send it was held up.',
};

const THREW: Outcome = {
  kind: 'unknown',
  fault: 'provider',
  code: 'provider_error',
  message: 'The provider failed on our side.',
};

const toOutbound = ({ delivery }: RoutedDelivery): OutboundDelivery => ({
  id: delivery.id,
  client_id: delivery.client_id,
  message_id: delivery.resend_of ?? delivery.id,
  address: delivery.address,
  content: delivery.content,
  ...(delivery.unsubscribe_url !== undefined && { unsubscribe_url: delivery.unsubscribe_url }),
});
