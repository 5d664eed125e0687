import type { ChannelDescriptor } from './channel.js';
import type { ProviderDescriptor } from './provider.js';

const channels: ChannelDescriptor[] = [];
const providers: ProviderDescriptor[] = [];

/**
 * What the folders of providers declare as they are imported. Request fields and documents are made from this, for
 * which no application runs; what works in an application is in its registry.
 */
export const declared: {
  readonly channels: readonly ChannelDescriptor[];
  readonly providers: readonly ProviderDescriptor[];
} = {
  channels,
  providers,
};

/** Declares a channel, in its folder. @throws Error when there is another of this name */
export function declareChannel<Input extends object, Content>(
  channel: ChannelDescriptor<Input, Content>,
): ChannelDescriptor<Input, Content> {
  if (channels.some(({ name }) => name === channel.name))
    throw new Error(`There are two channels named ${channel.name}.`);
  channels.push(channel as ChannelDescriptor);
  return channel;
}

/** Declares a provider that clients set up, in its folder. What is built in needs no declaration. */
export function declareProvider<Content, Values>(
  provider: ProviderDescriptor<Content, Values>,
): ProviderDescriptor<Content, Values> {
  providers.push(provider as ProviderDescriptor);
  return provider;
}
