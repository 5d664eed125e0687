import { lookup, type LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';

const HOSTS = '/etc/hosts';
/** How old what the files of the system say may be. */
const SYSTEM_MS = 30_000;
const SHORTEST_MS = 5_000;
const LONGEST_MS = 60_000;
const MOST_KNOWN = 10_000;
/** Who has an address of one kind does not wait longer for one of the other. */
const OTHER_KIND_MS = 300;
/** The system's own way is for names of this network only; nobody waits longer for it. */
const OWN_WAY_MS = 5_000;

export interface NameResolverOptions {
  /** Of the first try; the second one has twice that. */
  timeoutMs?: number;
  /** `address:port`, instead of the system's. */
  servers?: string[];
  system?: (host: string) => Promise<LookupAddress[]>;
}

interface Known {
  until: number;
  addresses: Promise<LookupAddress[]>;
}

/**
 * Finds addresses of names that anybody may have chosen. The system's `getaddrinfo` has a few threads, which names that
 * nobody answers for would hold for minutes, everybody's lookups behind them: here each name is asked for by itself, for a
 * bounded time, and known for as long as it says (5 to 60 s). Names without a dot, or with one, which a search domain may
 * complete, are looked for in the system's way when there is no such name, one at a time.
 */
export class NameResolver {
  private readonly known = new Map<string, Known>();
  private hosts: Promise<ReadonlyMap<string, LookupAddress[]>> | undefined;
  private resolver: Resolver | undefined;
  private readAt = Number.NEGATIVE_INFINITY;
  private ownWay: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: NameResolverOptions = {}) {}

  /**
   * As `lookup` of node:dns does with `all`.
   * @param done with ENOTFOUND where there is no such name, with EAI_AGAIN where nobody says
   */
  readonly resolve = (
    host: string,
    { family }: { all: true; family?: number },
    done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
  ): void => {
    this.find(host.toLowerCase().replace(/\.$/, '')).then(
      (found) => {
        const wanted = family === undefined ? found : found.filter((one) => one.family === family);
        if (wanted.length > 0) done(null, wanted);
        else done(fault('ENOTFOUND', host), []);
      },
      (error: NodeJS.ErrnoException) => done(error, []),
    );
  };

  private find(host: string): Promise<LookupAddress[]> {
    const known = this.known.get(host);
    if (known && known.until > performance.now()) return known.addresses;
    const entry: Known = { until: Number.POSITIVE_INFINITY, addresses: Promise.resolve([]) };
    const keep = (ms: number) => (entry.until = performance.now() + Math.min(Math.max(ms, SHORTEST_MS), LONGEST_MS));
    entry.addresses = this.ask(host, keep).catch((error: unknown) => {
      keep(SHORTEST_MS);
      throw error;
    });
    this.known.delete(host);
    this.known.set(host, entry);
    if (this.known.size > MOST_KNOWN) this.known.delete(this.known.keys().next().value!);
    return entry.addresses;
  }

  private async ask(host: string, keep: (ms: number) => void): Promise<LookupAddress[]> {
    this.readAnew();
    const ours = (await this.hosts)!.get(host) ?? (isLocalhost(host) ? LOCALHOST : undefined);
    if (ours) {
      keep(SYSTEM_MS);
      return ours;
    }
    try {
      const { addresses, ttlS } = await this.query(host);
      keep(ttlS * 1_000);
      return addresses;
    } catch (error) {
      const isShort = host.split('.').length <= 2;
      if (!isShort || (error as NodeJS.ErrnoException).code !== 'ENOTFOUND') throw error;
      const addresses = await this.inOwnWay(host);
      keep(SHORTEST_MS);
      return addresses;
    }
  }

  private async query(host: string): Promise<{ addresses: LookupAddress[]; ttlS: number }> {
    const found: { address: string; family: number; ttl: number }[] = [];
    const faults: string[] = [];
    const kinds = ([4, 6] as const).map(async (family) => {
      try {
        const records = await this.resolver![`resolve${family}`](host, { ttl: true });
        found.push(...records.map((record) => ({ ...record, family })));
      } catch (error) {
        faults.push((error as NodeJS.ErrnoException).code ?? '');
        // The other one decides.
        throw error;
      }
    });
    await settledOrSoon(kinds);
    if (found.length === 0) {
      const isSaid = faults.length === 2 && faults.every((code) => code === 'ENOTFOUND' || code === 'ENODATA');
      throw fault(isSaid ? 'ENOTFOUND' : 'EAI_AGAIN', host);
    }
    return {
      addresses: found.toSorted((a, b) => a.family - b.family).map(({ address, family }) => ({ address, family })),
      ttlS: Math.min(...found.map(({ ttl }) => ttl)),
    };
  }

  /** One after the other: they share threads with the rest of the process. */
  private async inOwnWay(host: string): Promise<LookupAddress[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(fault('EAI_AGAIN', host)), OWN_WAY_MS).unref();
    });
    let givenUp = false;
    const work = this.ownWay.then(() => (givenUp ? [] : (this.options.system ?? systemLookup)(host)));
    this.ownWay = work.catch(() => undefined);
    try {
      return await Promise.race([work, late]);
    } finally {
      givenUp = true;
      clearTimeout(timer);
    }
  }

  private readAnew(): void {
    const now = performance.now();
    if (now - this.readAt < SYSTEM_MS) return;
    this.readAt = now;
    const { timeoutMs = 1_500, servers } = this.options;
    this.resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
    if (servers) this.resolver.setServers(servers);
    this.hosts = readFile(HOSTS, 'utf8').then(readHosts, () => new Map());
  }
}

const LOCALHOST: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** RFC 6761, 6.3. */
const isLocalhost = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

/** All have ended, or one has found something and the others had a little more time. */
function settledOrSoon(work: Promise<void>[]): Promise<void> {
  return new Promise((resolve) => {
    void Promise.allSettled(work).then(() => resolve());
    void Promise.any(work).then(
      () => setTimeout(resolve, OTHER_KIND_MS),
      () => undefined,
    );
  });
}

/** hosts(5): an address and its names in each line. */
function readHosts(text: string): Map<string, LookupAddress[]> {
  const hosts = new Map<string, LookupAddress[]>();
  for (const line of text.split('\n')) {
    const [address, ...names] = line
      .replace(/#.*/, '')
      .split(/\s/)
      .filter((word) => word !== '');
    if (address === undefined) continue;
    const family = address.includes(':') ? 6 : 4;
    for (const name of names)
      hosts.set(name.toLowerCase(), [...(hosts.get(name.toLowerCase()) ?? []), { address, family }]);
  }
  return hosts;
}

const systemLookup = (host: string): Promise<LookupAddress[]> =>
  new Promise((resolve, reject) =>
    lookup(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found))),
  );

const fault = (code: 'ENOTFOUND' | 'EAI_AGAIN', host: string): NodeJS.ErrnoException =>
  Object.assign(new Error(code === 'ENOTFOUND' ? `There is no ${host}.` : `Nobody says where ${host} is.`), {
    code,
    hostname: host,
  });
