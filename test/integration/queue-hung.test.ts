import { getQueueToken } from '@nestjs/bullmq';
import type { Job, Queue } from 'bullmq';
import { DELIVERY_QUEUE } from '../../src/engine/deliveries/dispatch/job-plan.js';
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

  const ended = async (ids: string[]) => {
    const rows = await app.sql('select status from deliveries where source_id = any ($1::uuid[])', [ids]);
    return rows.every(({ status }) => status === 'delivered') && rows;
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
      expect(await until('both to be delivered', () => ended(ids))).toHaveLength(2);
    } finally {
      await holder.end();
    }
  });

  it('it is given nothing more, nor the same again, until it has taken what it was given', async () => {
    const queue = app.nest.get<Queue>(getQueueToken(DELIVERY_QUEUE));
    let takes = (_: Job[]): void => {};
    const given = jest.spyOn(queue, 'addBulk').mockImplementation(() => new Promise((resolve) => (takes = resolve)));
    receiver.respond(() => ({ status: 503 }));
    const first = await send('/three');
    await until('it to be given one', async () => given.mock.calls.length === 1);
    const second = await send('/four');
    receiver.respond(({ path }) => ({ status: path === '/five' ? 503 : 200 }));
    await until('both to be delivered', () => ended([first, second]));
    expect(given).toHaveBeenCalledTimes(1);
    takes([]);
    const third = await send('/five');
    await until('it to be given another', async () => given.mock.calls.length === 2);
    given.mockRestore();
    takes([]);
    receiver.respond(() => ({ status: 200 }));
    await until('the last to be delivered', () => ended([third]));
  });
});
