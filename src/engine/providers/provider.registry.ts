import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { join } from 'node:path';
import { AddressGuard } from '../../platform/common/address-guard.js';
import { toDto } from '../../platform/common/validation.js';
import { Config } from '../../platform/config/config.js';
import type { DefaultProvider } from '../../platform/config/config.parsers.js';
import { StartFailure } from '../../platform/config/failure.js';
import { MailboxProvider } from './mailbox/mailbox.provider.js';
import type { Channel, Provider, ProviderConfig } from './provider.js';
import { ProviderInputDto } from './providers.dto.js';
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
  /** For the operator's own servers, which may well be private: the guard keeps tenants out, not operators. */
  private readonly operatorsSmtp = new SmtpProvider(new AddressGuard('true'));

  constructor(config: Config) {
    const guard = new AddressGuard(config.egressAllowPrivate);
    this.webhook = new WebhookProvider(guard);
    this.smtp = new SmtpProvider(guard);
    this.mailbox = config.dataDir === undefined ? null : new MailboxProvider(join(config.dataDir, 'mailbox'));
    this.defaults = config.defaultProviders
      .map((entry) => this.configure(entry))
      .toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary));
  }

  /** One that clients set up themselves. */
  find(channel: string, type: string): Provider | null {
    const found = [this.smtp, this.webhook, this.websocket].find((one) => one.channel === channel && one.type === type);
    return found && found.configSchema !== null ? found : null;
  }

  onApplicationShutdown(): void {
    this.smtp.close();
    this.operatorsSmtp.close();
    this.webhook.close();
  }

  private configure(entry: DefaultProvider): ConfiguredProvider & { isPrimary: boolean } {
    const { name, is_primary = false, from_email = null, from_name = null, config } = readDefault(entry);
    const channel = 'email';
    return {
      name,
      channel,
      provider: this.operatorsSmtp,
      config: { key: `default:${channel}:${name}`, from_email, from_name, values: config },
      isPrimary: is_primary,
    };
  }
}

/** By the rules for a client's own. @throws StartFailure */
function readDefault(entry: DefaultProvider): ProviderInputDto {
  try {
    return toDto(ProviderInputDto, entry);
  } catch (error) {
    throw new StartFailure(
      `DEFAULT_PROVIDERS: the provider ${JSON.stringify(entry.name)} is not valid (${(error as Error).message}). Correct it or remove it.`,
    );
  }
}
