import type { TestClient } from '../support/app.js';
import { NestApp } from '../support/nest-app.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

describe('while the queue on PostgreSQL hangs', () => {
  let app: NestApp;
  let client: TestClient;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.start();
    app = await NestApp.start();
    client = await app.client();
  });
  afterAll(async () => {
    await app.stop();
    await receiver.stop();
  });

  const send = async (path: string): Promise<string> => {
    const channels = { webhook: { url: receiver.url + path, payload: {} } };
    const { status, body } = await client.request('POST', '/notifications', { body: { channels } });
    expect(status).toBe(202);
    return body.id;
  };

  it('what is due is delivered, also what the queue was to bring', async () => {
    receiver.respond(() => ({ status: 503 }));
    // As BullMQ holds it while a queue is emptied.
    const holder = await app.database.connect();
    await holder.query(`select pg_advisory_lock(hashtext('bullmq:finalization'), hashtext('deliveries'))`);
    try {
      // They are tried again soon: the queue is to take them.
      const ids = await Promise.all([send('/one'), send('/two')]);
      await until('it to hang', async () => (await app.database.waitingForLocks()) > 0);
      receiver.respond(() => ({ status: 200 }));
      const ended = async () => {
        const rows = await app.sql('select status from deliveries where source_id = any ($1::uuid[])', [ids]);
        return rows.every(({ status }) => status === 'delivered') && rows;
      };
      expect(await until('both to be delivered', ended)).toHaveLength(2);
    } finally {
      await holder.end();
    }
  });
});
