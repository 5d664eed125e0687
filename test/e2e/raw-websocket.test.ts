import { randomBytes } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { WebSocket } from 'ws';
import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, say } from '../support/chat.js';
import { closeRawSockets, connectRaw, dialRaw, RawTestSocket, type RawOptions } from '../support/raw-socket.js';
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
afterEach(() => {
  closeSockets();
  closeRawSockets();
});

/** Sends one first frame. @returns its answer and the code of the close */
async function refused(api: TestApp, first: unknown, options: RawOptions = {}): Promise<[string, string]> {
  const socket = await dialRaw(api, options).opened();
  socket.send(first);
  const code = await socket.waitForEnd();
  const [ack] = socket.frames;
  return [ack ? `${ack.id} ${ack.ok ? 'ok' : ack.error.code}` : 'nothing', code];
}

const auth = (data: unknown): object => ({ type: 'auth', id: 'a', data });

describe('the first frame', () => {
  it('makes a session: its ack says with which key, then comes session.ready', async () => {
    const alice = await client.login('alice', { permissions: ['read_messages'] });
    const socket = await dialRaw(app).opened();
    socket.send({ type: 'auth', id: 7, data: { api_key: alice.key } });
    const { session_id } = await socket.waitForReady();
    expect(socket.frames).toEqual([
      {
        type: 'ack',
        id: 7,
        ok: true,
        data: { user_id: 'alice', key_id: alice.key_id, permissions: ['read_messages'], expires_at: null },
      },
      { type: 'session.ready', data: expect.objectContaining({ session_id, user_id: 'alice' }) },
    ]);
    const room = await makeRoom(client, ['alice']);
    await socket.waitFor('room.added');
    await say(client.master('alice').request, room.id, 'x');
    const frame = await socket.waitFor('message.created');
    expect(frame).toMatchObject({ type: 'message.created', v: 1, stream: `room:${room.id}`, data: { content: 'x' } });
  });

  it('takes a master key for nobody, or for a user that it makes and names', async () => {
    const nobody = await connectRaw(app, client.key);
    expect(await nobody.waitForReady()).toMatchObject({ user_id: null, user: null, rooms: [] });
    await connectRaw(app, client.key, { user_id: 'dora', display_name: 'Dora D.' });
    expect((await client.request('GET', '/users/dora')).body.display_name).toBe('Dora D.');
  });

  it('is closed by a code that says whether another key would help: not where its client is suspended', async () => {
    const suspended = await app.client();
    const [ended, barred] = [await suspended.login('alice'), await suspended.login('bob')];
    const [first, second] = [await connectRaw(app, ended.key), await connectRaw(app, barred.key)];
    await suspended.request('POST', '/auth/logout', { body: { user_id: 'alice' } });
    await until('the end of its key', () => first.closed);
    await app.admin().request('POST', `/clients/${suspended.id}/suspend`);
    await until('the end of its client', () => second.closed);
    expect([first.closed?.code, second.closed?.code]).toEqual([4401, 4403]);
  });

  it('is refused with the problem of the same handshake, and a code that says what kind it is', async () => {
    const alice = await client.login('alice');
    const suspended = await app.client();
    await app.admin().request('POST', `/clients/${suspended.id}/suspend`);
    const from = (origin: string) => ({ headers: { origin } });
    await client.request('PATCH', '/clients/me', { body: { allowed_origins: ['https://app.example'] } });
    const cases: [unknown, RawOptions, string, string][] = [
      [auth({}), {}, 'a unauthenticated', '4401'],
      [auth(undefined), {}, 'a unauthenticated', '4401'],
      [auth({ api_key: 'ck_user_x_y_z' }), {}, 'a invalid_key', '4401'],
      [auth({ api_key: 17 }), {}, 'a validation_failed', '4401'],
      [auth('x'), {}, 'a validation_failed', '4401'],
      [auth({ api_key: alice.key, surprise: 1 }), {}, 'a validation_failed', '4401'],
      [{ type: 'auth', data: { api_key: 'x' } }, {}, 'nothing', '4401'],
      [{ type: 'ping', id: 'a' }, {}, 'a unauthenticated', '4401'],
      [{ type: 'ping' }, {}, 'nothing', '4401'],
      ['junk', {}, 'nothing', '4401'],
      [{ id: 'a' }, {}, 'a validation_failed', '4401'],
      [Buffer.from('{"type":"auth"}'), {}, 'nothing', '1003'],
      ['x'.repeat(1_048_577), {}, 'nothing', '4413'],
      [auth({ api_key: app.admin().key }), {}, 'a forbidden', '4403'],
      [auth({ api_key: suspended.key }), {}, 'a client_suspended', '4403'],
      [auth({ api_key: alice.key, user_id: 'bob' }), {}, 'a user_mismatch', '4403'],
      [auth({ api_key: client.key }), from('https://evil.example'), 'a server_key_in_browser', '4403'],
      [auth({ api_key: alice.key }), from('https://evil.example'), 'a origin_not_allowed', '4403'],
    ];
    for (const [first, options, answer, code] of cases) {
      expect([first, ...(await refused(app, first, options))]).toEqual([first, answer, code]);
    }
    await connectRaw(app, alice.key, from('https://app.example'));
  });

  it('may not come by a key in the URL', async () => {
    const path = `/api/v1/websocket/open?api_key=${client.key}`;
    expect(await refused(app, { type: 'ping', id: 'a' }, { path })).toEqual(['a unauthenticated', '4401']);
  });

  it('may be followed at once by others, which wait for its answer', async () => {
    const alice = await client.login('alice');
    const socket = await dialRaw(app).opened();
    socket.send(auth({ api_key: alice.key }));
    for (const id of ['b', 'c']) socket.send({ type: 'ping', id });
    await until('all answers', () => socket.frames.filter(({ type }) => type === 'ack').length === 3);
    expect(socket.frames.flatMap(({ type, id, ok }) => (type === 'ack' ? [[id, ok]] : []))).toEqual([
      ['a', true],
      ['b', true],
      ['c', true],
    ]);
  });

  // It is the only one that waits so long, and shows that Socket.IO's engine, which ends after a second the upgrades that it
  // does not know, leaves these alone.
  it('is waited for no longer than ten seconds', async () => {
    const socket = await dialRaw(app).opened();
    expect(await socket.waitForEnd()).toBe('4401');
    expect(socket.frames).toEqual([]);
  });

  it('with too many wrong keys is refused as limited, while right ones pass', async () => {
    const strict = await startApp({ env: { FAILED_KEYS_PER_MINUTE: '2' } });
    const wrong = () => refused(strict, auth({ api_key: 'ck_user_x_y_z' }));
    expect([await wrong(), await wrong(), await wrong()]).toEqual([
      ['a invalid_key', '4401'],
      ['a invalid_key', '4401'],
      ['a rate_limited', '4429'],
    ]);
    await connectRaw(strict, (await (await strict.client()).login('alice')).key);
    closeRawSockets();
    await strict.stop();
  });
});

