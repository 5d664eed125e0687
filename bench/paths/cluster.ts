import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { cpuOf } from '../support/cpu.js';
import { Product, type Tenant } from '../support/product.js';
import { withCpu, type Measured } from '../support/rounds.js';
import { prepareSenders, restSend, type Senders } from './sends.js';

const CONNECTIONS = 256;

/** Two processes that answer and one that works, over one PostgreSQL and one Redis. */
export class Cluster {
  private constructor(
    private readonly processes: Product[],
    private readonly senders: Senders,
    private readonly postmasterPid: number,
    private readonly redis: Redis,
  ) {}

  /** @param place a database with its schema, of nobody else */
  static async start(place: { databaseUrl: string; redisUrl: string; postmasterPid: number }, roomCount: number) {
    const env = {
      REDIS_URL: place.redisUrl,
      ADMIN_API_KEY: randomBytes(32).toString('hex'),
      ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    };
    const processes: Product[] = [];
    for (const role of ['api', 'api', 'worker'])
      processes.push(await Product.start(place.databaseUrl, { env: { ...env, CHATAPI_ROLE: role } }));
    const tenant: Tenant = await processes[0]!.tenant();
    const senders = await prepareSenders(tenant, await tenant.rooms(roomCount, 20, 500));
    return new Cluster(processes, senders, place.postmasterPid, new Redis(place.redisUrl));
  }

  /** Sends by REST, half of them to each of the two. */
  send(count: number): Promise<Measured> {
    return withCpu([...this.pids, this.postmasterPid], count, async () => {
      const started = performance.now();
      const half = (product: Product) =>
        restSend({ ...this.senders, port: product.port }, Math.ceil(count / 2), CONNECTIONS / 2);
      await Promise.all(this.processes.slice(0, 2).map(half));
      return count / ((performance.now() - started) / 1000);
    });
  }

  /** Microseconds of the worker's, and of Redis', that one of `count` sends takes. */
  async shares(count: number): Promise<{ worker: number; redis: number }> {
    const worker = [this.pids[2]!];
    const [workerBefore, redisBefore] = [cpuOf(worker), await this.redisCpu()];
    await this.send(count);
    return { worker: (cpuOf(worker) - workerBefore) / count, redis: ((await this.redisCpu()) - redisBefore) / count };
  }

  async stop(): Promise<void> {
    this.redis.disconnect();
    await Promise.all(this.processes.map((product) => product.stop()));
  }

  private get pids(): number[] {
    return this.processes.map(({ child }) => child.process.pid!);
  }

  private async redisCpu(): Promise<number> {
    const text = await this.redis.info('cpu');
    const seconds = [...text.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)].map(([, value]) => Number(value));
    return seconds.reduce((sum, value) => sum + value, 0) * 1e6;
  }
}
