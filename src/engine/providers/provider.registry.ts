import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AddressGuard } from '../../platform/common/address-guard.js';
import { Config } from '../../platform/config/config.js';
import type { ChannelDescriptor, RetryPolicy } from './channel.js';
import { declared } from './declared.js';
import type { Provider, ProviderConfig, ProviderDescriptor } from './provider.js';
import type { ProviderCaps } from './provider-caps.js';
import { asShared } from './shared-provider.js';

/** What follows from the outcomes of a provider is judged by these. */
export interface DeliveryRules {
  readonly success: ChannelDescriptor['success'];
  readonly retryPolicy: RetryPolicy;
}

/** A registered provider. */
export interface KnownProvider {
  readonly descriptor: ProviderDescriptor;
  readonly rules: DeliveryRules;
  /** As it serves tenants: guarded against addresses that only the operator may use. */
  readonly provider: Provider;
}

/** A provider with the settings under which it serves somebody. */
export interface ConfiguredProvider extends KnownProvider {
  name: string;
  config: ProviderConfig;
  /** Whose it is, and which of theirs: the same under changed settings. */
  identity: ProviderIdentity;
  caps: ProviderCaps;
}

export interface ProviderIdentity {
  /** {@link OPERATOR} where it serves many clients. */
  client_id: string;
  key: string;
}

/** In place of a client's id: the operator's own providers. */
export const OPERATOR = '00000000-0000-0000-0000-000000000000';

/** Deliveries of a channel that nobody registers any more fail: nobody can send them. */
const NOBODYS: DeliveryRules = { success: 'sent', retryPolicy: { attempts: 1, waits: [0], unknownWait: null } };
const IN_FLIGHT_OF_NOBODY = 10;

/**
 * Every provider and channel of the house. Each provider's own module registers it in its constructor: whoever begins to
 * work in a hook of Nest finds them all.
 */
@Injectable()
export class ProviderRegistry implements OnApplicationShutdown {
  private readonly byName = new Map<string, ChannelDescriptor>();
  private readonly providers: KnownProvider[] = [];
  private readonly inFlights = new Map<string, number>();
  private readonly operators = new Map<ProviderDescriptor, KnownProvider>();
  private readonly guard: AddressGuard;
  /** For the operator's own servers, which may well be private: the guard keeps tenants out, not operators. */
  private readonly operatorsGuard = new AddressGuard('true');

  constructor(config: Config) {
    this.guard = new AddressGuard(config.egressAllowPrivate);
  }

  /** @throws Error for a second provider of one type, or one that request fields and documents don't know */
  register(descriptor: ProviderDescriptor): void {
    const { channel, type } = descriptor;
    if ((descriptor.configSchema === null) !== (descriptor.builtIn !== undefined))
      throw new Error(`The provider ${channel.name} ${type} must have either a configSchema or be built in.`);
    if (!declared.channels.includes(channel) || (descriptor.configSchema && !declared.providers.includes(descriptor)))
      throw new Error(`The provider ${channel.name} ${type} or its channel is not declared.`);
    if (this.find(channel.name, type)) throw new Error(`There are two providers ${channel.name} ${type}.`);
    this.byName.set(channel.name, channel);
    this.providers.push(this.known(descriptor, this.guard));
    const inFlight = this.inFlights.get(channel.name) ?? descriptor.inFlight;
    this.inFlights.set(channel.name, Math.min(inFlight, descriptor.inFlight));
  }

  channels(): ChannelDescriptor[] {
    return [...this.byName.values()];
  }

  findChannel(name: string): ChannelDescriptor | null {
    return this.byName.get(name) ?? null;
  }

  /** Names of the channels whose deliveries a device acknowledges after they were sent. */
  acknowledged(): string[] {
    return this.channels().flatMap(({ name, acknowledged }) => (acknowledged ? [name] : []));
  }

  /** Content as the channel's providers complete it when it is accepted. @throws Problem for what the client does not have */
  async complete(clientId: string, channel: string, content: unknown, at: string): Promise<unknown> {
    let whole = content;
    for (const { descriptor } of this.providers)
      if (descriptor.channel.name === channel && descriptor.complete)
        whole = await descriptor.complete(clientId, whole, at);
    return whole;
  }

  all(): readonly KnownProvider[] {
    return this.providers;
  }

  find(channel: string, type: string): KnownProvider | null {
    return this.providers.find(({ descriptor: it }) => it.channel.name === channel && it.type === type) ?? null;
  }

  /** Those that clients set up themselves, of a channel or of all. */
  configurable(channel?: string): KnownProvider[] {
    return this.providers.filter(
      ({ descriptor: it }) => it.configSchema !== null && (channel === undefined || it.channel.name === channel),
    );
  }

  /** The same provider as it serves from the operator's settings. */
  ofOperator({ descriptor }: KnownProvider): KnownProvider {
    const found = this.operators.get(descriptor);
    if (found) return found;
    const known = this.known(descriptor, this.operatorsGuard);
    const made = { ...known, provider: asShared(known.provider, descriptor.channel) };
    this.operators.set(descriptor, made);
    return made;
  }

  /** Deliveries of a lane of this channel in hand at once: as many as the provider that takes the fewest can. */
  inFlight(channel: string): number {
    return this.inFlights.get(channel) ?? IN_FLIGHT_OF_NOBODY;
  }

  /** How outcomes are judged of which it is not known who had them: by the channel's own policy. */
  rulesOf(channel: string): DeliveryRules {
    return this.findChannel(channel) ?? NOBODYS;
  }

  onApplicationShutdown(): void {
    for (const { provider } of [...this.providers, ...this.operators.values()]) provider.close?.();
  }

  private known(descriptor: ProviderDescriptor, guard: AddressGuard): KnownProvider {
    const { success } = descriptor.channel;
    return { descriptor, rules: { success, retryPolicy: descriptor.retryPolicy }, provider: descriptor.create(guard) };
  }
}
