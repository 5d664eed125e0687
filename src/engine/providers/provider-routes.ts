import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { KeyRing } from '../../platform/common/key-ring.js';
import type { Tx } from '../../platform/database/database.js';
import type { ClientSettings } from '../../tenancy/access/caller.js';
import { ClientsService, type ClientObserver } from '../../tenancy/clients/clients.service.js';
import { DefaultProviders } from './default-providers.js';
import type { BuiltIn } from './provider.js';
import type { ProviderEntity } from './provider.entity.js';
import { capsOf, UNCAPPED } from './provider-caps.js';
import { OPERATOR, ProviderRegistry, type ConfiguredProvider, type KnownProvider } from './provider.registry.js';
import { ProvidersRepository } from './providers.repository.js';
import { unseal } from './provider-secrets.js';
import { budgetsOf, thresholdsOf, type Thresholds } from './routing.settings.js';

/** A provider that may serve a delivery, and why it stands where it does. */
export interface ProviderRoute extends ConfiguredProvider {
  reason: 'primary' | 'order' | 'default' | BuiltIn['reason'];
}

/** What may serve a client's channel, and by how many recipients it is chosen. */
export interface ClientRoutes {
  /** The primary one first, then as the client put them. */
  routes: ProviderRoute[];
  thresholds: Thresholds;
}

/** How long another process's change to a client's providers may go unnoticed. */
const FRESH_MS = 5_000;
const MAX_CACHED = 2_000;

/** Which providers serve a client's channel, in the order in which they are tried. Remembered for some seconds. */
@Injectable()
export class ProviderRoutes implements ClientObserver, OnModuleInit {
  /** The clock is read at every look: by default it is remembered until a timer fires, which a busy process delays. */
  private readonly cached = new LRUCache<string, Promise<ClientRoutes>>({
    max: MAX_CACHED,
    ttl: FRESH_MS,
    ttlResolution: 0,
  });

  constructor(
    private readonly repository: ProvidersRepository,
    private readonly registry: ProviderRegistry,
    private readonly defaults: DefaultProviders,
    private readonly keys: KeyRing,
    private readonly clients: ClientsService,
  ) {}

  onModuleInit(): void {
    this.clients.register(this);
  }

  async clientChanged(tx: Tx, clientId: string): Promise<void> {
    tx.afterCommit(() => this.forget(clientId));
  }

  /** @returns without any route where nothing can serve the channel */
  of(clientId: string, channel: string): Promise<ClientRoutes> {
    const key = keyOf(clientId, channel);
    const found = this.cached.get(key);
    if (found) return found;
    const routes = this.load(clientId, channel);
    this.cached.set(key, routes);
    routes.catch(() => {
      if (this.cached.peek(key) === routes) this.cached.delete(key);
    });
    return routes;
  }

  /** Is there a provider of this name, also one that another process has just added? */
  async has(clientId: string, channel: string, name: string): Promise<boolean> {
    const named = async () => (await this.of(clientId, channel)).routes.some((route) => route.name === name);
    if (await named()) return true;
    this.forget(clientId);
    return named();
  }

  /** Is a channel of which the client has set up no provider served by those of the operator? */
  async areShared(clientId: string, channel: string): Promise<boolean> {
    const shared = async () =>
      (await this.of(clientId, channel)).routes.some(({ identity }) => identity.client_id === OPERATOR);
    if (!(await shared())) return false;
    // Another process may have just added one.
    this.forget(clientId);
    return shared();
  }

  forget(clientId: string): void {
    for (const { name } of this.registry.channels()) this.cached.delete(keyOf(clientId, name));
  }

  configure(row: ProviderEntity): ConfiguredProvider {
    const known = this.registry.find(row.channel, row.provider_type);
    if (!known) throw new Error(`no provider ${row.channel} ${row.provider_type}`);
    const { name, from_email, from_name } = row;
    return {
      ...known,
      name,
      config: { key: settingsKeyOf(row), from_email, from_name, values: unseal(this.keys, row) },
      identity: { client_id: row.client_id, key: row.id },
      caps: capsOf(row),
    };
  }

  /** One that a client has set up, as it stands now; null when it is gone. */
  async find(clientId: string, channel: string, id: string): Promise<ConfiguredProvider | null> {
    const row = (await this.repository.list(clientId, channel)).find((one) => one.id === id);
    return row && this.registry.find(row.channel, row.provider_type) ? this.configure(row) : null;
  }

  /** Those of the operator, of all channels. */
  operators(): ConfiguredProvider[] {
    return this.registry.channels().flatMap(({ name }) => this.defaults.of(name));
  }

  /** The client's own; else the operator's; else what is built in. */
  private async load(clientId: string, channel: string): Promise<ClientRoutes> {
    const configured = await this.configured(clientId, channel);
    if (configured.length > 0) {
      const { settings } = await this.clients.readFacts(clientId);
      return { routes: configured.map((route) => withBudgets(route, settings)), thresholds: thresholdsOf(settings) };
    }
    const builtIn = this.registry.all().filter(({ descriptor: it }) => it.channel.name === channel && it.builtIn);
    return {
      routes: await Promise.all(builtIn.map((known) => asRoute(known, clientId))),
      thresholds: thresholdsOf({}),
    };
  }

  private async configured(clientId: string, channel: string): Promise<ProviderRoute[]> {
    if (this.registry.configurable(channel).length === 0) return [];
    const own = await this.repository.list(clientId, channel);
    if (own.length > 0)
      return own.map((row) => ({ ...this.configure(row), reason: row.is_primary ? 'primary' : 'order' }));
    return this.defaults.of(channel).map((entry) => ({ ...entry, reason: 'default' }));
  }
}

/** What is known of a provider holds for its settings as they are. */
export const settingsKeyOf = (row: Pick<ProviderEntity, 'client_id' | 'id' | 'updated_at'>): string =>
  `${row.client_id}:${row.id}:${row.updated_at.getTime()}`;

/** Faults are borne for as long as the client says. */
function withBudgets(route: ProviderRoute, settings: ClientSettings): ProviderRoute {
  const { retryPolicy } = route.rules;
  if (!retryPolicy.budgets) return route;
  return { ...route, rules: { ...route.rules, retryPolicy: { ...retryPolicy, budgets: budgetsOf(settings) } } };
}

const keyOf = (clientId: string, channel: string): string => `${clientId} ${channel}`;

async function asRoute(known: KnownProvider, clientId: string): Promise<ProviderRoute> {
  const { type, builtIn } = known.descriptor;
  const values = (await builtIn!.settingsOf?.(clientId)) ?? null;
  const config = { key: clientId, from_email: null, from_name: null, values };
  const identity = { client_id: clientId, key: type };
  return { ...known, name: type, config, identity, caps: UNCAPPED, reason: builtIn!.reason };
}
