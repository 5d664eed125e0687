import { Resolver, type LookupAddress } from 'node:dns';

const TIMEOUT_MS = 1_500;
const TRIES = 2;

type Done = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/**
 * Asks DNS itself for names that anybody may write. The system's `getaddrinfo` would take one of the process's few threads
 * for as long as a name's servers keep silent, and keys and other names wait for the same threads.
 * @param servers with their ports; left out: those of the system
 */
export function publicNames(servers?: string[]) {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (servers) resolver.setServers(servers);
  return (host: string, { family }: { family?: number }, done: Done): void => {
    const asked = [
      ...(family === 6 ? [] : [{ family: 4, ask: resolver.resolve4.bind(resolver) }]),
      ...(family === 4 ? [] : [{ family: 6, ask: resolver.resolve6.bind(resolver) }]),
    ];
    const found: LookupAddress[][] = asked.map(() => []);
    let failure: NodeJS.ErrnoException | null = null;
    let open = asked.length;
    asked.forEach(({ family: of, ask }, at) =>
      ask(host, (error, addresses) => {
        if (error) failure ??= error;
        else found[at] = addresses.map((address) => ({ address, family: of }));
        if (--open > 0) return;
        const all = found.flat();
        done(all.length > 0 ? null : failure, all);
      }),
    );
  };
}
