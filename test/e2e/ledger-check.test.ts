import { startApp, TEST_SETTINGS, type TestApp } from '../support/app.js';
import { TestDatabase } from '../support/postgres.js';
import { TestProcess } from '../support/test-process.js';
import { until } from '../support/until.js';

describe('ledger:check', () => {
  let database: TestDatabase;
  let app: TestApp;
  beforeAll(async () => {
    database = await TestDatabase.create();
    app = await startApp({ database });
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  const command = async (name: string) => {
    const running = new TestProcess({ ...TEST_SETTINGS, DATABASE_URL: database.url }, [name], 'cli.js');
    return { code: await running.ended, output: running.output };
  };

  it('proves the ledger beside the running service, finds what was tampered with, and can mend the counts', async () => {
    const client = await app.client();
    const recipients = ['a', 'b', 'c'].map((user_id) => ({ user_id }));
    await client.request('POST', '/notifications', { body: { recipients, channels: { websocket: { title: 't' } } } });
    await until('them to be sent', async () => (await client.request('GET', '/analytics/ledger')).body.sent === 3);
    expect(await command('ledger:check')).toMatchObject({
      code: 0,
      output: expect.stringContaining('The ledger balances'),
    });

    await database.query(
      `update ended_deliveries set status = 'delivered' where client_id = $1 and id = (
      select id from ended_deliveries where client_id = $1 limit 1)`,
      [client.id],
    );
    await database.query(
      `delete from ended_deliveries where client_id = $1 and id = (
      select id from ended_deliveries where client_id = $1 and status = 'sent' limit 1)`,
      [client.id],
    );
    const found = await command('ledger:check');
    expect(found.code).toBe(1);
    expect(found.output).toContain('websocket: 1 deliveries delivered, 0 counted');
    expect(found.output).toContain('websocket: 1 deliveries sent, 3 counted');
    expect(found.output).toContain('websocket: 2 deliveries, 3 counted');
    expect(found.output).not.toContain('    at ');

    expect(await command('ledger:repair')).toMatchObject({ code: 0, output: expect.stringContaining('3 counts') });
    expect((await command('ledger:check')).code).toBe(0);
    const { body } = await client.request('GET', '/analytics/ledger');
    expect(body).toMatchObject({ accepted: 2, sent: 1, delivered: 1, balanced: true });
  });
});
