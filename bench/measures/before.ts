import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { Deliveries } from '../paths/deliveries.js';
import { Notifications, SHAPES } from '../paths/notifications.js';
import { prepareSenders, restSend, socketSend, type Senders } from '../paths/sends.js';
import { cpuOf } from '../support/cpu.js';
import { OpenLoop } from '../support/open-loop.js';
import { createDatabase } from '../support/database.js';
import { Product, type Tenant } from '../support/product.js';
import { median, type Figure } from '../support/report.js';
import { medians, type Bench, type Measured } from '../support/rounds.js';

/** One version of the product, with rooms and senders of its own. */
interface Version {
  /** As figures name it. */
  name: string;
  product: Product;
  tenant: Tenant;
  databaseUrl: string;
  senders: Senders;
}

const BEFORE = 'the version before';
const OFF = 'the same without traces';

/**
 * The send, notifications and webhooks, of this version by those of an earlier one, whose built checkout lies in `directory` (`npm ci && npm run build` there): in turn on one
 * PostgreSQL, the order swapped each round. The CPU time is that of the send and of all that follows from it: a round ends when
 * the readers of the log have read it.
 * @param traced the share of traces that this version makes and hands to a receiver in this process, as a third one, by itself without; 0:
 * traces are off
 * @param only of `notifications`, `deliveries`, `sends` (`rest`, `socket` and `paced`)
 */
export async function measureAgainst(
  bench: Bench,
  { directory, traced }: { directory: string; traced: number },
  server: string,
  postmasterPid: number,
  only: string[] = ['notifications', 'deliveries', 'sends'],
): Promise<void> {
  const versions: Version[] = [];
  const sink = await startSink();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: String(traced),
  };
  const sends = ['rest', 'socket', 'paced'].filter((one) => only.includes('sends') || only.includes(one));
  try {
    const rooms = sends.length > 0 ? bench.size(1000) : 0;
    const main = join(resolve(directory), 'dist/src/main.js');
    versions.push(await start(rooms, server, 'before', BEFORE, { main }));
    versions.push(await start(rooms, server, 'after', OFF));
    if (traced > 0) versions.push(await start(rooms, server, 'traced', `traces on, ${traced} of them`, { env }));
    const comparison = new Comparison(bench, versions, postmasterPid);
    if (only.includes('notifications')) await comparison.notifications();
    if (only.includes('deliveries')) await comparison.webhooks();
    if (sends.includes('rest')) await comparison.sends('REST', restSend);
    if (sends.includes('socket')) await comparison.sends('socket', socketSend);
    if (sends.includes('paced')) await comparison.paced([0.1, 0.5]);
  } finally {
    await Promise.all(versions.map(({ product }) => product.stop()));
    if (traced > 0) console.error(`${sink.batches()} batches of spans came.`);
    sink.stop();
  }
}

/** How a figure is told. */
interface Told<T> {
  name: string;
  unit: string;
  of: (measured: T) => number;
  goal: Figure['goal'];
}

const PACED_SECONDS = 4;

/** Versions side by side: each figure is that of one by that of the one before it. */
class Comparison {
  /** Sends by REST in a second, of the first version. */
  private maximum: number | undefined;

  constructor(
    private readonly bench: Bench,
    private readonly versions: Version[],
    private readonly postmasterPid: number,
  ) {}

  /** Notifications until they are accepted. */
  async notifications(): Promise<void> {
    const paths = await this.prepared(({ databaseUrl, tenant, product }) => {
      const place = { databaseUrl, productPid: product.child.process.pid!, postmasterPid: this.postmasterPid };
      return Notifications.prepare(tenant, place);
    });
    for (const shape of SHAPES) {
      const accept = (version: Version) => paths.get(version)!.accept(shape, this.bench.size(10_000));
      for (const version of this.versions) await accept(version);
      this.tell(await this.inTurns(2, accept), [RATE(shape.name, 0.9), CPU(`CPU of ${shape.name}`, 1.1)]);
    }
    for (const path of paths.values()) await path.stop();
  }

  /** Webhooks from the acceptance until they are on record. */
  async webhooks(): Promise<void> {
    const paths = await this.prepared(({ databaseUrl, tenant, product }) => {
      const productPids = [product.child.process.pid!];
      return Deliveries.prepare(tenant, { databaseUrl, productPids, postmasterPid: this.postmasterPid });
    });
    const burst = (version: Version) => paths.get(version)!.burst('product', this.bench.size(3_000));
    for (const version of this.versions) await burst(version);
    const measured = await this.inTurns(4, burst);
    for (const path of paths.values()) await path.stop();
    this.tell(measured, [RATE('webhooks delivered and recorded', 0.9), CPU('CPU of a webhook', 1.05)]);
  }

  /** As many as a full machine takes. */
  async sends(name: string, send: (senders: Senders, requests: number) => Promise<number>): Promise<void> {
    for (const { senders } of this.versions) await send(senders, this.bench.size(20_000));
    const count = this.bench.size(50_000);
    const measured = await this.inTurns(2, async (version): Promise<Measured> => {
      const pids = this.pidsOf(version);
      const began = cpuOf(pids);
      const perSecond = await send(version.senders, count);
      await settled(version.databaseUrl);
      return { perSecond, cpu: (cpuOf(pids) - began) / count };
    });
    if (name === 'REST') this.maximum = medians(measured.get(this.versions[0]!)!).perSecond;
    const cpu = `CPU of a send by ${name} and of what follows from it`;
    this.tell(measured, [RATE(`send by ${name}`, 0.9), CPU(cpu, 1.1)]);
  }

