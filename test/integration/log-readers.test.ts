import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { LoggedEvent, LogReader } from '../../src/engine/events/log-reader.js';
import { LogReaderLoop } from '../../src/engine/events/log-reader-loop.js';
import { LogReaders } from '../../src/engine/events/log-readers.js';
import { LogReadersRepository } from '../../src/engine/events/log-readers.repository.js';
import { advanceEpoch } from '../../src/platform/database/advance-epoch.js';
import { Database, type Tx } from '../../src/platform/database/database.js';
import { messageCreated } from '../../src/messaging/messages/messages.events.js';
import type { TestClient } from '../support/app.js';
import { makeRoom, ok, say } from '../support/chat.js';
import { NestApp } from '../support/nest-app.js';
import { rowsRead, watchStatements, type PlanNode } from '../support/statements.js';
import { until } from '../support/until.js';

let app: NestApp;
let client: TestClient;
const loops: LogReaderLoop[] = [];
const writers: Client[] = [];

beforeAll(async () => {
  app = await NestApp.start();
  // What a reader does, in the transaction of its place.
  await app.sql('create table taken_in (n bigserial, reader text, event_id uuid, stream_id uuid, rev bigint)');
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await app.client();
});
afterEach(async () => {
  await Promise.all(loops.splice(0).map((loop) => loop.stop()));
  await Promise.all(writers.splice(0).map((writer) => writer.end()));
});

/** A reader that writes down what it is handed. */
function readerOf(fields: Partial<LogReader> = {}): LogReader & { name: string } {
  const name = `reader ${randomUUID()}`;
  return {
    name,
    types: [messageCreated.type],
    from: 'end',
    handle: (tx, events) => takeIn(tx, name, events),
    ...fields,
  };
}

async function takeIn(tx: Tx, name: string, events: readonly LoggedEvent<never>[]): Promise<void> {
  for (const { id, stream_id, rev } of events) {
    await tx.execute('insert into taken_in (reader, event_id, stream_id, rev) values ($1, $2, $3, $4)', [
      name,
      id,
      stream_id,
      rev,
    ]);
  }
}

const start = (reader: LogReader): LogReaderLoop => {
  const loop = new LogReaderLoop(reader, app.get(LogReadersRepository), app.get(Database), 20);
  loops.push(loop);
  return loop;
};

/** A reader's first place, before anything happens that it is to take in. */
const place = (reader: LogReader) => app.get(LogReadersRepository).find(reader.name, reader.from);

const takenIn = async ({ name }: LogReader): Promise<{ event_id: string; stream_id: string; rev: number }[]> =>
  app.sql('select event_id, stream_id, rev from taken_in where reader = $1 order by n', [name]);

const eventIdsOf = async (roomId: string): Promise<string[]> =>
  (await app.sql(`select id from events where stream_id = $1 and type = 'message.created' order by rev`, [roomId])).map(
    ({ id }) => id,
  );

/** A transaction that has written an event of a stream of its own, and is not committed. */
async function writing(): Promise<{ id: string; commit: () => Promise<unknown> }> {
  const writer = await app.database.connect();
  writers.push(writer);
  const id = randomUUID();
  await writer.query('begin');
  await writer.query(
    `insert into events (client_id, stream_type, stream_id, epoch, rev, id, type, actor_type, occurred_at)
     select $1, 'room', $2, generation || '.1', 1, $2, 'message.created', 'client', clock_timestamp() from installation`,
    [client.id, id],
  );
  return { id, commit: () => writer.query('commit') };
}

