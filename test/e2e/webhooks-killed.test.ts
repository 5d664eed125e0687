import { startApp, type TestApp } from '../support/app.js';
import { TestDatabase } from '../support/postgres.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

const MESSAGES = 120;

it('plans each event once, and tells all of them, when the process is killed meanwhile', async () => {
  const [database, receiver] = await Promise.all([TestDatabase.create(), Receiver.start()]);
  let app: TestApp | undefined;
  try {
    app = await startApp({ database });
    const client = await app.client();
    for (const more of [{}, { ordered_by: 'room' }]) {
      const body = { url: `${receiver.url}/${Object.keys(more).length}`, event_types: ['message.created'], ...more };
      expect((await client.request('POST', '/webhooks/endpoints', { body })).status).toBe(201);
    }
    const room = await client.request('POST', '/rooms', {
      body: { room_type: 'group', name: 'R', members: ['ann'] },
    });
    const sends = Array.from({ length: MESSAGES }, (_, n) =>
      client
        .master('ann')
        .request('POST', `/rooms/${room.body.id}/messages`, { body: { content: `m${n}` } })
        .catch(() => undefined),
    );
    // In the middle of sending, planning and telling.
    await receiver.waitFor(10);
    await app.kill();
    await Promise.all(sends);

    app = await startApp({ database });
    const committed = await database.query<{ id: string }>(
      `select id::text as id from events where type = 'message.created' and client_id = $1 order by rev`,
      [client.id],
    );
    expect(committed.length).toBeGreaterThan(0);
    const told = (path: string) =>
      receiver.requests.filter((one) => one.path === path).map(({ headers }) => String(headers['webhook-id']));
    for (const path of ['/0', '/1']) {
      await until(`all at ${path}`, () => new Set(told(path)).size === committed.length, { timeout: 60_000 });
    }
    const planned = await database.query<{ event_id: string; n: number }>(
      'select event_id::text, count(*)::int as n from endpoint_messages group by 1',
    );
    expect(planned.map(({ event_id }) => event_id).toSorted()).toEqual(committed.map(({ id }) => id).toSorted());
    expect(new Set(planned.map(({ n }) => n))).toEqual(new Set([2]));
    // In the order of the room: what comes again comes before its successor.
    expect([...new Set(told('/1'))]).toEqual(committed.map(({ id }) => id));
  } finally {
    await app?.stop();
    await Promise.all([receiver.stop(), database.drop()]);
  }
});
