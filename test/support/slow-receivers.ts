import { WebhookProvider } from '../../src/engine/providers/webhook/webhook.provider.js';

export interface SlowReceivers {
  /** Ends one each, in the order in which they were begun. */
  held: (() => void)[];
  /** Paths of what was sent to them, in order. */
  paths: string[];
  /** Ends all, and does not hold those that come. */
  release: () => void;
}

/**
 * Receivers on hosts that end with `.slow.example` answer nothing until they are released, however long that takes: a real
 * one would be given up after some seconds, and then nobody knows whether those behind it have waited.
 */
export function holdSlowOnes(): SlowReceivers {
  const held: (() => void)[] = [];
  const paths: string[] = [];
  let released = false;
  const real = WebhookProvider.prototype.send;
  jest.spyOn(WebhookProvider.prototype, 'send').mockImplementation(async function (
    this: WebhookProvider,
    batch,
    ...more
  ) {
    const { hostname, pathname } = new URL(batch[0]!.content.url);
    if (!hostname.endsWith('.slow.example')) return real.call(this, batch, ...more);
    paths.push(pathname);
    if (!released) await new Promise<void>((resolve) => held.push(resolve));
    return batch.map(() => ({ kind: 'accepted' as const }));
  });
  const release = () => {
    released = true;
    for (const answer of held) answer();
  };
  return { held, paths, release };
}