describe('a reader of the log', () => {
  it('takes in each event of its types once, in the order of each stream', async () => {
    const reader = readerOf({ batch: 3 });
    await place(reader);
    app.get(LogReaders).register(reader);
    const rooms = [await makeRoom(client, ['alice']), await makeRoom(await app.client(), ['alice'])];
    const alice = client.master('alice').request;
    for (let n = 0; n < 20; n++) await say(alice, rooms[0]!.id, `number ${n}`);
    ok(await client.request('PATCH', `/rooms/${rooms[0]!.id}`, { body: { name: 'Not its type' } }));
    await say(alice, rooms[0]!.id, 'the last');
    const wanted = await eventIdsOf(rooms[0]!.id);
    expect(wanted).toHaveLength(21);
    await until('all of them', async () => (await takenIn(reader)).length >= 21);
    expect((await takenIn(reader)).map(({ event_id }) => event_id)).toEqual(wanted);
  });

  it('is handed only what it asks for, goes past the rest, and is told no more of it than it asks for', async () => {
    const room = await makeRoom(client, ['alice']);
    const told: object[] = [];
    const reader: LogReader<'seq'> = {
      ...readerOf({ batch: 2 }),
      where: 'seq % 3 = 0',
      columns: ['seq'],
      handle: async (tx, events) => {
        told.push(...events);
        await takeIn(tx, reader.name, events);
      },
    };
    await place(reader);
    for (let n = 1; n <= 7; n++) await say(client.master('alice').request, room.id, `number ${n}`);
    start(reader);
    const wanted = (await eventIdsOf(room.id)).filter((_, at) => (at + 1) % 3 === 0);
    const [last] = await app.sql('select stream_id, rev from events where stream_id = $1 order by rev desc limit 1', [
      room.id,
    ]);
    await until('it to be at the end', async () => {
      const { stream_id, rev } = await place(reader);
      return stream_id === last.stream_id && rev === last.rev;
    });
    expect((await takenIn(reader)).map(({ event_id }) => event_id)).toEqual(wanted);
    const facts = ['client_id', 'id', 'occurred_at', 'rev', 'seq', 'stream_id', 'type'];
    expect(told.map((event) => Object.keys(event).toSorted())).toEqual(wanted.map(() => facts));
  });

  it('begins where it is told to', async () => {
    const room = await makeRoom(client, ['alice']);
    await say(client.master('alice').request, room.id, 'before');
    // The end is before all that still runs: of the service itself, too.
    await until('whatever runs since before it to end', async () => {
      const [{ ended }] = await app.sql(
        'select bool_and(tx < pg_snapshot_xmin(pg_current_snapshot())) as ended from events where room_id = $1',
        [room.id],
      );
      return ended;
    });
    const [late, early] = [readerOf(), readerOf({ from: 'beginning' })];
    await place(late);
    await say(client.master('alice').request, room.id, 'after');
    start(early);
    start(late);
    const [before, after] = await eventIdsOf(room.id);
    await until('both', async () => (await takenIn(early)).some(({ event_id }) => event_id === after));
    await until('the later one', async () => (await takenIn(late)).length > 0);
    expect((await takenIn(early)).map(({ event_id }) => event_id)).toContain(before);
    expect((await takenIn(late)).map(({ event_id }) => event_id)).toEqual([after]);
  });

  it('skips nothing that commits late: it waits for the older of two transactions', async () => {
    const reader = readerOf();
    await place(reader);
    const older = await writing();
    const younger = await writing();
    await younger.commit();
    start(reader);
    const repository = app.get(LogReadersRepository);
    await until('the younger one to be seen', async () => {
      const { occurred_at, ready } = await repository.peek(reader.name, await place(reader));
      return occurred_at !== null && ready === false;
    });
    expect(await takenIn(reader)).toEqual([]);
    await older.commit();
    await until('both', async () => (await takenIn(reader)).length === 2);
    expect((await takenIn(reader)).map(({ event_id }) => event_id)).toEqual([older.id, younger.id]);
  });

  it('leaves no half of its work when its connection is killed in the middle, and does it again', async () => {
    let calls = 0;
    const reader = readerOf({
      handle: async (tx, events) => {
        await takeIn(tx, reader.name, events);
        if (++calls > 1) return;
        const [{ pid }] = (await tx.query<{ pid: number }>('select pg_backend_pid() as pid')) as [{ pid: number }];
        await app.sql('select pg_terminate_backend($1)', [pid]);
        await tx.query('select 1');
      },
    });
    await place(reader);
    const room = await makeRoom(client, ['alice']);
    for (let n = 0; n < 5; n++) await say(client.master('alice').request, room.id, `number ${n}`);
    start(reader);
    await until('all of them', async () => (await takenIn(reader)).length >= 5);
    expect((await takenIn(reader)).map(({ event_id }) => event_id)).toEqual(await eventIdsOf(room.id));
    expect(calls).toBeGreaterThan(1);
  });

  it('runs once, however many processes have it', async () => {
    let atOnce = 0;
    let most = 0;
    const reader = readerOf({
      batch: 5,
      handle: async (tx, events) => {
        most = Math.max(most, ++atOnce);
        await takeIn(tx, reader.name, events);
        atOnce--;
      },
    });
    await place(reader);
    for (let n = 0; n < 4; n++) start(reader);
    const room = await makeRoom(client, ['alice']);
    await Promise.all(Array.from({ length: 100 }, (_, n) => say(client.master().request, room.id, `number ${n}`)));
    await until('all of them', async () => (await takenIn(reader)).length >= 100);
    expect((await takenIn(reader)).map(({ event_id }) => event_id)).toEqual(await eventIdsOf(room.id));
    expect(most).toBe(1);
  });

  it('sets an event aside that it fails at for good, goes on, and tries it again until it succeeds', async () => {
    let poison = '';
    const reader = readerOf({
      handle: async (tx, events) => {
        if (events.some(({ id }) => id === poison)) throw new Error('cannot be taken in');
        await takeIn(tx, reader.name, events);
      },
    });
    await place(reader);
    const room = await makeRoom(client, ['alice']);
    for (let n = 0; n < 9; n++) await say(client.master().request, room.id, `number ${n}`);
    const wanted = await eventIdsOf(room.id);
    poison = wanted[4]!;
    start(reader);
    await until('the others', async () => (await takenIn(reader)).length >= 8);
    expect((await takenIn(reader)).map(({ event_id }) => event_id)).toEqual(wanted.filter((id) => id !== poison));
    const failure = 'select event_id, reason, attempts from log_reader_failures where reader = $1';
    expect(await app.sql(failure, [reader.name])).toEqual([
      { event_id: poison, reason: 'cannot be taken in', attempts: 1 },
    ]);
    expect((await app.request('GET', '//metrics')).body).toMatch(
      new RegExp(`chatapi_log_reader_failures_total{reader="${reader.name}"} [1-9]`),
    );
    // Of those that the application knows of it says how many are set aside.
    app.get(LogReaders).register(reader);
    const setAside = async (n: number) =>
      (await app.request('GET', '//metrics')).body.includes(
        `chatapi_log_reader_set_aside_events{reader="${reader.name}"} ${n}\n`,
      );
    await until('the metric to tell of it', () => setAside(1));

    const due = `update log_reader_failures set next_attempt_at = clock_timestamp() where reader = $1`;
    await app.sql(due, [reader.name]);
    await until('another attempt', async () => (await app.sql(failure, [reader.name]))[0].attempts === 2);
    poison = '';
    await app.sql(due, [reader.name]);
    await until('it to succeed', async () => (await takenIn(reader)).length === 9);
    await until('nothing to be left', async () => (await app.sql(failure, [reader.name])).length === 0);
    await until('the metric to tell of that', () => setAside(0));
  });

  it('reads on in another cluster, where transactions are counted anew', async () => {
    const reader = readerOf();
    await place(reader);
    const room = await makeRoom(client, ['alice']);
    for (const content of ['read', 'not read yet']) await say(client.master().request, room.id, content);
    const [first, second] = await eventIdsOf(room.id);
    // As a dump of a cluster leaves it that had come further: the reader had read the first of the two.
    await app.sql(`update events set tx = (tx::text::bigint + 1000000000)::text::xid8`);
    await app.sql(
      `update log_readers l set tx = e.tx, stream_id = e.stream_id, rev = e.rev, read_at = e.occurred_at
         from events e where e.id = $1 and l.name = $2`,
      [first, reader.name],
    );
    const { installation } = app.get(Database);
    const before = installation.generation;
    await advanceEpoch(app.database.url);
    await until('the new history to be known', async () => {
      await app.request('GET', `/rooms/${room.id}`, { key: client.key });
      return installation.generation !== before;
    });
    await until('a message', () => say(client.master().request, room.id, 'new').catch(() => null));
    const wanted = (await eventIdsOf(room.id)).slice(1);
    expect(wanted).toHaveLength(2);
    start(reader);
    await until('both', async () => (await takenIn(reader)).length >= 2);
    await say(client.master().request, room.id, 'and on');
    await until('what came after', async () => (await takenIn(reader)).length >= 3);
    expect((await takenIn(reader)).map(({ event_id }) => event_id)).toEqual((await eventIdsOf(room.id)).slice(1));
    expect(wanted).toContain(second);
  });

  it('tells how far behind it is, and readiness is degraded beyond a minute', async () => {
    let free: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => (free = resolve));
    const reader = readerOf({ handle: () => blocked });
    app.get(LogReaders).register(reader);
    await place(reader);
    const room = await makeRoom(client, ['alice']);
    await say(client.master().request, room.id, 'waits');
    // Those of the room, too, which may be in the same batch.
    await app.sql(`update events set occurred_at = occurred_at - interval '2 minutes' where client_id = $1`, [
      client.id,
    ]);
    try {
      await until(
        'health to tell',
        async () => (await app.request('GET', '//health/ready')).body.status === 'degraded',
      );
      const { status, body } = await app.request('GET', '//health/ready');
      expect([status, body.checks.log_readers]).toEqual([200, 'behind']);
      const lag = new RegExp(`chatapi_log_reader_lag_seconds{reader="${reader.name}"} 1[2-9]\\d`);
      expect((await app.request('GET', '//metrics')).body).toMatch(lag);
    } finally {
      free();
    }
    await until('health to recover', async () => (await app.request('GET', '//health/ready')).body.status === 'ok');
  });
});