  /** Sends by REST as they come on a machine that has room: at shares of the maximum, whether or not answers come. */
  async paced(shares: number[]): Promise<void> {
    this.maximum ??= await restSend(this.versions[0]!.senders, this.bench.size(20_000));
    for (const share of shares) {
      const at = `at ${share * 100} % of the maximum`;
      this.tell(await this.inTurns(2, (version, round) => this.pace(version, share, round)), [
        { ...CPU(`CPU of a send by REST ${at}`, 1.1), of: ({ cpu }) => cpu },
        { name: `acknowledged ${at}, p50`, unit: 'ms', of: ({ p50 }) => p50, goal: { atMost: 1.1 } },
      ]);
    }
  }

  private async pace(version: Version, share: number, round: number): Promise<{ cpu: number; p50: number }> {
    const { port, senders } = version.senders;
    const pids = this.pidsOf(version);
    const loop = await OpenLoop.connect(port);
    const began = cpuOf(pids);
    let sent = 0;
    const { ack } = await loop.run(this.maximum! * share, PACED_SECONDS, () => {
      const { roomId, key } = senders[sent % senders.length]!;
      return {
        method: 'POST',
        path: `/api/v1/rooms/${roomId}/messages`,
        headers: { authorization: `Bearer ${key}` },
        body: `{"content":"A message of some forty characters length.","client_msg_id":"paced-${share}-${round}-${sent++}"}`,
      };
    });
    loop.close();
    // What follows from the last of them.
    await sleep(500);
    return { cpu: (cpuOf(pids) - began) / sent, p50: ack.p50 };
  }

  private pidsOf({ product }: Version): number[] {
    return [this.postmasterPid, product.child.process.pid!];
  }

  private async prepared<T>(prepare: (version: Version) => Promise<T>): Promise<Map<Version, T>> {
    const paths = new Map<Version, T>();
    for (const version of this.versions) paths.set(version, await prepare(version));
    return paths;
  }

  /** So many times the rounds of the bench, the order turned round each time. */
  private async inTurns<T>(
    times: number,
    measure: (version: Version, round: number) => Promise<T>,
  ): Promise<Map<Version, T[]>> {
    const measured = new Map<Version, T[]>(this.versions.map((version) => [version, []]));
    for (let round = 0; round < this.bench.rounds * times; round++) {
      for (const version of round % 2 === 0 ? this.versions : this.versions.toReversed())
        measured.get(version)!.push(await measure(version, round));
    }
    return measured;
  }

  /** Medians, and round by round what the ratios were: by how much they differ says what they are worth. */
  private tell<T>(measured: Map<Version, T[]>, all: Told<T>[]): void {
    for (const { name, unit, of, goal } of all) {
      for (const [at, version] of this.versions.entries()) {
        if (at === 0) continue;
        const by = this.versions[at - 1]!;
        const [values, floors] = [version, by].map((one) => measured.get(one)!.map(of)) as [number[], number[]];
        this.bench.record({
          name: `${name}${at === 1 ? '' : `, ${version.name}`}, by ${by.name}`,
          value: median(values),
          unit,
          floor: { name: by.name, value: median(floors) },
          goal,
          note: `round by round ${values.map((value, round) => (value / floors[round]!).toFixed(2)).join(', ')}`,
        });
      }
    }
  }
}

const RATE = (name: string, atLeast: number): Told<Measured> => ({
  name,
  unit: '/s',
  of: ({ perSecond }) => perSecond,
  goal: { atLeast },
});
const CPU = (name: string, atMost: number): Told<{ cpu: number }> => ({
  name,
  unit: 'µs',
  of: ({ cpu }) => cpu,
  goal: { atMost },
});

/** Takes spans and forgets them. */
async function startSink() {
  let batches = 0;
  const server = createServer((request, response) => {
    batches++;
    request.resume().once('end', () => response.end('{}'));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, batches: () => batches, stop: () => server.close().closeAllConnections() };
}

async function start(
  rooms: number,
  server: string,
  database: string,
  name: string,
  options: { main?: string; env?: Record<string, string> } = {},
): Promise<Version> {
  const databaseUrl = await createDatabase(server, `bench_${database}`);
  const product = await Product.start(databaseUrl, options);
  const tenant = await product.tenant();
  return {
    name,
    product,
    tenant,
    databaseUrl,
    senders: await prepareSenders(tenant, await tenant.rooms(rooms, 20, 500)),
  };
}

/** Until the readers of the log, where there are any, have read what was written. */
async function settled(databaseUrl: string): Promise<void> {
  const db = new pg.Client(databaseUrl);
  await db.connect();
  try {
    const { rows } = await db.query<{ now: Date; readers: boolean }>(
      `select clock_timestamp() as now, to_regclass('log_readers') is not null as readers`,
    );
    const { now, readers } = rows[0]!;
    // As long as the others, so that neither version has more of its neighbour's idle time.
    await sleep(3_000);
    for (let behind = readers; behind;) {
      const read = await db.query<{ behind: boolean }>('select bool_or(read_at < $1) as behind from log_readers', [
        new Date(now.getTime() - 1_000),
      ]);
      behind = read.rows[0]!.behind;
      if (behind) await sleep(200);
    }
  } finally {
    await db.end();
  }
}
