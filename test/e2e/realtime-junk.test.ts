import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, say } from '../support/chat.js';
import { closeSockets, connect } from '../support/socket.js';
import { until } from '../support/until.js';

let app: TestApp;
let client: TestClient;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await app.client();
});
afterEach(closeSockets);

const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
const deep = (levels: number): unknown => JSON.parse(nested(levels));

/** As it is unless an operator sets it. */
const MAX_BODY_BYTES = 1_048_576;

const NAMES = [
  'message.send',
  'message.list',
  'room.list',
  'room.subscribe',
  'room.unsubscribe',
  'sync.resume',
  'notification.ack',
  'auth.refresh',
];

const JUNK: unknown[] = [
  'text',
  17,
  true,
  [],
  [[]],
  Buffer.from('bytes'),
  { room_id: Buffer.from('bytes') },
  { unknown: 1 },
  { room_id: 'x', rooms: 'x', id: {}, api_key: [] },
  { room_id: '\u0000', api_key: '\u0000', id: '\u0000' },
  { rooms: [null, 5, {}, { room_id: 1, epoch: 2, rev: '3' }] },
  { rooms: [{ room_id: '0199c2d4-7e1a-7000-8000-000000000000', epoch: 'e', rev: 1e300 }] },
  { rooms: [{ room_id: '0199c2d4-7e1a-7000-8000-000000000000', epoch: 'e', rev: 1, at: '+275760-09-13T00:00:00Z' }] },
  { room_id: '0199c2d4-7e1a-7000-8000-000000000000', limit: -1, history: 1e9, content: {} },
  { __proto__: { x: 1 }, constructor: 1 },
  { metadata: deep(500) },
  { content: '\ud800' },
];

