import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import type { LookupAddress } from 'node:dns';
import { NameResolver } from './name-resolver.js';

/** A name server that knows some names, of others that there are none, and of `slow.` nothing at all. */
class NameServer {
  readonly asked: string[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('message', (query, peer) => {
      const name = nameIn(query);
      const type = query.readUInt16BE(12 + name.length + 2);
      this.asked.push(`${name} ${type}`);
      if (name.includes('slow')) return;
      socket.send(answer(query, name, type), peer.port, peer.address);
    });
  }

  static async start(): Promise<NameServer> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new NameServer(socket);
  }

  get address(): string {
    return `127.0.0.1:${(this.socket.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.socket.close();
  }
}

const TYPE_A = 1;

function nameIn(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; query[at]! > 0; at += query[at]! + 1)
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!));
  return labels.join('.');
}

function answer(query: Buffer, name: string, type: number): Buffer {
  const question = query.subarray(12, 12 + name.length + 2 + 4);
  const header = Buffer.from(query.subarray(0, 12));
  const exists = name.includes('known');
  header.writeUInt16BE(exists ? 0x81_80 : 0x81_83, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(exists && type === TYPE_A ? 1 : 0, 6);
  header.writeUInt32BE(0, 8);
  const record = Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 192, 0, 2, 7]);
  return Buffer.concat([header, question, ...(exists && type === TYPE_A ? [record] : [])]);
}

let server: NameServer;
beforeAll(async () => {
  server = await NameServer.start();
});
afterAll(() => server.stop());
beforeEach(() => (server.asked.length = 0));

const made = (system: (host: string) => Promise<LookupAddress[]> = () => Promise.reject(new Error('asked'))) => {
  const resolver = new NameResolver({ timeoutMs: 300, servers: [server.address], system });
  return (host: string, family?: number): Promise<LookupAddress[]> =>
    new Promise((resolve, reject) =>
      resolver.resolve(host, { all: true, ...(family !== undefined && { family }) }, (error, found) =>
        error ? reject(error) : resolve(found),
      ),
    );
};
const seven: LookupAddress = { address: '192.0.2.7', family: 4 };

it('asks the name server, once for all who ask meanwhile and for as long as the answer holds', async () => {
  const find = made();
  expect(await Promise.all([find('a.known.example'), find('A.known.example.')])).toEqual([[seven], [seven]]);
  expect(await find('a.known.example', 4)).toEqual([seven]);
  expect(server.asked.toSorted()).toEqual(['a.known.example 1', 'a.known.example 28']);
  await expect(find('a.known.example', 6)).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

it('lets nobody wait for names that nobody answers for', async () => {
  const find = made();
  const slow = Promise.allSettled(Array.from({ length: 50 }, (_, n) => find(`h${n}.slow.example`)));
  expect(await find('b.known.example')).toEqual([seven]);
  expect(await find('localhost')).toContainEqual({ address: '127.0.0.1', family: 4 });
  const ended = (await slow) as PromiseRejectedResult[];
  expect(new Set(ended.map(({ reason }) => reason.code))).toEqual(new Set(['EAI_AGAIN']));
});

describe('what was found', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is known for as long as it says, what was not found for five seconds, and then asked for anew', async () => {
    const find = made();
    const begun = performance.now();
    const after = (ms: number) => jest.spyOn(performance, 'now').mockReturnValue(begun + ms);
    const NAMES = ['c.known.example', 'none.example.org', 'h.slow.example'];
    /** Which of them the name server is asked for. */
    const asked = async () => {
      server.asked.length = 0;
      await Promise.allSettled(NAMES.map((name) => find(name)));
      return NAMES.filter((name) => server.asked.some((one) => one.startsWith(name)));
    };
    after(0);
    expect(await asked()).toEqual(NAMES);
    after(4_900);
    expect(await asked()).toEqual([]);
    after(5_100);
    expect(await asked()).toEqual(NAMES.slice(1));
    // The record holds for thirty seconds.
    after(29_000);
    expect(await asked()).toEqual(NAMES.slice(1));
    after(30_100);
    expect(await asked()).toEqual(NAMES.slice(0, 1));
  });
});

it('lets nobody wait for the system, which may never answer', async () => {
  const find = made(() => new Promise(() => undefined));
  const stuck = find('mailhog');
  stuck.catch(() => undefined);
  expect(await find('d.known.example')).toEqual([seven]);
});

it('says that there is no such name, and looks in the system for short ones only', async () => {
  const asked: string[] = [];
  const find = made(async (host) => {
    asked.push(host);
    return [seven];
  });
  await expect(find('no.such.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  expect(await find('mailhog')).toEqual([seven]);
  expect(await find('mail.default')).toEqual([seven]);
  expect(asked).toEqual(['mailhog', 'mail.default']);
});
