import fc from 'fast-check';
import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, ok } from '../support/chat.js';
import { TestRedis } from '../support/redis.js';
import { Replica } from '../support/replica.js';
import { closeSockets, connect } from '../support/socket.js';

const USERS = ['ann', 'bob', 'cid'];
const ROOMS = 2;
const RUNS = process.env.TEST_FULL ? 100 : 5;

/** What happens, by small numbers that name users, rooms, messages and nodes. */
const step = fc.record({
  what: fc.constantFrom(
    ...'send send send edit delete hide react unreact read rename join kick role freeze truncate drop drop come come poll'.split(
      ' ',
    ),
  ),
  user: fc.nat(USERS.length - 1),
  room: fc.nat(ROOMS - 1),
  nth: fc.nat(6),
  node: fc.nat(1),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/**
 * Whoever comes and goes ends where those are who never left: random operations, drops and returns, on two nodes. The seed
 * of a failure is printed; `fc.assert`'s `seed` and `path` run it again.
 */
describe('a client that knows only its positions', () => {
  let redis: TestRedis;
  let nodes: TestApp[];
  let client: TestClient;

  beforeAll(async () => {
    redis = await TestRedis.start();
    const env = { REDIS_URL: redis.url };
    const first = await startApp({ env });
    nodes = [first, await startApp({ env, database: first.database })];
  });
  afterAll(async () => {
    for (const node of nodes?.toReversed() ?? []) await node.stop();
    await redis?.stop();
  });
  afterEach(closeSockets);

  async function run(steps: Step[]): Promise<void> {
    client = await nodes[0]!.client();
    const keys = await Promise.all(USERS.map(async (user) => (await client.login(user)).key));
    const rooms = [];
    for (let n = 0; n < ROOMS; n++) rooms.push((await makeRoom(client, USERS, { name: `room ${n}` })).id);
    const sent = rooms.map((): string[] => []);
    const of = (user: number, node: number) => nodes[node]!.requester(keys[user]!);

    const [steady, fickle] = [new Replica(of(0, 0)), new Replica(of(0, 1))];
    await Promise.all([steady.begin(), fickle.begin()]);
    await steady.attach(await connect(nodes[0]!, keys[0]!));

    for (const { what, user, room, nth, node } of steps) {
      const id = rooms[room]!;
      const path = `/rooms/${id}`;
      const message = sent[room]![nth % Math.max(1, sent[room]!.length)];
      const call = (method: string, to: string, body?: object) =>
        nodes[node]!.request(method, to, {
          key: client.key,
          ...(body && { body }),
          headers: { 'x-user-id': USERS[user]! },
        });
      const asClient = (method: string, to: string, body?: object) =>
        nodes[node]!.request(method, to, { key: client.key, ...(body && { body }) });
      switch (what) {
        case 'send': {
          const mentions = nth === 0 ? [{ type: 'room' }] : [];
          const { status, body } = await call('POST', `${path}/messages`, {
            content: `${nth} by ${USERS[user]}`,
            mentions,
          });
          if (status === 201) sent[room]!.push(body.id);
          break;
        }
        case 'edit':
          if (message) await asClient('PATCH', `${path}/messages/${message}`, { content: `edited ${nth}` });
          break;
        case 'delete':
          if (message) await asClient('DELETE', `${path}/messages/${message}`);
          break;
        case 'hide':
          if (message) await call('DELETE', `${path}/messages/${message}?for=me`);
          break;
        case 'react':
        case 'unreact':
          if (message)
            await call(what === 'react' ? 'PUT' : 'DELETE', `${path}/messages/${message}/reactions/k${nth % 2}`);
          break;
        case 'read':
          await call('POST', `${path}/read`, { seq: nth });
          break;
        case 'rename':
          await asClient('PATCH', path, { name: `name ${nth}` });
          break;
        case 'join':
          await asClient('POST', `${path}/members`, { user_id: USERS[user] });
          break;
        case 'kick':
          await asClient('DELETE', `${path}/members/${USERS[user]}`);
          break;
        case 'role':
          await asClient('PATCH', `${path}/members/${USERS[user]}`, { role: ['admin', 'member'][nth % 2] });
          break;
        case 'freeze':
          await asClient('POST', `${path}/${nth % 2 ? 'freeze' : 'unfreeze'}`, {});
          break;
        case 'truncate':
          await asClient('POST', `${path}/truncate`, { before_seq: nth + 1 });
          break;
        case 'drop':
          fickle.detach();
          break;
        case 'come':
          fickle.detach();
          await fickle.attach(await connect(nodes[node]!, keys[0]!));
          break;
        case 'poll':
          await fickle.catchUp();
      }
    }

    const fresh = new Replica(of(0, 0));
    await Promise.all([steady.settle(), fickle.settle(), fresh.begin()]);
    // Markers and private things are told with an answer, not by the room's events.
    await fresh.settle();
    expect(steady.state()).toEqual(fresh.state());
    expect(fickle.state()).toEqual(fresh.state());
    steady.detach();
    fickle.detach();
    ok(await nodes[1]!.request('GET', '/clients/me', { key: client.key }));
  }

  it(
    'rebuilds exactly the state of one that never left',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), run),
        // Shrinking would take longer than a test may; the steps that failed are printed whole.
        { numRuns: RUNS, endOnFailure: true, interruptAfterTimeLimit: RUNS * 10_000, markInterruptAsFailure: false },
      );
    },
    RUNS * 20_000,
  );
});
