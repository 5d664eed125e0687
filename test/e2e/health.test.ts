import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { startApp, type TestApp } from '../support/app.js';
import { makeRoom, say } from '../support/chat.js';
import { TestDatabase } from '../support/postgres.js';
import { Proxy } from '../support/proxy.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

const REPORTS = ['//health', '//health/ready', '/utils/health-check'];

describe('health', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let toDatabase: Proxy;
  let toRedis: Proxy;
  let app: TestApp;

  beforeAll(async () => {
    [database, redis] = await Promise.all([TestDatabase.create(), TestRedis.start()]);
    toDatabase = await Proxy.start(database.url);
    toRedis = await Proxy.start(redis.url);
    app = await startApp({
      database,
      env: { DATABASE_URL: toDatabase.through(database.url), REDIS_URL: toRedis.through(redis.url) },
    });
  });

  afterAll(async () => {
    toDatabase.mend();
    toRedis.mend();
    await app.stop();
    await Promise.all([toDatabase.stop(), toRedis.stop(), redis.stop()]);
    await database.drop();
  });

  const statusOf = async (path: string) => (await app.request('GET', path)).status;
  const becomes = (state: string) =>
    until(`health ${state}`, async () => (await app.request('GET', '//health')).body.status === state);

  it.each(REPORTS)('%s is 200 while everything answers, and names the parts', async (path) => {
    const { status, body } = await app.request('GET', path);
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'ok',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      checks: { database: 'up', schema: 'up', queue: 'up', redis: 'up', log_readers: 'up' },
    });
  });

  it('is 200 degraded while Redis is away, and recovers', async () => {
    toRedis.cut();
    await becomes('degraded');
    for (const path of REPORTS) expect(await statusOf(path)).toBe(200);
    const { checks } = (await app.request('GET', '//health')).body;
    expect(checks).toMatchObject({ database: 'up', redis: 'down' });
    toRedis.mend();
    await becomes('ok');
  });

  it('is 503 while the database is away, alive all the same, and recovers', async () => {
    expect(await statusOf('//health/db')).toBe(200);
    toDatabase.cut();
    await becomes('unavailable');
    for (const path of [...REPORTS, '//health/db']) expect(await statusOf(path)).toBe(503);
    expect(await statusOf('//health/live')).toBe(200);
    toDatabase.mend();
    await becomes('ok');
    expect(await statusOf('//health/db')).toBe(200);
  });
});

describe('readiness', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());

  const ready = () => app.request('GET', '//health/ready');

  it('is 503 while the schema is behind', async () => {
    // Not asked yet: a schema that was found current is not asked for again.
    const taken = await app.sql('delete from migrations returning *');
    expect(taken.length).toBeGreaterThan(0);
    const { status, body } = await ready();
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'unavailable', checks: { database: 'up', schema: 'down' } });
    await app.sql('insert into migrations select * from json_populate_recordset(null::migrations, $1)', [
      JSON.stringify(taken),
    ]);
    await until('it to be found current', async () => (await ready()).status === 200);
  });

  it('is 503 draining as soon as a stop has begun, while work in hand is finished', async () => {
    const client = await app.client();
    const room = await makeRoom(client, ['alice']);
    expect((await ready()).status).toBe(200);
    const holder = await app.database.connect();
    await holder.query('begin');
    // Not the room, for which a send waits five seconds at most.
    await holder.query('lock table messages in exclusive mode');
    const sending = say(client.master('alice').request, room.id, 'last words');
    await until('the send to wait', async () => (await app.database.waitingForLocks()) > 0);
    const stopped = app.stop();
    const { body } = await until('the stop to begin', async () => {
      // An idle connection that the stop closes may be the one that the question has just been put on.
      const answer = await ready().catch(() => undefined);
      return answer?.status === 503 && answer;
    });
    expect(body.status).toBe('draining');
    await holder.query('commit');
    await holder.end();
    expect(await sending).toMatchObject({ content: 'last words', seq: 1 });
    await stopped;
  });
});

describe('a stop', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.stop());

  // Each fails unless the stop ends in time: else its exit code is not 0.
  const opens = async (): Promise<Socket> => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return socket;
  };
  const known = () => app.request('GET', '//health/live'); // by its answer the server knows what was opened before

  it.each([
    ['nothing was ever asked', ''],
    ['half a question was asked', 'GET /health/live HTTP/1.1\r\nHos'],
  ])('does not wait for a connection on which %s', async (_, sent) => {
    const socket = await opens();
    const ended = once(socket, 'close');
    socket.write(sent);
    await known();
    await expect(app.stop()).resolves.toBeUndefined();
    await ended;
  });

  it('does not wait for a connection that its client keeps, once the request in hand is answered', async () => {
    const client = await app.client();
    const room = await makeRoom(client, ['alice']);
    const holder = await app.database.connect();
    await holder.query('begin');
    await holder.query('select 1 from rooms where id = $1 for update', [room.id]);
    const socket = await opens();
    const ended = once(socket, 'close');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    const body = JSON.stringify({ content: 'last words' });
    socket.write(
      [
        `POST /api/v1/rooms/${room.id}/messages HTTP/1.1`,
        'Host: localhost',
        `Authorization: Bearer ${client.key}`,
        'X-User-Id: alice',
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
    );
    await until('the send to wait', async () => (await app.database.waitingForLocks()) > 0);
    const stopped = app.stop();
    await until('the stop to begin', () =>
      known().then(
        () => false,
        () => true,
      ),
    );
    await holder.query('commit');
    await holder.end();
    await ended;
    await stopped;
    expect(answer).toMatch(/^HTTP\/1.1 201 /);
    expect(answer).toMatch(/^connection: close\r$/im);
    expect(answer).toContain('last words');
  });
});
