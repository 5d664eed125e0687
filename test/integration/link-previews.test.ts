import { createSocket, type Socket } from 'node:dgram';
import { AddressGuard, BlockedAddressError, type PrivateEgress } from '../../src/platform/common/address-guard.js';
import { NoPage, PageClient, type FetchedPage } from '../../src/messaging/link-previews/page-client.js';
import { publicNames } from '../../src/messaging/link-previews/public-names.js';
import { Pages } from '../support/pages.js';
import { until } from '../support/until.js';

let pages: Pages;
let names: Names;

beforeAll(async () => {
  pages = await Pages.start();
  names = await Names.start();
});
afterAll(async () => {
  names.stop();
  await pages.stop();
});

function get(
  link: string,
  policy: PrivateEgress = 'loopback',
  signal = new AbortController().signal,
): Promise<FetchedPage> {
  return new PageClient(new AddressGuard(policy, publicNames([names.address]))).get(link, signal);
}

describe('a page that is looked at', () => {
  it('is asked for with nothing of ours, and read to the end of its head', async () => {
    let closed = false;
    const link = pages.serve('/endless', (request, response) => {
      request.socket.once('close', () => (closed = true));
      response.writeHead(200, { 'content-type': 'Text/HTML; charset=utf-8' });
      response.write('<title>Endless</title></HE');
      response.write('AD><body>');
    });
    const page = (await get(link)) as FetchedPage & { kind: 'html' };
    expect(page.body.toString()).toContain('<title>Endless</title>');
    await until('the connection to be closed', () => closed);
    const sent = Object.keys(pages.headers.at(-1)!).toSorted();
    expect(sent).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
  });

  it('is read up to 256 KiB', async () => {
    const link = pages.serve('/huge', (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(50_000)));
        response.once('drain', more);
      };
      more();
    });
    expect(((await get(link)) as FetchedPage & { kind: 'html' }).body).toHaveLength(256 * 1024);
  });

  it('is found behind three redirects, not behind four', async () => {
    pages.page('/end', 'End');
    for (const [from, to] of [
      ['/1', '/end'],
      ['/2', '1'],
      ['/3', pages.at('/2')],
      ['/4', '/3'],
    ] as const)
      pages.redirect(from, to);
    expect(await get(pages.at('/3'))).toMatchObject({ url: { href: pages.at('/end') } });
    await expect(get(pages.at('/4'))).rejects.toThrow('It leads on and on.');
  });

  it.each<[string, (path: string) => string]>([
    [
      'no page',
      (path) =>
        pages.serve(path, (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('<title>t')),
    ],
    ['not there', (path) => pages.at(path)],
    [
      'packed',
      (path) =>
        pages.serve(path, (_, response) =>
          response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(),
        ),
    ],
    ['a way to another scheme', (path) => pages.redirect(path, 'file:///etc/passwd')],
    ['a way with a password', (path) => pages.redirect(path, 'http://me:secret@127.0.0.1/')],
    ['a way to nowhere', (path) => pages.serve(path, (_, response) => response.writeHead(302).end())],
    [
      'another protocol',
      (path) =>
        pages.serve(path, ({ socket }) =>
          socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
        ),
    ],
  ])('is none where there is %s', async (what, serve) => {
    await expect(get(serve(`/${what.replaceAll(' ', '-')}`))).rejects.toThrow(NoPage);
  });

  it('is given up while it hangs, before its answer and in the middle of it', async () => {
    for (const begin of [false, true]) {
      const path = `/hangs-${begin}`;
      const link = pages.serve(path, (_, response) => {
        if (begin) response.writeHead(200, { 'content-type': 'text/html' }).write('<title>t');
      });
      const giveUp = new AbortController();
      const got = get(link, 'loopback', giveUp.signal);
      await pages.waitFor(path);
      giveUp.abort();
      await expect(got).rejects.toThrow();
    }
  });
});

describe('an address of our own network', () => {
  it.each([
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:10.0.0.1]/',
    'http://0/',
    'http://0x0a000001/',
  ])('%s is refused, as a link and as the end of a redirect', async (address) => {
    await expect(get(address)).rejects.toThrow(BlockedAddressError);
    await expect(get(pages.redirect(`/to/${encodeURIComponent(address)}`, address))).rejects.toThrow(
      BlockedAddressError,
    );
  });

  it('is refused by any name, and whatever the name said before', async () => {
    pages.page('/', 'Ours');
    const link = pages.at('/', 'page.example');
    names.answer = ['10.0.0.1'];
    await expect(get(link)).rejects.toThrow(BlockedAddressError);
    names.answer = ['127.0.0.1'];
    await expect(get(link, 'false')).rejects.toThrow(BlockedAddressError);
    await expect(get(link)).resolves.toMatchObject({ kind: 'html' });
    // The name has an allowed address, and then another.
    const turn = pages.serve('/turn', (_, response) => {
      names.answer = ['192.168.0.1'];
      response.writeHead(302, { location: link }).end();
    });
    await expect(get(turn.replace('127.0.0.1', 'page.example'))).rejects.toThrow(BlockedAddressError);
    names.answer = [];
    await expect(get(link)).rejects.toThrow(/ENOTFOUND|ENODATA/);
  });
});

/** A name server that gives every name the same IPv4 addresses, and no other. */
class Names {
  answer: string[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('message', (query, { port, address }) => socket.send(this.answerTo(query), port, address));
  }

  static async start(): Promise<Names> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new Names(socket);
  }

  get address(): string {
    return `127.0.0.1:${this.socket.address().port}`;
  }

  stop(): void {
    this.socket.close();
  }

  /** RFC 1035: the header, the question as it came, and a record for each address. */
  private answerTo(query: Buffer): Buffer {
    const end = query.indexOf(0, 12) + 5;
    const isA = query.readUInt16BE(end - 4) === 1;
    const addresses = isA ? this.answer : [];
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(addresses.length, 6);
    header.writeUInt32BE(0, 8);
    const records = addresses.map((address) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
    );
    return Buffer.concat([header, query.subarray(12, end), ...records]);
  }
}
