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

const BARE = fileURLToPath(new URL('../floors/bare-deliveries.js', import.meta.url));

export interface Burst {
  perSecond: number;
  /** Microseconds of all server processes, PostgreSQL's among them, for each. */
  cpu: number;
}

export interface Paced {
  ack: Times;
  /** From the answer to the sender until the receiver has the request; 0 where that came first. */
  receipt: Times;
  cpu: number;
}

/** Who is asked to deliver webhooks, how, and how many it has recorded as delivered. */
interface Target {
  port: number;
  request: (n: number) => HttpRequest;
  /** In one row: `n`. */
  recorded: string;
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
      pids: [...options.productPids, options.postmasterPid],
    };
    const bareTarget = async (claims: string): Promise<Target & { child: Child }> => {
      const child = await Child.start([BARE], { DATABASE_URL: options.databaseUrl, CLAIMS: claims });
      await child.ready('/');
      return {
        child,
        port: child.port,
        request: (n) => ({ method: 'POST', path: '/', body: JSON.stringify({ url, payload: { n } }) }),
        recorded: `select count(*)::int as n from bare_deliveries where status = 'delivered'`,
        pids: [child.process.pid!, options.postmasterPid],
      };
    };
    const bare = { direct: await bareTarget('0'), claiming: await bareTarget('1') };
    const deliveries = new Deliveries(receiver, db, product, bare);
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

  paced(of: 'product' | 'direct', rate: number, seconds: number): Promise<Paced> {
    return this.runPaced(of === 'product' ? this.product : this.bare.direct, rate, seconds);
  }

  async stop(): Promise<void> {
    await Promise.all([this.bare.direct.child.stop(), this.bare.claiming.child.stop()]);
    this.receiver.closeAllConnections();
    this.receiver.close();
    await this.db.end();
  }

  /** As fast as 64 connections accept them, until all are delivered and recorded. */
  private async runBurst({ port, request, recorded, pids }: Target, count: number): Promise<Burst> {
    this.arrived.clear();
    const before = await this.count(recorded);
    const cpu = cpuOf(pids);
    const started = performance.now();
    const result = await httpLoad({ port, connections: 64, requests: count, next: () => request(this.n++) });
    if (result.statuses.get(202) !== count) throw new Error(JSON.stringify([...result.statuses]));
    await this.settled(recorded, before + count, count);
    return { perSecond: count / ((performance.now() - started) / 1000), cpu: (cpuOf(pids) - cpu) / count };
  }

  private async runPaced({ port, request, recorded, pids }: Target, rate: number, seconds: number): Promise<Paced> {
    this.arrived.clear();
    const before = await this.count(recorded);
    const acked = new Map<number, number>();
    const loop = await OpenLoop.connect(port);
    const cpu = cpuOf(pids);
    const { ack } = await loop.run(rate, seconds, () => {
      const n = this.n++;
      return { ...request(n), expected: 202, answered: () => acked.set(n, performance.now()) };
    });
    await this.settled(recorded, before + acked.size, acked.size);
    const used = (cpuOf(pids) - cpu) / acked.size;
    loop.close();
    const receipt = [...acked].map(([n, at]) => Math.max(0, this.arrived.get(n)! - at));
    return { ack, receipt: timesOf(receipt), cpu: used };
  }

  /** Counting rows costs the database something, so it begins when they can all be there. */
  private async settled(recorded: string, total: number, arrived: number): Promise<void> {
    while (this.arrived.size < arrived || (await this.count(recorded)) < total) await sleep(10);
  }

  private async count(recorded: string): Promise<number> {
    return (await this.db.query<{ n: number }>(recorded)).rows[0]!.n;
  }
}
