import { invalidField, Problem } from '../../platform/common/problem.js';
import { toDto } from '../../platform/common/validation.js';
import { DEFAULT_CHANNEL, ProviderInputDto } from './providers.dto.js';
import type { KnownProvider, ProviderRegistry } from './provider.registry.js';

/** Of one client, over all channels that it sets up. */
export const MAX_PROVIDERS = 20;

/** A provider as it was sent, its settings checked against the schema of its type. */
export interface ProviderInput extends ProviderInputDto {
  known: KnownProvider;
}

/** @throws Problem `validation_failed` naming every field at fault, those of `config` among them */
export const readProvider = (registry: ProviderRegistry, value: unknown): ProviderInput =>
  withKnown(registry, toDto(ProviderInputDto, value));

/** @throws Problem when the channel has no such type */
export function withKnown(registry: ProviderRegistry, input: ProviderInputDto): ProviderInput {
  const { channel = DEFAULT_CHANNEL, provider_type } = input;
  const choices = registry.configurable(channel);
  const known = choices.find(({ descriptor }) => descriptor.type === provider_type);
  if (known) return { ...input, known };
  const types = choices.map(({ descriptor }) => descriptor.type).join(', ');
  throw invalidField('provider_type', `must be one of ${types} for the channel ${channel}`);
}

export const channelNameOf = ({ known }: ProviderInput): string => known.descriptor.channel.name;

/** All are of one channel: the list is the order in which it is served. */
export function readList(registry: ProviderRegistry, body: unknown, channel: string): ProviderInput[] {
  if (!Array.isArray(body)) throw invalidField('', 'must be a JSON array of providers');
  if (body.length > MAX_PROVIDERS) throw invalidField('', `must have at most ${MAX_PROVIDERS} items`);
  const errors: { field: string; message: string }[] = [];
  const inputs = body.map((item: unknown, index) => {
    try {
      return readProvider(registry, ofChannel(item ?? {}, channel));
    } catch (error) {
      const { errors: found = [] } = (error as Problem).options;
      errors.push(...found.map(({ field, message }) => ({ field: `[${index}]${field && '.'}${field}`, message })));
      return null;
    }
  });
  const names = new Set<string>();
  for (const [index, input] of inputs.entries()) {
    if (input && names.has(input.name)) errors.push({ field: `[${index}].name`, message: 'is in the list twice' });
    if (input) names.add(input.name);
    if (input && channelNameOf(input) !== channel)
      errors.push({ field: `[${index}].channel`, message: `must be ${channel}, as the whole list` });
  }
  if (inputs.filter((input) => input?.is_primary).length > 1)
    errors.push({ field: '', message: 'at most one may be primary' });
  if (errors.length > 0)
    throw new Problem('validation_failed', `${errors[0]!.field}: ${errors[0]!.message}`, { errors });
  return inputs as ProviderInput[];
}

const ofChannel = (item: unknown, channel: string): unknown =>
  typeof item === 'object' && !Array.isArray(item) ? { channel, ...item } : item;

/**
 * What it can't send without must be there, sent now or stored before.
 * @param at the path of the provider, for the field of the error
 * @throws Problem `validation_failed`
 */
export function refuseLacking({ known, config }: ProviderInput, at = ''): void {
  const missing = known.descriptor.lacks?.(config);
  if (missing) throw invalidField(`${at}config.${missing}`, 'is required: none is stored');
}
