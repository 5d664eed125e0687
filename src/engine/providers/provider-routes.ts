import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { KeyRing } from '../../platform/common/key-ring.js';
import { SigningSecretsService } from '../../tenancy/clients/signing-secrets.service.js';
import type { ProviderEntity } from './provider.entity.js';
import { ProviderRegistry, type ConfiguredProvider } from './provider.registry.js';
import { ProvidersRepository } from './providers.repository.js';
import { CHANNELS, type Channel } from './provider.js';
import { unseal } from './provider-secrets.js';

/** A provider that may serve a delivery, and why it stands where it does. */
export interface ProviderRoute extends ConfiguredProvider {
  reason: 'primary' | 'order' | 'default' | 'only' | 'development';
}

/** How long another process's change to a client's providers may go unnoticed. */
const FRESH_MS = 5_000;
const MAX_CACHED = 2_000;

/** Which providers serve a client's channel, in the order in which they are tried. Remembered for some seconds. */
@Injectable()
export class ProviderRoutes {
  /** The clock is read at every look: by default it is remembered until a timer fires, which a busy process delays. */
  private readonly cached = new LRUCache<string, Promise<ProviderRoute[]>>({
    max: MAX_CACHED,
    ttl: FRESH_MS,
    ttlResolution: 0,
  });

  constructor(
    private readonly repository: ProvidersRepository,
    private readonly registry: ProviderRegistry,
    private readonly secrets: SigningSecretsService,
    private readonly keys: KeyRing,
  ) {}

  /** @returns none where nothing can serve the channel */
  of(clientId: string, channel: Channel): Promise<ProviderRoute[]> {
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
  async has(clientId: string, channel: Channel, name: string): Promise<boolean> {
    const named = async () => (await this.of(clientId, channel)).some((route) => route.name === name);
    if (await named()) return true;
    this.forget(clientId);
    return named();
  }

  forget(clientId: string): void {
    for (const channel of CHANNELS) this.cached.delete(keyOf(clientId, channel));
  }

  configure(row: ProviderEntity): ConfiguredProvider {
    const provider = this.registry.find(row.channel, row.provider_type);
    if (!provider) throw new Error(`no provider ${row.channel} ${row.provider_type}`);
    const { name, from_email, from_name } = row;
    const key = `${row.client_id}:${row.id}:${row.updated_at.getTime()}`;
    return {
      name,
      channel: provider.channel,
      provider,
      config: { key, from_email, from_name, values: unseal(this.keys, row) },
    };
  }

  private async load(clientId: string, channel: Channel): Promise<ProviderRoute[]> {
    switch (channel) {
      case 'websocket':
        return [builtIn(this.registry.websocket, clientId, null)];
      case 'webhook':
        return [builtIn(this.registry.webhook, clientId, { secrets: await this.secrets.active(clientId) })];
      case 'email':
        return this.configured(clientId, channel);
    }
  }

  private async configured(clientId: string, channel: Channel): Promise<ProviderRoute[]> {
    const own = await this.repository.list(clientId, channel);
    if (own.length > 0) {
      return own.map((row) => ({ ...this.configure(row), reason: row.is_primary ? 'primary' : 'order' }));
    }
    const defaults = this.registry.defaults.filter((entry) => entry.channel === channel);
    if (defaults.length > 0) return defaults.map((entry) => ({ ...entry, reason: 'default' }));
    const { mailbox } = this.registry;
    return mailbox ? [{ ...builtIn(mailbox, clientId, null), reason: 'development' }] : [];
  }
}

const keyOf = (clientId: string, channel: Channel): string => `${clientId} ${channel}`;

const builtIn = (provider: ConfiguredProvider['provider'], clientId: string, values: unknown): ProviderRoute => ({
  name: provider.type,
  channel: provider.channel,
  provider,
  config: { key: clientId, from_email: null, from_name: null, values },
  reason: 'only',
});
