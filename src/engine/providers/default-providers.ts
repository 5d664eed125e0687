import { Injectable } from '@nestjs/common';
import type { Problem } from '../../platform/common/problem.js';
import { Config } from '../../platform/config/config.js';
import type { DefaultProvider } from '../../platform/config/config.parsers.js';
import { StartFailure } from '../../platform/config/failure.js';
import { settingOfFirstVersion } from '../../platform/config/first-version.js';
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
    this.configured ??= this.configureAll();
    return this.configured;
  }

  private configureAll(): (ConfiguredProvider & { isPrimary: boolean })[] {
    const all = this.config.defaultProviders.map((entry) => this.configure(entry));
    const primary = new Map<string, string>();
    for (const { name, isPrimary, descriptor } of all) {
      const other = primary.get(descriptor.channel.name);
      if (isPrimary && other !== undefined)
        throw refusal(name, `is_primary: ${JSON.stringify(other)} is primary already, and at most one may be`);
      if (isPrimary) primary.set(descriptor.channel.name, name);
    }
    return all.toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary));
  }

  private configure(entry: DefaultProvider): ConfiguredProvider & { isPrimary: boolean } {
    const input = this.read(entry);
    const { known, name, is_primary = false, from_email = null, from_name = null, config } = input;
    // Nobody stored what is left out here.
    const missing = known.descriptor.lacks?.(config);
    if (missing) throw refusal(name, `config.${missing}: is missing`);
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
      throw this.config.mailOfFirstVersion
        ? refusalOfFirstVersion(entry.name, error as Problem)
        : refusal(entry.name, (error as Problem).message);
    }
  }
}

const refusal = (name: string, why: string): StartFailure =>
  new StartFailure(
    `DEFAULT_PROVIDERS: the provider ${JSON.stringify(name)} is not valid (${why}). Correct it or remove it.`,
  );

/** Names what the operator set, not what it was translated to. */
function refusalOfFirstVersion(name: string, problem: Problem): StartFailure {
  const { field = '', message } = problem.options.errors?.[0] ?? { message: problem.message };
  const setting = settingOfFirstVersion(name, field);
  return new StartFailure(
    setting
      ? `${setting} is not valid: it ${message}. Correct it or remove it.`
      : `The mail settings of ${name} are not valid (${problem.message}). Correct them, or say everything in DEFAULT_PROVIDERS.`,
  );
}
