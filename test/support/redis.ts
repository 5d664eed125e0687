import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { serverSetting } from './postgres.js';
import { until } from './until.js';

/**
 * A Redis of its own for one test file: pub/sub crosses the numbered databases of a shared one, so applications of two
 * files would hear each other. With a REDIS_URL from outside, and no redis-server, it is that one's database, emptied.
 */
export class TestRedis {
  private constructor(
    readonly url: string,
    private server: ChildProcess | undefined,
    private readonly options: readonly string[] = [],
    private readonly dir?: string,
  ) {}

  static async start(): Promise<TestRedis> {
    const shared = serverSetting('TEST_REDIS_URL');
    const binary = process.env.TEST_REDIS_SERVER;
    if (!binary) {
      const redis = new TestRedis(shared, undefined);
      await redis.flush();
      return redis;
    }
    const port = await freePort();
    const redis = new TestRedis(`redis://127.0.0.1:${port}`, spawnServer(binary, String(port)));
    await redis.command((client) => client.ping());
    return redis;
  }

  /** A Redis Cluster of one node. Needs a redis-server of its own. */
  static async startCluster(): Promise<TestRedis> {
    const binary = process.env.TEST_REDIS_SERVER;
    if (!binary) throw new Error('A Redis Cluster needs a redis-server of its own.');
    const port = String(await freePort());
    // Its state stands beside nothing else.
    const dir = await mkdtemp(join(tmpdir(), 'chatapi-redis-'));
    const options = ['--cluster-enabled', 'yes', '--dir', dir, '--cluster-require-full-coverage', 'no'];
    const redis = new TestRedis(`redis://127.0.0.1:${port}`, spawnServer(binary, port, options), options, dir);
    await redis.command(async (client) => {
      await client.cluster('ADDSLOTSRANGE', 0, 16_383);
      await until('the cluster', async () => (await client.cluster('INFO')).includes('cluster_state:ok'));
    });
    return redis;
  }

  /** Loses everything in it. */
  async flush(): Promise<void> {
    await this.command((client) => client.flushdb());
  }

  /** Also of one from outside, as far as is known. */
  get isRunning(): boolean {
    return !this.server || (this.server.exitCode === null && this.server.signalCode === null);
  }

  async stop(): Promise<void> {
    if (!this.server || !this.isRunning) return;
    const ended = once(this.server, 'exit');
    this.server.kill('SIGKILL');
    await ended;
  }

  /** For good. */
  async discard(): Promise<void> {
    await this.stop();
    if (this.dir) await rm(this.dir, { recursive: true, force: true });
  }

  /** At the same address after {@link stop}, empty. Needs a redis-server of its own. */
  async restart(): Promise<void> {
    this.server = spawnServer(process.env.TEST_REDIS_SERVER!, new URL(this.url).port, this.options);
    await this.command((client) => client.ping());
  }

  /** SIGSTOP: it stands still and its connections stay open. Needs a redis-server of its own. */
  pause(): void {
    this.server!.kill('SIGSTOP');
  }

  resume(): void {
    this.server!.kill('SIGCONT');
  }

  private async command<T>(run: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.url, { retryStrategy: (times) => (times > 200 ? null : 25) });
    client.on('error', () => {});
    try {
      return await run(client);
    } finally {
      client.disconnect();
    }
  }
}

function spawnServer(binary: string, port: string, options: readonly string[] = []): ChildProcess {
  const off = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  return spawn(binary, ['--bind', '127.0.0.1', '--port', port, ...off, ...options], { stdio: 'ignore' });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
