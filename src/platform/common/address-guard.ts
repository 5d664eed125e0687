import type { LookupAddress } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { parseIpAddress, type IpAddress } from '../config/ip-address.js';
import { NameResolver } from './name-resolver.js';

/** `false`: public addresses only. `loopback`: 127.0.0.0/8 and ::1 too. `true`: anything. */
export type PrivateEgress = 'false' | 'loopback' | 'true';

/** The address that a tenant named leads into our own network. */
export class BlockedAddressError extends Error {
  readonly code = 'EBLOCKED';

  constructor(host: string) {
    super(`${host} is not a public address`);
    this.name = 'BlockedAddressError';
  }
}

type Resolve = (
  host: string,
  options: { all: true; family?: number },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** What one has found, all guards of the process know. */
const names = new NameResolver();

/** Where IPv6 embeds an IPv4 address: the subnet, and the byte at which the embedded one begins. */
const EMBEDDING = (
  [
    ['::/96', 12], // IPv4-compatible (`::` and `::1` are looked at first)
    ['::ffff:0:0:0/96', 12], // IPv4-translated
    ['64:ff9b::/96', 12], // NAT64; in its local prefix, 64:ff9b:1::/48, the place is the network's affair
    ['2002::/16', 2], // 6to4
  ] as const
).map(([subnet, at]) => ({ subnet: ipaddr.IPv6.parseCIDR(subnet), at }));

function embeddedV4(address: IpAddress): IpAddress | null {
  if (address.kind() === 'ipv4') return null;
  const found = EMBEDDING.find(({ subnet }) => address.match(subnet));
  return found ? ipaddr.fromByteArray(address.toByteArray().slice(found.at, found.at + 4)) : null;
}

/** May a connection on behalf of a tenant be made to this IP address? What is none may not be reached at all. */
export function isAllowedAddress(text: string, policy: PrivateEgress): boolean {
  if (policy === 'true') return true;
  const address = parseIpAddress(text);
  return address !== null && isAllowed(address, policy);
}

/** Whatever has a special purpose is refused, by IANA's registries as the library knows them. */
function isAllowed(address: IpAddress, policy: PrivateEgress): boolean {
  const range = address.range();
  if (range === 'loopback') return policy === 'loopback';
  if (range === 'unspecified') return false;
  const embedded = embeddedV4(address);
  return embedded === null ? range === 'unicast' : isAllowed(embedded, policy);
}

/**
 * Keeps connections that tenants cause (webhooks, SMTP hosts) out of our own network. Addresses are looked at when
 * the connection is made, after resolution, so that a name which changes its answer (DNS rebinding) gains nothing.
 */
export class AddressGuard {
  constructor(
    private readonly policy: PrivateEgress,
    private readonly resolve: Resolve = names.resolve,
  ) {}

  /** @throws BlockedAddressError when `host` is an IP literal (also in brackets) that may not be reached */
  assertLiteral(host: string): void {
    const address = host.replace(/^\[(.*)\]$/, '$1');
    if (isIP(address) !== 0 && !isAllowedAddress(address, this.policy)) throw new BlockedAddressError(host);
  }

  /** For `lookup` of net.connect and http.Agent: answers allowed addresses only. */
  readonly lookup: LookupFunction = (host, options, done) => {
    const family = options.family === 4 || options.family === 6 ? options.family : undefined;
    this.resolve(host, { all: true, ...(family === undefined ? {} : { family }) }, (error, addresses) => {
      if (error) return done(error, '', 0);
      const allowed = addresses.filter(({ address }) => isAllowedAddress(address, this.policy));
      const [first] = allowed;
      if (!first) return done(new BlockedAddressError(host), '', 0);
      if (options.all) return done(null, allowed);
      return done(null, first.address, first.family);
    });
  };

  /**
   * A connected TCP socket.
   * @throws BlockedAddressError, or the socket's own error; ETIMEDOUT after `timeoutMs`
   */
  async connect(host: string, port: number, timeoutMs: number): Promise<Socket> {
    this.assertLiteral(host);
    const socket = connect({ host: host.replace(/^\[(.*)\]$/, '$1'), port, lookup: this.lookup });
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        clearTimeout(timer);
        socket.destroy();
        reject(error);
      };
      const timer = setTimeout(
        () => fail(Object.assign(new Error(`No connection within ${timeoutMs} ms`), { code: 'ETIMEDOUT' })),
        timeoutMs,
      );
      socket.once('error', fail);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.removeListener('error', fail);
        resolve(socket);
      });
    });
  }
}
