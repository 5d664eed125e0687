import { Injectable } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { cleanOutcome } from '../providers/clean-text.js';
import type { Outcome, UnknownDelivery } from '../providers/provider.js';
import { ProviderRegistry } from '../providers/provider.registry.js';
import { ProviderRoutes, type ProviderRoute } from '../providers/provider-routes.js';
import type { DeliveryRow } from './delivery.js';
import { SweeperRepository, type Resolution } from './sweeper.repository.js';
import { Transitions } from './transitions.js';

/** Well below what anybody would wait for; what is not answered then can't be told. */
const ASK_TIMEOUT_MS = 30_000;

const CANNOT_TELL: Outcome = {
  kind: 'unknown',
  fault: 'provider',
  code: 'outcome_unknown',
  message: 'Nobody can say whether it arrived.',
};

/** Settles unknown outcomes when they were left alone for long enough: by asking the provider where it can be asked. */
@Injectable()
export class Reconciler {
  /** Ids of deliveries about which a provider is being asked: in the background, because the sweep must not wait for it. */
  private readonly asking = new Set<string>();

  constructor(
    private readonly repository: SweeperRepository,
    private readonly transitions: Transitions,
    private readonly registry: ProviderRegistry,
    private readonly routes: ProviderRoutes,
  ) {}

  async settle(limit: number): Promise<void> {
    const due = (await this.repository.findUnknown(limit + this.asking.size)).filter(({ id }) => !this.asking.has(id));
    const byRoute = new Map<ProviderRoute, DeliveryRow[]>();
    const others: DeliveryRow[] = [];
    for (const row of due) {
      const route = await this.askable(row);
      if (route) byRoute.set(route, [...(byRoute.get(route) ?? []), row]);
      else others.push(row);
    }
    for (const [route, rows] of byRoute) void this.ask(route, rows);
    await this.resolve(others.map((row) => this.resolutionOf(row, CANNOT_TELL)));
  }

  /** The provider that had it, where it can be asked. */
  private async askable({ client_id, channel, provider }: DeliveryRow): Promise<ProviderRoute | null> {
    if (this.registry.configurable(channel).every((known) => !known.provider.reconcile)) return null;
    const { routes } = await this.routes.of(client_id, channel);
    // Whose worker was lost, nobody knows who had it: unless there is one only.
    const had = provider ?? (routes.length === 1 ? routes[0]!.name : null);
    return routes.find(({ name, provider: it }) => name === had && it.reconcile) ?? null;
  }

  private async ask(route: ProviderRoute, rows: DeliveryRow[]): Promise<void> {
    for (const { id } of rows) this.asking.add(id);
    try {
      const outcomes = await inTime(
        route.provider.reconcile!(rows.map(toUnknown), route.config, AbortSignal.timeout(ASK_TIMEOUT_MS)),
      ).catch((error: unknown) => {
        logger.warn(
          { provider: route.descriptor.type, reason: (error as Error).message },
          'A provider could not tell.',
        );
        return [];
      });
      await this.resolve(rows.map((row, at) => this.resolutionOf(row, cleanOutcome(outcomes[at] ?? CANNOT_TELL))));
    } catch (error) {
      logger.error(
        { err: error },
        'What a provider told of unknown outcomes could not be recorded: it is asked again.',
      );
    } finally {
      for (const { id } of rows) this.asking.delete(id);
    }
  }

  private resolutionOf(row: DeliveryRow, outcome: Outcome): Resolution {
    const as = (status: Resolution['status'], reason: string | null, provider_message_id?: string): Resolution => ({
      row,
      status,
      reason,
      provider_message_id: provider_message_id ?? null,
    });
    if (outcome.kind === 'accepted')
      return as(this.registry.rulesOf(row.channel).success, null, outcome.provider_message_id);
    if (outcome.kind === 'permanent') return as('failed', outcome.code);
    if (row.attempt_count < row.max_attempts) return as('retrying', outcome.code);
    return as('failed', outcome.kind === 'unknown' ? 'outcome_unknown' : 'attempts_exhausted');
  }

  private async resolve(resolutions: Resolution[]): Promise<void> {
    if (resolutions.length === 0) return;
    await this.transitions.commit(async (tx) => {
      const moved = await this.repository.resolve(tx, resolutions);
      return moved.map(({ from, ...row }) => ({ from, row, content: null }));
    });
  }
}

const toUnknown = ({ id, client_id, resend_of, address, created_at }: DeliveryRow): UnknownDelivery => ({
  id,
  client_id,
  message_id: resend_of ?? id,
  address,
  created_at,
});

/** Also where the provider does not listen to its signal. */
function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('It did not answer in time.')), ASK_TIMEOUT_MS + 1_000).unref();
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
