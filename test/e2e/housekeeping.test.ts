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
});