describe('an upgrade', () => {
  it('is taken at its own path, beside Socket.IO’s, and refused at once elsewhere', async () => {
    for (const path of ['/', '/api/v1/websocket', '/api/v1/websocket/open/', '/socketsx', '/api/v1/rooms']) {
      const socket = dialRaw(app, { path });
      expect([path, await until('the refusal', () => socket.refusedWith)]).toEqual([path, 404]);
    }
    const alice = await client.login('alice');
    const both = [await connect(app, alice.key), await connectRaw(app, alice.key)];
    for (const socket of both) expect(await socket.get('ping', {})).toBeDefined();
  });

  it('that is none is answered as HTTP', async () => {
    const { port } = new URL(app.url);
    const ask = (head: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connectTcp(Number(port), '127.0.0.1', () => socket.write(head));
        let answer = '';
        socket.on('data', (data) => (answer += String(data)));
        socket.on('close', () => resolve(answer.split('\r\n')[0]!));
        socket.on('error', reject);
      });
    const upgrade = (more: string) =>
      ask(`GET /api/v1/websocket/open HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${more}\r\n\r\n`);
    expect(await upgrade('websocket')).toMatch(/ 400 /);
    expect(await upgrade('h2c')).toMatch(/ 400 /);
    expect(await upgrade('websocket\r\nSec-WebSocket-Version: 1\r\nSec-WebSocket-Key: x')).toMatch(/ 400 /);
    expect((await app.request('GET', '/websocket/open')).status).toBe(404);
  });
});

describe('a frame', () => {
  it('that is none is answered, and the connection goes on', async () => {
    const socket = await connectRaw(app, (await client.login('alice')).key);
    const answers: [string, unknown, string][] = [
      ['{', null, 'malformed_json'],
      ['', null, 'malformed_json'],
      ['[]', null, 'bad_request'],
      ['17', null, 'bad_request'],
      ['{"type":"ping","id":"x","payload":{}}', 'x', 'validation_failed'],
      ['{"type":"ping","id":{}}', null, 'validation_failed'],
      ['{"id":"x"}', 'x', 'validation_failed'],
      ['{"type":"no.such","id":"x"}', 'x', 'bad_request'],
      ['{"type":"__proto__","id":"x","data":{}}', 'x', 'bad_request'],
      ['{"type":"ack","id":"x","data":{}}', 'x', 'bad_request'],
      ['{"type":"session.ready","id":"x","data":{}}', 'x', 'bad_request'],
      ['{"type":"auth","id":"x","data":{}}', 'x', 'bad_request'],
      ['{"type":"ping","id":"x","data":{"surprise":1}}', 'x', 'validation_failed'],
      ['{"type":"message.send","id":"x","data":null}', 'x', 'validation_failed'],
    ];
    for (const [frame, id, code] of answers) {
      const before = socket.frames.length;
      socket.send(frame);
      const answer = await until('an answer', () => socket.frames[before]);
      expect([frame, answer]).toEqual([
        frame,
        { type: 'ack', id, ok: false, error: expect.objectContaining({ code, errors: expect.any(Array) }) },
      ]);
    }
    expect(await socket.get('ping', {})).toEqual({ server_time: expect.any(String) });
    socket.tell('ping', {});
    socket.tell('message.send', { room_id: 'junk' });
    const before = socket.frames.length;
    await socket.get('ping', {});
    expect(socket.frames).toHaveLength(before + 1);
    expect(socket.closed).toBeUndefined();
  });

  it('that is binary, or no UTF-8, ends the connection with the code for it', async () => {
    const { key } = await client.login('alice');
    const binary = await connectRaw(app, key);
    binary.send(Buffer.from('{"type":"ping"}'));
    expect(await binary.waitForEnd()).toBe('1003');
    const broken = await connectRaw(app, key);
    broken.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect(await broken.waitForEnd()).toBe('1007');
  });

  it('of WebSocket itself is answered: pings, and a close', async () => {
    const socket = await connectRaw(app, (await client.login('alice')).key);
    let ponged = '';
    socket.socket.on('pong', (data) => (ponged = String(data)));
    socket.socket.ping('there?');
    await until('the pong', () => ponged === 'there?');
    socket.socket.close(1000);
    expect(await socket.waitForEnd()).toBe('1000');
  });
});

