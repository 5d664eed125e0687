import type { FieldError } from '../../platform/common/problem.js';
import type { ChannelDescriptor } from './channel.js';
import type { Outcome, Provider } from './provider.js';

const refusal = ({ field, message }: FieldError): Outcome => ({
  kind: 'permanent',
  // Of the mail itself: the operator's other providers would not take it either.
  fault: 'recipient',
  code: 'content_refused',
  message: `${field}: ${message}`,
});

/**
 * A provider that serves many clients. What only a client's own is to be told is refused when it is accepted; but a client may have
 * lost its own since then, and then it does not reach this one.
 */
export function asShared(provider: Provider, { ownProviderOnly }: ChannelDescriptor): Provider {
  if (!ownProviderOnly) return provider;
  const send = provider.send.bind(provider);
  provider.send = async (batch, config, signal) => {
    const refused = batch.map(({ content }) => ownProviderOnly(content));
    const going = batch.filter((_, index) => refused[index] === null);
    const outcomes = going.length === 0 ? [] : await send(going, config, signal);
    return refused.map((fault) => (fault === null ? outcomes.shift()! : refusal(fault)));
  };
  return provider;
}
