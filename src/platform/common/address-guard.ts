import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, connect, isIP, type LookupFunction, type Socket } from 'node:net';

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

const v4 = (...subnets: string[]): BlockList => list('ipv4', subnets);
const v6 = (...subnets: string[]): BlockList => list('ipv6', subnets);

function list(family: 'ipv4' | 'ipv6', subnets: string[]): BlockList {
  const blocked = new BlockList();
  for (const subnet of subnets) {
    const [address, prefix] = subnet.split('/');
    blocked.addSubnet(address!, Number(prefix), family);
  }
  return blocked;
}

/** IANA's special-purpose registries: what is not globally reachable, and multicast. */
const NOT_PUBLIC_V4 = v4(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
);
const NOT_PUBLIC_V6 = v6(
  '::/128',
  '::1/128',
  '64:ff9b:1::/48', // NAT64, local use: where in it the IPv4 address stands is the network's affair
  '100::/64',
  '2001::/23', // Teredo among them, whose embedded addresses are obfuscated
  '2001:db8::/32',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
);
const LOOPBACK_V4 = v4('127.0.0.0/8');
const LOOPBACK_V6 = v6('::1/128');

/** Where IPv6 embeds an IPv4 address: the leading groups, and the group at which the embedded one begins. */
const EMBEDDING: { groups: number[]; at: number }[] = [
  { groups: [0, 0, 0, 0, 0, 0xffff], at: 6 }, // IPv4-mapped
  { groups: [0, 0, 0, 0, 0xffff, 0], at: 6 }, // IPv4-translated
  { groups: [0, 0, 0, 0, 0, 0], at: 6 }, // IPv4-compatible (:: and ::1 are looked at first)
  { groups: [0x64, 0xff9b, 0, 0, 0, 0], at: 6 }, // NAT64
  { groups: [0x2002], at: 1 }, // 6to4
];

/** The eight groups of an IPv6 address, dotted tail and zone included. */
function groupsOf(address: string): number[] {
  const plain = address
    .split('%')[0]!
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
      [(Number(a) << 8) | Number(b), (Number(c) << 8) | Number(d)].map((group) => group.toString(16)).join(':'),
    );
  const [head = '', tail] = plain.split('::');
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const before = parse(head);
  const after = tail === undefined ? [] : parse(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function embeddedV4(address: string): string | null {
  const groups = groupsOf(address);
  const found = EMBEDDING.find(({ groups: prefix }) => prefix.every((group, index) => groups[index] === group));
  if (!found) return null;
  const [high, low] = [groups[found.at]!, groups[found.at + 1]!];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** May a connection on behalf of a tenant be made to this IP address? */
export function isAllowedAddress(address: string, policy: PrivateEgress): boolean {
  if (policy === 'true') return true;
  if (isIP(address) === 4) {
    return !NOT_PUBLIC_V4.check(address) || (policy === 'loopback' && LOOPBACK_V4.check(address));
  }
  if (isIP(address) !== 6) return false;
  const plain = address.split('%')[0]!;
  if (LOOPBACK_V6.check(plain, 'ipv6')) return policy === 'loopback';
  if (groupsOf(plain).every((group) => group === 0)) return false;
  const embedded = embeddedV4(plain);
  return embedded === null ? !NOT_PUBLIC_V6.check(plain, 'ipv6') : isAllowedAddress(embedded, policy);
}

/**
 * Keeps connections that tenants cause (webhooks, SMTP hosts) out of our own network. Addresses are looked at when
 * the connection is made, after resolution, so that a name which changes its answer (DNS rebinding) gains nothing.
 */
export class AddressGuard {
  constructor(
    private readonly policy: PrivateEgress,
    private readonly resolve: Resolve = systemLookup,
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
