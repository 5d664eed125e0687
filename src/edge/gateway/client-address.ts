import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';
import { trustOf } from '../../platform/common/trust-proxy.js';
import type { TrustProxy } from '../../platform/config/config.parsers.js';

/** A request as far as its sender's address goes. */
export interface Arrival {
  address: string;
  headers: IncomingHttpHeaders;
}

/** Who is at the other end, seen through the proxies that are trusted: what `request.ip` is to a route. */
export function addressReader(trustProxy: TrustProxy): (arrival: Arrival) => string {
  const trust = trustOf(trustProxy);
  return ({ address, headers }) => {
    // The request itself may be gone: polling opens with one that ends at once.
    const request = { headers, socket: { remoteAddress: address } } as unknown as IncomingMessage;
    return proxyAddress(request, trust) ?? address;
  };
}
