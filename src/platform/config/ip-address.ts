import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Reads an IP address in one of its standard spellings. IPv4-mapped IPv6 reads as the IPv4 address that it stands for,
 * a zone is left out.
 * @returns null for what is no address. So are octal, hexadecimal and shortened IPv4, which the library itself reads
 */
export function parseIpAddress(text: string): IpAddress | null {
  if (isIP(text) === 0) return null;
  // Zones may hold characters that the library doesn't know, and it takes ::1.2.3.4 for IPv4-mapped, which it isn't.
  const plain = text.split('%', 1)[0]!.replace(/^::(?=\d+\.)/, '0::');
  return ipaddr.process(plain);
}

/** Is this the IP address of this very machine: 127.0.0.0/8 or ::1, also IPv4-mapped? Names are not. */
export const isLoopbackAddress = (text: string): boolean => parseIpAddress(text)?.range() === 'loopback';

/** As {@link isLoopbackAddress}, for hosts of settings and headers: `localhost` and `[::1]` count, too. */
export function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === 'localhost' || isLoopbackAddress(host.replace(/^\[(.*)\]$/, '$1'));
}
