import { Database } from '../../src/platform/database/database.js';
import { LifecycleRounds } from '../../src/messaging/lifecycle/lifecycle-rounds.js';
import { IN_INDEX_ORDER } from '../../src/platform/database/in-index-order.js';
import { NestApp } from '../support/nest-app.js';
import { watchStatements } from '../support/statements.js';

const ROOMS = 50_000;

describe('the lifecycle of many rooms', () => {
  let app: NestApp;
  let rounds: LifecycleRounds;
  let clientId: string;

  beforeAll(async () => {
    app = await NestApp.start();
    rounds = app.get(LifecycleRounds);
    clientId = (await app.client()).id;
    await app.sql(
      `insert into rooms (client_id, id, room_type, name, max_members, created_at, last_message_at, lifecycle_check_at)
       select $1, gen_random_uuid(), 'group', 'R', 10, now() - interval '90 days', now() - interval '1 day',
              now() + (n % 150 + 1) * interval '1 hour'
         from generate_series(1, ${ROOMS}) n`,
      [clientId],
    );
    await app.sql('analyze rooms');
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.stop());

  const due = async (): Promise<number> =>
    Number(
      (
        await app.sql(
          `select count(*) from rooms where lifecycle_check_at <= now() and status in ('active', 'deleted')`,
        )
      )[0].count,
    );
  const makeDue = (count: number, set = '') =>
    app.sql(
      `update rooms set lifecycle_check_at = now() - interval '1 minute' ${set}
        where id in (select id from rooms where client_id = $1 and status = 'active' and lifecycle_check_at > now() limit $2)`,
      [clientId, count],
    );
  /** How many pages PostgreSQL looks at for a statement. */
  const pagesOf = async ({ text, values }: { text: string; values: unknown[] }): Promise<[number, string]> => {
    const db = await app.get(Database).pool.connect();
    try {
      await db.query('begin');
      await db.query(IN_INDEX_ORDER);
      const { rows } = await db.query<{ 'QUERY PLAN': string }>(
        `explain (analyze, buffers, timing off) ${text}`,
        values,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      const [, hit, read] = /Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/.exec(plan)!;
      return [Number(hit ?? 0) + Number(read ?? 0), plan];
    } finally {
      await db.query('rollback');
      db.release();
    }
  };

  it('looks at those that are due, by the index, and at no others', async () => {
    const asked = watchStatements();
    await rounds.lookAtSome();
    const [look] = asked(/from rooms\s+where lifecycle_check_at <=/);
    const [idle, plan] = await pagesOf(look!);
    expect(plan).toMatch(/Index Scan using rooms_lifecycle .*\n\s+Index Cond: .*statement_timestamp\(\)/);
    expect(idle).toBeLessThan(20);
    await makeDue(1_000);
    // 200 rooms, and no more, however many are due.
    expect(Number(/LockRows .*rows=(\d+)/.exec((await pagesOf(look!))[1])![1])).toBe(200);
  });

  it('moves all that are due on in as many batches as that takes', async () => {
    const before = await due();
    expect(before).toBe(1_000);
    expect([await rounds.lookAtSome(), await due()]).toEqual([true, 800]);
    await rounds.run();
    expect(await due()).toBe(0);
    expect(await app.sql(`select from events where client_id = $1 and type like 'room.%'`, [clientId])).toEqual([]);
  });

  it('leaves out what somebody else holds, and comes back to it', async () => {
    await makeDue(10);
    const db = await app.database.connect();
    await db.query('begin');
    await db.query(
      `select from rooms where lifecycle_check_at <= now() and status = 'active' order by lifecycle_check_at limit 3 for update`,
    );
    await rounds.run();
    expect(await due()).toBe(3);
    await db.query('rollback');
    await db.end();
    await rounds.run();
    expect(await due()).toBe(0);
  });

  it('lets two at once deactivate each room once', async () => {
    await makeDue(600, `, last_message_at = now() - interval '40 days', deactivating_at = now() - interval '2 days'`);
    await Promise.all([rounds.run(), rounds.run()]);
    const events = await app.sql(
      `select stream_id, count(*) from events where client_id = $1 and type = 'room.deactivated' group by 1`,
      [clientId],
    );
    expect([events.length, events.every(({ count }) => Number(count) === 1)]).toEqual([600, true]);
    expect(
      await app.sql(`select from rooms where client_id = $1 and deactivated_reason = 'auto_inactive'`, [clientId]),
    ).toHaveLength(600);
  });

  it("looks at a client's rooms again when its settings change, and does not write to those that can wait", async () => {
    await app.sql(
      `update rooms set last_message_at = now() - interval '20 days' where id in (
         select id from rooms where client_id = $1 and status = 'active' limit 1500)`,
      [clientId],
    );
    await app.sql(`update clients set settings = '{"lifecycle": {"group": 10}}' where id = $1`, [clientId]);
    await app.sql(
      `insert into lifecycle_rescans (client_id, policy) values ($1, '[]')
       on conflict (client_id) do update set open = true, after = null, missed = false`,
      [clientId],
    );
    const held = await app.database.connect();
    await held.query('begin');
    await held.query(
      `select from rooms where last_message_at < now() - interval '19 days' and status = 'active' limit 5 for update`,
    );
    // A day before the ten are over.
    const [{ late }] = await app.sql(
      `select count(*)::int as late from rooms
        where client_id = $1 and status = 'active' and lifecycle_check_at > last_message_at + interval '9 days'`,
      [clientId],
    );
    const [{ before }] = await app.sql(`select pg_current_xact_id()::text as before`);
    const asked = watchStatements();
    while (await rounds.rescanSome());
    const batches = asked(/from rooms where client_id = \$1 and .*order by id limit/);
    expect(batches.length).toBe(Math.floor(ROOMS / 1_000) + 1);
    const [pages, plan] = await pagesOf(batches[50]!);
    expect(plan).toMatch(/Index Cond: \(\(client_id = [^)]*\) AND \(id > /);
    expect(pages).toBeLessThan(5_000);
    expect(await due()).toBe(1_495);
    const [{ touched }] = await app.sql(
      `select count(*)::int as touched from rooms where client_id = $1 and xmin::text::bigint >= $2::bigint`,
      [clientId, before],
    );
    expect([late < ROOMS / 10, touched]).toEqual([true, late - 5]);
    await held.query('rollback');
    await held.end();
    // Somebody held five of them: the rescan is not over.
    while (await rounds.rescanSome());
    expect(await due()).toBe(1_500);
    expect(await app.sql('select from lifecycle_rescans where open')).toEqual([]);
  });

  it('deletes a large room in batches, each of them bounded', async () => {
    const [room] = await app.sql(
      `insert into rooms (client_id, id, room_type, name, max_members, status, deleted_at, lifecycle_check_at)
       values ($1, gen_random_uuid(), 'group', 'L', 10, 'deleted', now() - interval '31 days', now()) returning id`,
      [clientId],
    );
    await app.sql(
      `insert into messages (client_id, room_id, seq, id, rev, sender_type, content_type, content, created_at, updated_at)
       select $1, $2, n, gen_random_uuid(), n, 'client', 'text', 'x', now(), now() from generate_series(1, 2500) n`,
      [clientId, room.id],
    );
    const left = async () =>
      Number((await app.sql('select count(*) from messages where room_id = $1', [room.id]))[0].count);
    while (await rounds.lookAtSome());
    const counts: number[] = [];
    while (await rounds.purgeSome()) counts.push(await left());
    expect(counts).toEqual([1_500, 500, 0, 0]);
    expect(await app.sql('select from rooms where id = $1', [room.id])).toEqual([]);
  });
});
