import { Injectable } from '@nestjs/common';
import type { Problem } from '../../platform/common/problem.js';
import { Config } from '../../platform/config/config.js';
import type { DefaultProvider } from '../../platform/config/config.parsers.js';
import { StartFailure } from '../../platform/config/failure.js';
import { capsOf } from './provider-caps.js';
import { OPERATOR, ProviderRegistry, type ConfiguredProvider } from './provider.registry.js';
import { readProvider, type ProviderInput } from './provider-input.js';

/** What serves clients that have none of a channel (DEFAULT_PROVIDERS). */
@Injectable()
export class DefaultProviders {
  private configured: (ConfiguredProvider & { isPrimary: boolean })[] | undefined;

  constructor(
    private readonly config: Config,
    private readonly registry: ProviderRegistry,
  ) {}

  /** In the order in which they are tried. */
  of(channel: string): ConfiguredProvider[] {
    return this.all().filter(({ descriptor: it }) => it.channel.name === channel);
  }

  /** @throws StartFailure when one would not be taken from a client either */
  check(): void {
    this.all();
  }

  /** Read when all providers are registered, for their schemas say what is valid. */
  private all(): (ConfiguredProvider & { isPrimary: boolean })[] {
    this.configured ??= this.config.defaultProviders
      .map((entry) => this.configure(entry))
      .toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary));
    return this.configured;
  }

  private configure(entry: DefaultProvider): ConfiguredProvider & { isPrimary: boolean } {
    const input = this.read(entry);
    const { known, name, is_primary = false, from_email = null, from_name = null, config } = input;
    const key = `default:${known.descriptor.channel.name}:${name}`;
    return {
      ...this.registry.ofOperator(known),
      name,
      config: { key, from_email, from_name, values: config },
      identity: { client_id: OPERATOR, key },
      caps: capsOf(input),
      isPrimary: is_primary,
    };
  }

  private read(entry: DefaultProvider): ProviderInput {
    try {
      return readProvider(this.registry, entry);
    } catch (error) {
      throw new StartFailure(
        `DEFAULT_PROVIDERS: the provider ${JSON.stringify(entry.name)} is not valid (${(error as Problem).message}). Correct it or remove it.`,
      );
    }
  }
}