it('reads of a day without statistics what is behind its place, and not the day', async () => {
  const [{ day }] = await app.sql(`select to_char(now(), 'YYYYMMDD') as day`);
  await app.sql(`alter table events_${day} set (autovacuum_enabled = false)`);
  // A transaction each.
  for (let batch = 0; batch < 25; batch++) {
    await app.sql(
      `insert into events (client_id, stream_type, stream_id, epoch, rev, id, type, v, occurred_at, actor_type, data)
       select $1, 'client', $1, generation || '.test', $2 * 1000 + n, gen_random_uuid(), 'test.young', 1, clock_timestamp(),
              'system', jsonb_build_object('content', repeat('x', 250)) from installation, generate_series(1, 1000) n`,
      [client.id, batch],
    );
  }
  const reader = readerOf({ types: 'all' });
  const repository = app.get(LogReadersRepository);
  const place = await repository.find(reader.name, 'end');
  const [{ tx, stream_id, rev }] = await app.sql(
    `select tx::text as tx, stream_id, rev from events where client_id = $1 and type = 'test.young'
      order by tx desc, rev desc limit 1 offset 100`,
    [client.id],
  );
  const peek = () => repository.peek(reader.name, { ...place, tx, stream_id, rev });
  // Whatever is under way in any database of the server holds it back.
  await until('transactions before it to end', async () => (await peek()).ready);
  const asked = watchStatements();
  expect(await peek()).toMatchObject({ ready: true });
  const { events } = await app
    .get(Database)
    .transaction((own) =>
      repository.read(own, { ...place, tx, stream_id, rev, current: place.generation }, reader, 50),
    );
  expect(events).toHaveLength(50);
  const statements = asked(/occurred_at <= \$7/);
  jest.restoreAllMocks();
  expect(statements).toHaveLength(2);
  const read: number[] = [];
  for (const { text, values } of statements) {
    const [{ 'QUERY PLAN': plan }] = await app.sql(`explain (analyze, format json) ${text}`, values);
    read.push(rowsRead((plan as [{ Plan: PlanNode }])[0].Plan));
  }
  // Some steps of a plan hand on the same row; of twenty-five thousand there are these.
  expect(read[0]).toBeLessThan(20);
  expect(read[1]).toBeLessThan(1_000);
});
