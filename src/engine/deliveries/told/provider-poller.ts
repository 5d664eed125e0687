import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../../platform/common/logger.js';
import { within } from '../../../platform/common/within.js';
import { cleanText } from '../../providers/clean-text.js';
import type { EventsCursor } from '../../providers/provider.js';
import { ProviderRegistry, type ConfiguredProvider } from '../../providers/provider.registry.js';
import { ProviderRoutes } from '../../providers/provider-routes.js';
import { ProviderEvents } from './provider-events.js';
import { ProviderPollsRepository, type PolledProvider } from './provider-polls.repository.js';

/** Providers looked at in one round, and how many of them at once. */
const PER_ROUND = 50;
const AT_ONCE = 5;
/** Pages of one provider in one round: the rest is read in the next ones. */
const MAX_PAGES = 10;
/** Of a provider that has told all. */
const REST_MS = 120_000;
/** Of one that does not answer: longer each time. */
const MAX_REST_MS = 3_600_000;
const TIMEOUT_MS = 60_000;

/**
 * Asks providers what became of deliveries, those of clients and the operator's: webhooks, which tell the same sooner,
 * may not be set up, and are not tried for long. One process at a time asks one provider.
 */
@Injectable()
export class ProviderPoller implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly repository: ProviderPollsRepository,
    private readonly events: ProviderEvents,
    private readonly routes: ProviderRoutes,
    private readonly registry: ProviderRegistry,
  ) {}

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  async round(): Promise<void> {
    const types = this.registry
      .all()
      .filter(({ provider }) => provider.pollEvents)
      .map(({ descriptor }) => ({ channel: descriptor.channel.name, type: descriptor.type }));
    const due = [...this.operators(), ...(await this.repository.due(types, PER_ROUND))];
    const work = async (): Promise<void> => {
      for (let one = due.shift(); one && !this.stopping.signal.aborted; one = due.shift()) await this.poll(one);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  private operators(): PolledProvider[] {
    return this.routes
      .operators()
      .filter(({ provider }) => provider.pollEvents)
      .map(({ name, config, descriptor }) => ({
        provider_key: config.key,
        client_id: null,
        channel: descriptor.channel.name,
        provider: name,
      }));
  }

  private async poll(one: PolledProvider): Promise<void> {
    const taken = await this.repository.take(one);
    if (!taken) return;
    let { cursor } = taken;
    try {
      const configured = await this.configured(one);
      const read = configured ? await this.read(one, configured, cursor, (next) => (cursor = next)) : { more: false };
      await this.repository.give(one, { cursor, nextInMs: read.more ? 0 : REST_MS, error: null });
    } catch (error) {
      const reason = cleanText((error as Error).message, 500);
      const nextInMs = Math.min(REST_MS * 2 ** taken.failures, MAX_REST_MS);
      if (!this.stopping.signal.aborted)
        logger.warn(
          { client_id: one.client_id, provider: one.provider, reason },
          "A provider's events could not be read.",
        );
      await this.repository.give(one, { cursor, nextInMs, error: reason });
    }
  }

  /** @param read what was taken in is not read again, whatever fails later */
  private async read(
    { client_id }: PolledProvider,
    { provider, descriptor, config }: ConfiguredProvider,
    cursor: EventsCursor | null,
    read: (next: EventsCursor) => void,
  ): Promise<{ more: boolean }> {
    const readOn = async (signal: AbortSignal): Promise<{ more: boolean }> => {
      for (let page = 1; ; page++) {
        const { events, next, more } = await provider.pollEvents!(config, cursor, signal);
        await this.events.apply(client_id, descriptor.type, events, { park: false });
        read((cursor = next));
        if (!more || page === MAX_PAGES) return { more };
      }
    };
    return within(TIMEOUT_MS, readOn, this.stopping.signal);
  }

  /** null: it is gone since. */
  private async configured({ client_id, channel, provider }: PolledProvider): Promise<ConfiguredProvider | null> {
    if (client_id !== null) return this.routes.find(client_id, channel, provider);
    return this.routes.operators().find((it) => it.name === provider && it.descriptor.channel.name === channel) ?? null;
  }
}
