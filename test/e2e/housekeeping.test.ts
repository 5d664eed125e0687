import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app.js';
import { makeRoom, say } from '../support/chat.js';
import { runNow } from '../support/queue-board.js';
import { closeSockets, connect } from '../support/socket.js';
import { until } from '../support/until.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

describe('housekeeping, as when its time has come', () => {
  it('makes the partitions of the days to come while the process runs', async () => {
    const last = async (table: string): Promise<string> => {
      const partitions = 'select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass';
      const [newest] = await app.sql<{ name: string }>(`${partitions} order by 1 desc limit 1`, [table]);
      return newest!.name;
    };
    const tables = await app.sql<{ name: string }>(
      'select partrelid::regclass::text as name from pg_partitioned_table',
    );
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['events', 'ended_deliveries', 'attempts']));
    const dropped = new Map<string, string>();
    for (const { name } of tables) {
      dropped.set(name, await last(name));
      await app.sql(`drop table ${dropped.get(name)}`);
    }

    await runNow(app, 'partitions');
    for (const [table, partition] of dropped) {
      await until(`the partition ${partition}`, async () => (await last(table)) === partition);
    }
  });

  it('drops events when their days are over: who was away for longer is told so', async () => {
    const client = await app.client();
    const room = await makeRoom(client, ['ann']);
    await say(client.master('ann').request, room.id, 'old');
    const [{ day }] = await app.sql(`select to_char(now() - interval '40 days', 'YYYYMMDD') as day`);
    await app.sql(
      `create table events_${day} partition of events
         for values from ('${day} 00:00:00+00') to (timestamptz '${day} 00:00:00+00' + interval '1 day')`,
    );
    await app.sql(`update events set occurred_at = timestamptz '${day} 12:00:00+00' where stream_id = $1`, [room.id]);
    await say(client.master('ann').request, room.id, 'new');
    const { key } = await client.login('ann');
    const socket = await connect(app, key);
    const resume = async (rev: number) =>
      (await socket.get('sync.resume', { rooms: [{ room_id: room.id, epoch: room.epoch, rev }] })).rooms[0];
    expect((await resume(1)).events).toHaveLength(2);
    await runNow(app, 'partitions');
    await until('the day to be dropped', async () => {
      const [{ found }] = await app.sql(`select to_regclass('events_${day}')::text as found`);
      return found === null;
    });
    expect(await resume(1)).toMatchObject({ recovered: false, rev: 3, last_seq: 2 });
    expect((await resume(2)).events).toMatchObject([{ data: { content: 'new' } }]);
    expect((await client.master('ann').request('GET', `/rooms/${room.id}/messages`)).body.data).toHaveLength(2);
    closeSockets();
  });

  it('forgets keys a month after they were revoked or expired; what is younger stays', async () => {
    const client = await app.client();
    const old = "clock_timestamp() - interval '31 days'";
    const ends: Record<string, string> = {
      revoked: `revoked_at = ${old}`,
      expired: `expires_at = ${old}`,
      both: `revoked_at = clock_timestamp(), expires_at = ${old}`,
      recent: `revoked_at = clock_timestamp() - interval '29 days'`,
      lasting: `created_at = ${old}`,
    };
    for (const [user, end] of Object.entries(ends)) {
      const { key_id } = await client.login(user);
      await app.sql(`update api_keys set ${end} where client_id = $1 and id = $2`, [client.id, key_id]);
    }
    await runNow(app, 'keys-pruning');
    const left = `select u.user_id from api_keys k join users u using (client_id, user_pk) where k.client_id = $1 order by 1`;
    const users = async () => (await app.sql<{ user_id: string }>(left, [client.id])).map(({ user_id }) => user_id);
    await until('the old ones to go', async () => (await users()).length <= 2);
    expect(await users()).toEqual(['lasting', 'recent']);
    expect((await client.request('GET', '/clients/me')).status).toBe(200);
  });

  it('forgets Idempotency-Keys after their day and news of keys after a week; what is younger stays', async () => {
    const client = await app.client();
    const makeKey = (key: string) =>
      client.request('POST', '/clients/me/keys', { body: { name: 'CI' }, headers: { 'idempotency-key': key } });
    expect((await makeKey('old')).status).toBe(201);
    await app.sql(`update idempotency_keys set expires_at = clock_timestamp() - interval '1 s'`);
    expect((await makeKey('young')).status).toBe(201);
    const tenant = randomUUID();
    const news = 'insert into auth_changes (client_id, created_at) values ($1, clock_timestamp() - $2::interval)';
    await app.sql(news, [tenant, '8 days']);
    await app.sql(news, [tenant, '1 day']);

    const keys = () => app.sql('select 1 from idempotency_keys where client_id = $1', [client.id]);
    const newsLeft = () => app.sql('select 1 from auth_changes where client_id = $1', [tenant]);
    await runNow(app, 'idempotency-pruning');
    await runNow(app, 'auth-changes-pruning');
    await until('the old ones to go', async () => (await keys()).length === 1 && (await newsLeft()).length === 1);
    expect((await makeKey('young')).headers.get('idempotency-replayed')).toBe('true');
  });

  it('forgets notifications for which nothing is left to do, with their deliveries, when their days are over', async () => {
    const client = await app.client();
    const tell = async (user: string): Promise<string> => {
      const body = { recipients: [{ user_id: user }], channels: { websocket: { title: 'Hi' } }, tags: ['t'] };
      return (await client.request('POST', '/notifications', { body })).body.id;
    };
    const statusOf = async (id: string) => (await client.request('GET', `/notifications/${id}`)).status;
    const settled = async (id: string) =>
      (await app.sql('select 1 from notifications where id = $1 and open_count = 0', [id])).length === 1;
    const ids = [await tell('gone'), await tell('open'), await tell('young')];
    for (const id of ids) await until('it to be sent', () => settled(id));
    const [{ day }] = await app.sql(`select to_char(now() - interval '40 days', 'YYYYMMDD') as day`);
    for (const table of ['ended_deliveries', 'attempts']) {
      await app.sql(
        `create table ${table}_${day} partition of ${table}
           for values from ('${day} 00:00:00+00') to (timestamptz '${day} 00:00:00+00' + interval '1 day')`,
      );
    }
    // As they are forty days later: made then, as their ids say, too.
    const age = `timestamptz '${day} 12:00:00+00'`;
    const [gone, open] = ids.map((id) => `0199${id.slice(4)}`);
    await app.sql(`delete from notification_tags where client_id = $1`, [client.id]);
    for (const [was, is] of [
      [ids[0], gone],
      [ids[1], open],
    ]) {
      await app.sql(
        `update notifications set id = $2, created_at = ${age}, updated_at = ${age}, open_count = $3 where id = $1`,
        [was, is, is === open ? 1 : 0],
      );
      await app.sql(`update ended_deliveries set source_id = $2, created_at = ${age} where source_id = $1`, [was, is]);
    }
    const dayIsThere = async () =>
      (await app.sql(`select to_regclass('ended_deliveries_${day}')::text as at`))[0].at !== null;
    // Something of that day is still open: what ends goes to its day.
    const [moved] = await app.sql(
      `insert into open_deliveries (client_id, id, created_at, source_kind, source_id, channel, lane, priority, status, max_attempts, updated_at)
       values ($1, gen_random_uuid(), ${age}, 'notification', $2, 'websocket', 'websocket', 1, 'held', 1, now()) returning id`,
      [client.id, open],
    );
    await runNow(app, 'notifications-pruning');
    await until('it to be gone', async () => (await statusOf(gone!)) === 404);
    expect([await statusOf(open!), await statusOf(ids[2]!)]).toEqual([200, 200]);
    expect(await dayIsThere()).toBe(true);
    await app.sql('delete from open_deliveries where id = $1', [moved.id]);
    await runNow(app, 'notifications-pruning');
    await until('the day to be dropped', async () => !(await dayIsThere()));
    const attempts = `select to_regclass('attempts_${day}')::text as at`;
    await until('its attempts to be dropped', async () => (await app.sql(attempts))[0].at === null);
  });

  it('reports how the installation is, in its metrics', async () => {
    await runNow(app, 'queue-health');
    const found = /^chatapi_system_report\{figure="(\w+)"\} (\d+)/gm;
    // The first one was made when the process started, and there was nothing. A later one is made at any moment: a job may
    // be waiting for its turn, a reader be behind by an event, but neither stays so.
    const figures = await until('a report of an installation at rest', async () => {
      await runNow(app, 'system-report');
      const { body } = await app.request<string>('GET', '//metrics');
      const all = Object.fromEntries([...body.matchAll(found)].map(([, name, value]) => [name!, Number(value)]));
      const nothingWaits = /^chatapi_queue_oldest_job_seconds\{queue="deliveries"\} 0$/m.test(body);
      return nothingWaits && all.clients! > 0 && all.log_readers_behind_s === 0 && all;
    });
    expect(figures).toMatchObject({ deliveries_held: 0, jobs_waiting: expect.any(Number), log_readers_behind_s: 0 });
    expect(figures).toMatchObject({ partition_days_ahead: 14 });
    expect(Math.abs(figures.made_at_s! - Date.now() / 1_000)).toBeLessThan(3_600);
    for (const name of ['database_mib', 'process_memory_mib', 'jobs_delayed']) {
      expect({ name, value: (figures as any)[name] }).not.toEqual({ name, value: 0 });
    }
  });
});
