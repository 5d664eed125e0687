import type { Command } from 'ioredis';
import { RedisConnections } from '../../src/platform/database/redis.js';
import { makeRoom, ok } from '../support/chat.js';
import { holdHands } from '../support/hands.js';
import { NestApp } from '../support/nest-app.js';
import { Receiver } from '../support/receiver.js';
import { TestRedis } from '../support/redis.js';
import { holdSlowOnes } from '../support/slow-receivers.js';
import { until } from '../support/until.js';

describe('while Redis hangs', () => {
  let app: NestApp;
  let redis: TestRedis;
  let receiver: Receiver;
  beforeAll(async () => {
    [redis, receiver] = await Promise.all([TestRedis.start(), Receiver.start()]);
    app = await NestApp.start({ env: { REDIS_URL: redis.url } });
  });
  afterAll(async () => {
    redis.resume();
    await app.stop();
    await Promise.all([redis.stop(), receiver.stop()]);
  });

  it('what this process has room for is delivered; what it must queue still passes out of date, or is delivered later', async () => {
    const client = await app.client();
    const send = async (more: object) => {
      const channels = { webhook: { url: receiver.url, payload: {} } };
      const { status, body } = await client.request('POST', '/notifications', { body: { channels, ...more } });
      expect(status).toBe(202);
      return body.id as string;
    };
    const become = (id: string, wanted: string) =>
      until(`a delivery to be ${wanted}`, async () => {
        const [row] = await app.sql('select status from deliveries where source_id = $1', [id]);
        return row.status === wanted;
      });
    redis.pause();
    await become(await send({}), 'delivered');
    const letGo = holdHands(app);
    const kept = await send({});
    const expiring = await send({});
    await app.sql('update open_deliveries set expires_at = clock_timestamp() where source_id = $1', [expiring]);
    await become(expiring, 'expired');
    letGo();
    redis.resume();
    await become(kept, 'delivered');
  });

  it('this process does what it can not hand on, beyond its share', async () => {
    const client = await app.client();
    const letGo = holdHands(app);
    const slow = holdSlowOnes();
    for (let n = 0; n < 90; n++) {
      const channels = { webhook: { url: `https://${n}.slow.example/${n}`, payload: {} } };
      expect((await client.request('POST', '/notifications', { body: { channels } })).status).toBe(202);
    }
    redis.pause();
    letGo();
    await until('all of them to be in hand', () => slow.held.length === 90);
    slow.release();
    redis.resume();
    await until('them to be delivered', async () => {
      const [row] = await app.sql(
        `select count(*)::int as n from deliveries where client_id = $1 and status = 'delivered'`,
        [client.id],
      );
      return row.n === 90;
    });
  });

  it('it is asked once how often users sent, and then no more until it answers again', async () => {
    const client = await app.client();
    const { id } = await makeRoom(client, ['ann']);
    const ann = await client.login('ann');
    const send = async () => {
      ok(await ann.request('POST', `/rooms/${id}/messages`, { body: { content: 'x' } }));
    };
    await send();
    const asked = jest.spyOn(app.get(RedisConnections).commands, 'sendCommand');
    // Presence has scripts of its own.
    const isCount = (command: Command) =>
      /^eval|^rlflx/.test(command.name) && command.args.some((arg) => String(arg).startsWith('chatapi:rate'));
    const counts = () => asked.mock.calls.filter(([command]) => isCount(command as Command)).length;
    redis.pause();
    await send();
    expect(counts()).toBe(1);
    for (let i = 0; i < 20; i++) await send();
    expect(counts()).toBe(1);
    redis.resume();
    await until('Redis to count again', async () => {
      await send();
      return counts() > 1;
    });
    asked.mockRestore();
  });
});
