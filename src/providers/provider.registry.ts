import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { join } from 'node:path';
import { AddressGuard } from '../common/address-guard.js';
import { toDto } from '../common/validation.js';
import { Config } from '../config/config.js';
import { StartFailure } from '../config/failure.js';
import { MailboxProvider } from './mailbox/mailbox.provider.js';
import type { Channel, Provider, ProviderConfig } from './provider.js';
import { SmtpProvider } from './smtp/smtp.provider.js';
import { WebhookProvider } from './webhook/webhook.provider.js';
import { WebsocketProvider } from './websocket/websocket.provider.js';

/** A provider with the settings under which it serves somebody. */
export interface ConfiguredProvider {
  name: string;
  channel: Channel;
  provider: Provider;
  config: ProviderConfig;
}

/** Every implementation of a channel: a new one is a folder and a line here. */
@Injectable()
export class ProviderRegistry implements OnApplicationShutdown {
  readonly webhook: WebhookProvider;
  readonly websocket = new WebsocketProvider();
  /** Embedded mode only. */
  readonly mailbox: MailboxProvider | null;
  /** What serves clients that have none of a channel (DEFAULT_PROVIDERS). */
  readonly defaults: readonly ConfiguredProvider[];
  private readonly smtp: SmtpProvider;

  constructor(config: Config) {
    const guard = new AddressGuard(config.egressAllowPrivate);
    this.webhook = new WebhookProvider(guard);
    this.smtp = new SmtpProvider(guard);
    this.mailbox = config.dataDir === undefined ? null : new MailboxProvider(join(config.dataDir, 'mailbox'));
    this.defaults = config.defaultProviders.map((entry) => this.configure(entry));
  }

  /** Providers that clients set up themselves. */
  get configurable(): Provider[] {
    return [this.smtp];
  }

  find(channel: string, type: string): Provider | null {
    return this.configurable.find((provider) => provider.channel === channel && provider.type === type) ?? null;
  }

  onApplicationShutdown(): void {
    this.smtp.close();
    this.webhook.close();
  }

  private configure(entry: Config['defaultProviders'][number]): ConfiguredProvider {
    const { name, channel, provider_type, config } = entry;
    const provider = this.find(channel, provider_type);
    const refuse = (why: string) =>
      new StartFailure(`DEFAULT_PROVIDERS: the provider ${JSON.stringify(name)} ${why}. Correct it or remove it.`);
    if (!provider?.configSchema) throw refuse(`has no known channel and provider_type (known: email smtp)`);
    try {
      toDto(provider.configSchema, config);
    } catch (error) {
      throw refuse(`has a config that is not valid (${(error as Error).message})`);
    }
    const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
    const [from_email, from_name] = [text(entry.from_email), text(entry.from_name)];
    return {
      name,
      channel: provider.channel,
      provider,
      config: { key: `default:${channel}:${name}`, from_email, from_name, values: config },
    };
  }
}
