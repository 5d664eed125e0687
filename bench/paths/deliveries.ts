import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Child } from '../support/child.js';
import { cpuOf } from '../support/cpu.js';
import { httpLoad, type HttpRequest } from '../support/http-load.js';
import { OpenLoop, timesOf, type Times } from '../support/open-loop.js';
import type { Tenant } from '../support/product.js';
import { countsFolded } from './notifications.js';

const BARE = fileURLToPath(new URL('../floors/bare-deliveries.js', import.meta.url));

/** Microseconds for each. */
export interface Cpu {
  /** Of all server processes together. */
  cpu: number;
  application: number;
  postgres: number;
}

export interface Burst extends Cpu {
  perSecond: number;
}

export interface Paced extends Cpu {
  ack: Times;
  /** From the answer to the sender until the receiver has the request; 0 where that came first. */
  receipt: Times;
}

/** What of a time is nobody's delivery: microseconds a second that are used when nothing is asked. */
export type Idle = Pick<Cpu, 'application' | 'postgres'>;
const NOTHING: Idle = { application: 0, postgres: 0 };

/** Who is asked to deliver webhooks, how, and how many it has recorded as delivered. */
interface Target {
  port: number;
  request: (n: number) => HttpRequest;
  /** In one row: `n`. */
  recorded: string;
  /** Processes of the application. */
  pids: number[];
}

/** Webhooks to one local receiver: the product, and the least that does the same. */
export class Deliveries {
  private readonly arrived = new Map<number, number>();
  private n = 0;

  private constructor(
    private readonly receiver: Server,
    private readonly db: pg.Client,
    private readonly product: Target,
    private readonly bare: Record<'direct' | 'claiming', Target & { child: Child }>,
    private readonly postmasterPid: number,
  ) {}

  static async prepare(
    tenant: Tenant,
    options: { databaseUrl: string; productPids: number[]; postmasterPid: number },
  ): Promise<Deliveries> {
    const receiver = createServer();
    receiver.keepAliveTimeout = 60_000;
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const db = new pg.Client(options.databaseUrl);
    await db.connect();
    const product: Target = {
      port: tenant.port,
      request: (n) => ({
        method: 'POST',
        path: '/api/v1/notifications',
        headers: { authorization: `Bearer ${tenant.masterKey}` },
        body: JSON.stringify({ channels: { webhook: { url, payload: { n } } } }),
      }),
      recorded: `select count(*)::int as n from ended_deliveries where channel = 'webhook' and status = 'delivered'`,
      pids: options.productPids,
    };
    const bareTarget = async (claims: string): Promise<Target & { child: Child }> => {
      const child = await Child.start([BARE], { DATABASE_URL: options.databaseUrl, CLAIMS: claims });
      await child.ready('/');
      return {
        child,
        port: child.port,
        request: (n) => ({ method: 'POST', path: '/', body: JSON.stringify({ url, payload: { n } }) }),
        recorded: `select count(*)::int as n from bare_deliveries where status = 'delivered'`,
        pids: [child.process.pid!],
      };
    };
    const bare = { direct: await bareTarget('0'), claiming: await bareTarget('1') };
    const deliveries = new Deliveries(receiver, db, product, bare, options.postmasterPid);
    receiver.on('request', (request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        deliveries.arrived.set(Number(/"n":(\d+)/.exec(text)?.[1]), performance.now());
        response.writeHead(200, { 'content-length': '2' }).end('ok');
      });
    });
    return deliveries;
  }

  burst(of: 'product' | 'claiming', count: number): Promise<Burst> {
    return this.runBurst(of === 'product' ? this.product : this.bare.claiming, count);
  }

  /** @param idle is not counted */
  paced(of: 'product' | 'direct', rate: number, seconds: number, idle?: Idle): Promise<Paced> {
    return this.runPaced(of === 'product' ? this.product : this.bare.direct, rate, seconds, idle);
  }

  /** Of the product, and of PostgreSQL beside it. */
  async idle(seconds: number): Promise<Idle> {
    const watch = this.watch(this.product);
    await sleep(seconds * 1_000);
    return watch(seconds);
  }

  async stop(): Promise<void> {
    await Promise.all([this.bare.direct.child.stop(), this.bare.claiming.child.stop()]);
    this.receiver.closeAllConnections();
    this.receiver.close();
    await this.db.end();
  }

  /** As fast as 64 connections accept them, until all are delivered and recorded. The CPU is that of adding them up, too. */
  private async runBurst(target: Target, count: number): Promise<Burst> {
    const { port, request, recorded } = target;
    this.arrived.clear();
    const before = await this.count(recorded);
    const watch = this.watch(target);
    const started = performance.now();
    const result = await httpLoad({ port, connections: 64, requests: count, next: () => request(this.n++) });
    if (result.statuses.get(202) !== count) throw new Error(JSON.stringify([...result.statuses]));
    await this.settled(recorded, before + count, count);
    const perSecond = count / ((performance.now() - started) / 1000);
    await countsFolded(this.db);
    return { perSecond, ...watch(count) };
  }

  private async runPaced(target: Target, rate: number, seconds: number, idle = NOTHING): Promise<Paced> {
    const { port, request, recorded } = target;
    this.arrived.clear();
    const before = await this.count(recorded);
    const acked = new Map<number, number>();
    const loop = await OpenLoop.connect(port);
    const watch = this.watch(target);
    const { ack } = await loop.run(rate, seconds, () => {
      const n = this.n++;
      return { ...request(n), expected: 202, answered: () => acked.set(n, performance.now()) };
    });
    await this.settled(recorded, before + acked.size, acked.size);
    await countsFolded(this.db);
    const used = watch(acked.size, target === this.product ? idle : { ...idle, application: 0 });
    loop.close();
    const receipt = [...acked].map(([n, at]) => Math.max(0, this.arrived.get(n)! - at));
    return { ack, receipt: timesOf(receipt), ...used };
  }

  /** @returns what was used since, for each of so many */
  private watch({ pids }: Target): (count: number, idle?: Idle) => Cpu {
    const read = () => ({ application: cpuOf(pids), postgres: cpuOf([this.postmasterPid]) });
    const before = read();
    const started = performance.now();
    return (count, idle = NOTHING) => {
      const [after, seconds] = [read(), (performance.now() - started) / 1_000];
      const of = (part: keyof Idle) => (after[part] - before[part] - idle[part] * seconds) / count;
      const [application, postgres] = [of('application'), of('postgres')];
      return { cpu: application + postgres, application, postgres };
    };
  }

  /** Counting rows costs the database something, so it begins when they can all be there. */
  private async settled(recorded: string, total: number, arrived: number): Promise<void> {
    while (this.arrived.size < arrived || (await this.count(recorded)) < total) await sleep(10);
  }

  private async count(recorded: string): Promise<number> {
    return (await this.db.query<{ n: number }>(recorded)).rows[0]!.n;
  }
}