const nested = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);

describe('junk', () => {
  it('from twenty connections at once leaves the others untouched, and no trace in the logs', async () => {
    const good = await connectRaw(app, (await client.login('alice')).key);
    const { key } = await client.login('mallory');
    const frames = (): (string | Buffer)[] => [
      randomBytes(64),
      randomBytes(64).toString('latin1'),
      '',
      'null',
      '{"type":"auth"}',
      '{"type":"auth","id":"x","data":{"api_key":"x"}}',
      JSON.stringify(auth({ api_key: key })),
      `{"type":"ping","id":"${'x'.repeat(100_000)}"}`,
      `{"type":"${'x'.repeat(100_000)}","id":1}`,
      `{"type":"message.send","id":1,"data":${nested(20_000)}}`,
      `{"type":"message.send","id":1,"data":{"room_id":"\\u0000","content":"\\ud800"}}`,
      '{"type":"sync.resume","id":1,"data":{"rooms":[null,5,{}]}}',
      '['.repeat(50_000),
      '42["ping",{}]',
      '{"type":"ping","id":1,"data":[]}',
      '{"type":"ping","type":"pong","id":1}',
    ];
    const sockets = await Promise.all(Array.from({ length: 20 }, () => dialRaw(app).opened()));
    // Half of them with a session first; each begins elsewhere in the list.
    await Promise.all(
      sockets.map(async (socket, nth) => {
        if (nth % 2 === 0) socket.send(auth({ api_key: key }));
        for (const [index] of frames().entries()) {
          if (socket.socket.readyState !== WebSocket.OPEN) return;
          socket.send(frames()[(index + nth) % frames().length]!);
          await new Promise(setImmediate);
        }
      }),
    );
    expect(await good.ask('ping', {})).toMatchObject({ ok: true });
    for (const { socket } of sockets) socket.terminate();
    expect(good.closed).toBeUndefined();
    expect(await app.errors()).toEqual([]);
  });

  it('below the protocol ends the connection, and only that', async () => {
    const good = await connectRaw(app, (await client.login('alice')).key);
    const bad: RawTestSocket[] = [];
    for (const bytes of [randomBytes(100), Buffer.from([0x81, 0x01, 0x41]), Buffer.from([0xf1, 0x80, 0, 0, 0, 0])]) {
      const socket = await dialRaw(app).opened();
      (socket.socket as unknown as { _socket: { write(data: Buffer): void } })._socket.write(bytes);
      bad.push(socket);
    }
    for (const socket of bad.slice(1)) await socket.waitForEnd();
    expect(await good.get('ping', {})).toBeDefined();
  });
});

describe('a connection that does not read', () => {
  it('is let go of before what waits for it grows without bound, with 4408 when it reads again', async () => {
    const [alice, bob] = [await client.login('alice'), await client.login('bob')];
    const room = await makeRoom(client, ['alice', 'bob']);
    const reading = await connectRaw(app, bob.key);
    const slow = await connectRaw(app, alice.key);
    slow.socket.pause();
    const connections = async (): Promise<number> => {
      const { body } = await app.request<string>('GET', '//metrics');
      return Number(/^chatapi_sockets_connected\{transport="websocket"\} (\d+)$/m.exec(body)![1]);
    };
    // As large as messages may be: 40 kB each on the wire.
    const big = '😀'.repeat(10_000);
    const send = () => say(client.master('bob').request, room.id, big);
    for (let sent = 20; sent <= 600 && (await connections()) === 2; sent += 20) {
      await Promise.all(Array.from({ length: 20 }, send));
      await until('the other', () => reading.bodies('message.created').length === sent, { every: 1 });
    }
    await until('the slow one to be let go', async () => (await connections()) === 1);
    slow.socket.resume();
    expect(await slow.waitForEnd()).toBe('4408');
    expect(await reading.get('ping', {})).toBeDefined();
  });
});
