import { Cleanups } from '../support/cleanups.js';
import { Alone, Cluster, type Fleet } from '../support/fleet.js';
import { TestDatabase } from '../support/postgres.js';
import { Receiver } from '../support/receiver.js';
import { TestRedis } from '../support/redis.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

const MESSAGES = 120;
const ENDPOINTS = [{}, { ordered_by: 'room' }, { rate_limit_per_second: 60 }];

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

const KINDS: [string, (database: TestDatabase) => Promise<Fleet>][] = [
  ['the only process', (database) => Alone.start(database)],
  [
    'one of two workers',
    async (database) => {
      const redis = await TestRedis.start();
      cleanups.add(() => redis.stop());
      return Cluster.start(database, redis, 2);
    },
  ],
];

it.each(KINDS)('plans each event once, and tells all of them, when %s is killed meanwhile', async (_, start) => {
  const database = await TestDatabase.create();
  cleanups.add(() => database.drop());
  const receiver = await Receiver.start();
  cleanups.add(() => receiver.stop());
  const fleet = await start(database);
  cleanups.add(() => fleet.stop());
  const truth = new Truth(database);

  const client = await fleet.door.client();
  for (const [at, more] of ENDPOINTS.entries()) {
    const body = { url: `${receiver.url}/${at}`, event_types: ['message.created'], ...more };
    expect((await client.request('POST', '/webhooks/endpoints', { body })).status).toBe(201);
  }
  const room = await client.request('POST', '/rooms', { body: { room_type: 'group', name: 'R', members: ['ann'] } });
  const sends = Array.from({ length: MESSAGES }, (_, n) =>
    client
      .master('ann')
      .request('POST', `/rooms/${room.body.id}/messages`, { body: { content: `m${n}` } })
      .catch(() => undefined),
  );
  // In the middle of sending, planning and telling.
  await receiver.waitFor(10);
  await fleet.killOne();
  await Promise.all(sends);
  await truth.expireLeases();

  const committed = await database.query<{ id: string }>(
    `select id::text as id from events where type = 'message.created' and client_id = $1 order by rev`,
    [client.id],
  );
  expect(committed.length).toBeGreaterThan(0);
  const told = (path: string) =>
    receiver.requests.filter((one) => one.path === path).map(({ headers }) => String(headers['webhook-id']));
  for (const at of ENDPOINTS.keys()) {
    const look = async (): Promise<boolean> => {
      await truth.bringRetriesForward();
      return new Set(told(`/${at}`)).size === committed.length;
    };
    await until(`all at /${at}`, look, { timeout: 60_000, every: 200 });
  }
  const planned = await database.query<{ event_id: string; n: number }>(
    'select event_id::text, count(*)::int as n from endpoint_messages group by 1',
  );
  expect(planned.map(({ event_id }) => event_id).toSorted()).toEqual(committed.map(({ id }) => id).toSorted());
  expect(new Set(planned.map(({ n }) => n))).toEqual(new Set([ENDPOINTS.length]));
  // In the order of the room: what comes again comes before its successor.
  expect([...new Set(told('/1'))]).toEqual(committed.map(({ id }) => id));
});
