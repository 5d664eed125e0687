import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';
import type { Socket } from 'socket.io';
import type { TrustProxy } from '../config/config.parsers.js';

/** Who is at the other end, seen through the proxies that are trusted: what `request.ip` is to a route. */
export function addressReader(trustProxy: TrustProxy): (socket: Socket) => string {
  const trust = trustOf(trustProxy);
  return ({ handshake: { address, headers } }) => {
    // The request itself may be gone: polling opens with one that ends at once.
    const request = { headers, socket: { remoteAddress: address } } as unknown as IncomingMessage;
    return proxyAddress(request, trust) ?? address;
  };
}

function trustOf(trustProxy: TrustProxy): (address: string, hop: number) => boolean {
  if (typeof trustProxy === 'boolean') return () => trustProxy;
  if (typeof trustProxy === 'number') return (_, hop) => hop < trustProxy;
  return proxyAddress.compile(trustProxy);
}
