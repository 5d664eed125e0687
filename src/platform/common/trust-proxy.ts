import proxyAddress from '@fastify/proxy-addr';
import type { TrustProxy } from '../config/config.parsers.js';

/**
 * Is this address, `hop` steps from us, a proxy whose X-Forwarded-For is believed? A function for REST and sockets
 * alike: given a number of hops, Fastify itself would believe nobody.
 */
export function trustOf(trustProxy: TrustProxy): (address: string, hop: number) => boolean {
  if (typeof trustProxy === 'boolean') return () => trustProxy;
  if (typeof trustProxy === 'number') return (_, hop) => hop < trustProxy;
  return proxyAddress.compile(trustProxy);
}
