import { invalidField } from '../../platform/common/problem.js';
import { toDto } from '../../platform/common/validation.js';
import { DEFAULT_CHANNEL, ProviderInputDto } from './providers.dto.js';
import type { KnownProvider, ProviderRegistry } from './provider.registry.js';

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