describe('junk on a socket', () => {
  it('gets an error ack of the 4xx for each event', async () => {
    const alice = await client.login('alice', { permissions: undefined });
    const socket = await connect(app, alice.key);
    for (const name of NAMES) {
      for (const junk of JUNK) {
        const ack = await socket.ask(name, junk);
        const error = ack.ok ? undefined : ack.error;
        expect([name, junk, error?.status ?? 'ok']).toEqual([name, junk, expect.any(Number)]);
        expect(error!.status).toBeGreaterThanOrEqual(400);
        expect(error!.status).toBeLessThan(500);
      }
    }
  });

  it('names what is wrong: unknown events, arguments beyond one, fields', async () => {
    const socket = await connect(app, (await client.login('alice')).key);
    for (const name of ['no.such', '__proto__', 'constructor', 'toString', 'error', '', 'x'.repeat(5_000)]) {
      expect(await socket.ask(name, {})).toMatchObject({ ok: false, error: { code: 'bad_request', errors: [] } });
    }
    expect(await socket.ask('ping', {}, {})).toMatchObject({ error: { code: 'bad_request' } });
    expect(await socket.ask('ping', { surprise: 1 })).toMatchObject({
      error: { code: 'validation_failed', errors: [{ field: 'surprise', message: 'is not a known field' }] },
    });
    expect(await socket.ask('ping')).toMatchObject({ ok: true });
  });

  it('without an ack gets nothing, and the connection goes on', async () => {
    const socket = await connect(app, (await client.login('alice')).key);
    for (const junk of JUNK) socket.socket.emit('message.send', junk);
    socket.socket.emit('no.such');
    expect(await socket.get('ping', {})).toBeDefined();
    expect(socket.received.map(({ name }) => name)).toEqual(['session.ready']);
  });

  it('larger than a body may be ends the connection, and only that', async () => {
    const { key } = await client.login('alice');
    const [big, other] = [await connect(app, key), await connect(app, key)];
    big.socket.emit('message.send', { content: 'x'.repeat(MAX_BODY_BYTES + 1) });
    expect(await big.waitForEnd()).toMatch(/^transport/);
    expect(await other.get('ping', {})).toBeDefined();
  });

  it('of far too many positions is refused', async () => {
    const socket = await connect(app, (await client.login('alice')).key);
    const ack = await socket.ask('sync.resume', { rooms: Array.from({ length: 200_000 }, () => ({})) });
    expect(ack).toMatchObject({ error: { code: 'validation_failed' } });
  });

  it('from twenty connections at once, below the protocol, leaves the others untouched', async () => {
    const good = await connect(app, (await client.login('alice')).key);
    const { key } = await client.login('mallory');
    const url = `${app.url.replace('http', 'ws')}/sockets/?EIO=4&transport=websocket`;
    const frames = (): (string | Buffer)[] => [
      randomBytes(64),
      randomBytes(64).toString('latin1'),
      '9',
      '4',
      '42',
      '42[]',
      '42{}',
      '42["connect"]',
      '42["disconnect",{}]',
      '42[17,{}]',
      '42[null]',
      '421["message.send"]',
      '4299999999999999999999["ping",{}]',
      '451-["message.send",{"_placeholder":true,"num":0}]',
      '4599-["message.send"]',
      '430[]',
      '431["x"]',
      '44{"message":"x"}',
      '40/admin,{}',
      '40{"api_key":"x"}',
      `40${JSON.stringify({ api_key: key })}`,
      '41',
      '4' + '['.repeat(50_000),
      `421["ping",${nested(50_000)}]`,
      `451-["message.send",${nested(50_000)}]`,
      Buffer.from('the bytes of it'),
    ];
    const sockets = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = new WebSocket(url);
        socket.on('error', () => undefined);
        await new Promise((resolve) => socket.once('open', resolve));
        return socket;
      }),
    );
    // Half of them with a session first; each begins elsewhere in the list.
    await Promise.all(
      sockets.map(async (socket, nth) => {
        if (nth % 2 === 0) socket.send(`40${JSON.stringify({ api_key: key })}`);
        for (const [index] of frames().entries()) {
          if (socket.readyState !== WebSocket.OPEN) return;
          socket.send(frames()[(index + nth) % frames().length]!);
          await new Promise(setImmediate);
        }
      }),
    );
    expect(await good.ask('ping', {})).toMatchObject({ ok: true });
    for (const socket of sockets) socket.terminate();
    expect(good.disconnects).toEqual([]);
  });

  it('asks for one session many times on one connection, and gets one', async () => {
    const { key } = await client.login('alice');
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sockets/?EIO=4&transport=websocket`);
    const received: string[] = [];
    socket.on('message', (data) => received.push(String(data)));
    await new Promise((resolve) => socket.once('open', resolve));
    for (let i = 0; i < 50; i++) socket.send(`40${JSON.stringify({ api_key: key })}`);
    const answers = (kind: string) => received.filter((frame) => frame.startsWith(kind)).length;
    await until('all answers', () => answers('44') + answers('40{') === 50);
    expect(answers('40{')).toBe(1);
    socket.terminate();
  });
});

describe('a connection that does not read', () => {
  it('is closed before what waits for it grows without bound', async () => {
    const [alice, bob] = [await client.login('alice'), await client.login('bob')];
    const room = await makeRoom(client, ['alice', 'bob']);
    const reading = await connect(app, bob.key);
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/sockets/?EIO=4&transport=websocket`);
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('open', resolve));
    const ready = new Promise<void>((resolve) => {
      socket.on('message', (data) => String(data).includes('session.ready') && resolve());
    });
    socket.send(`40${JSON.stringify({ api_key: alice.key })}`);
    await ready;
    socket.pause();

    const connections = async (): Promise<number> => {
      const { body } = await app.request<string>('GET', '//metrics');
      return Number(/^chatapi_sockets_connected\{.*\} (\d+)$/m.exec(body)![1]);
    };
    const before = await connections();
    // As large as messages may be: 40 kB each on the wire.
    const big = '😀'.repeat(10_000);
    const send = () => say(client.master('bob').request, room.id, big);
    for (let sent = 20; sent <= 600; sent += 20) {
      await Promise.all(Array.from({ length: 20 }, send));
      await until('the other', () => reading.bodies('message.created').length === sent, { every: 1 });
    }
    await until('the slow one to be closed', async () => (await connections()) < before);
    expect(await reading.get('ping', {})).toBeDefined();
    expect(await connections()).toBe(before - 1);
    socket.terminate();
  });
});
