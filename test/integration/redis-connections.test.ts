import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { RedisConnections } from '../../src/platform/database/redis.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

it('is optional', async () => {
  const none = new RedisConnections({ redisUrl: undefined });
  expect(none.configured).toBe(false);
  expect(await none.isHealthy()).toBeUndefined();
  expect(() => none.commands).toThrow('REDIS_URL is not set');
});

describe('with a Redis', () => {
  let redis: TestRedis;
  let relay: Relay;
  let connections: RedisConnections;
  beforeAll(async () => {
    redis = await TestRedis.start();
    relay = await Relay.to(redis.url);
    connections = new RedisConnections({ redisUrl: relay.url });
  });
  afterAll(async () => {
    await connections.close();
    await relay.cut();
    await redis.stop();
  });

  it('fails at once while Redis is away, harms nothing, and works again afterwards', async () => {
    await until('the first connection', () => connections.isHealthy());
    await connections.commands.set('key', 'value');

    await relay.cut();
    await until('the loss to be noticed', async () => !(await connections.isHealthy()));
    const refused = connections.commands.get('key').catch(() => 'refused');
    const waits = new Promise((resolve) => setImmediate(resolve, 'waits'));
    expect(await Promise.race([refused, waits])).toBe('refused');

    await relay.open();
    await until('the connection to be back', () => connections.isHealthy());
    expect(await connections.commands.get('key')).toBe('value');
  });
});

/** Stands before a server; cutting it looks like a dead server. */
class Relay {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly target: URL,
    private port = 0,
  ) {}

  static async to(url: string): Promise<Relay> {
    const relay = new Relay(new URL(url));
    await relay.open();
    return relay;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}${this.target.pathname}`;
  }

  async open(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(Number(this.target.port), this.target.hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async cut(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
    await closed;
  }
}
