import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { Deliveries } from '../paths/deliveries.js';
import { Notifications, SHAPES } from '../paths/notifications.js';
import { prepareSenders, restSend, socketSend, type Senders } from '../paths/sends.js';
import { cpuOf } from '../support/cpu.js';
import { createDatabase } from '../support/database.js';
import { Product, type Tenant } from '../support/product.js';
import { medians, type Bench, type Measured } from '../support/rounds.js';

/** One version of the product, with rooms and senders of its own. */
interface Version {
  product: Product;
  tenant: Tenant;
  databaseUrl: string;
  senders: Senders;
}

/**
 * The send, notifications and webhooks, of this version by those of an earlier one, whose built checkout lies in `directory` (`npm ci && npm run build` there): in turn on one
 * PostgreSQL, the order swapped each round. The CPU time is that of the send and of all that follows from it: a round ends when
 * the readers of the log have read it.
 * @param traced the share of traces that this version makes and hands to a receiver in this process; 0: traces are off
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
  const env: Record<string, string> =
    traced === 0
      ? {}
      : {
          OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
          OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
          OTEL_TRACES_SAMPLER_ARG: String(traced),
        };
  try {
    const rooms = only.includes('sends') ? bench.size(1000) : 0;
    versions.push(await start(rooms, server, 'before', { main: join(resolve(directory), 'dist/src/main.js') }));
    versions.push(await start(rooms, server, 'after', { env }));
    const [before, after] = versions as [Version, Version];
    if (only.includes('notifications')) await measureNotifications(bench, before, after, postmasterPid);
    if (only.includes('deliveries')) await measureWebhooks(bench, before, after, postmasterPid);
    if (!only.includes('sends')) return;
    for (const [name, send] of Object.entries({ REST: restSend, socket: socketSend })) {
      const measure = async (version: Version): Promise<Measured> => {
        const pids = [postmasterPid, version.product.child.process.pid!];
        const count = bench.size(50_000);
        const began = cpuOf(pids);
        const perSecond = await send(version.senders, count);
        await settled(version.databaseUrl);
        return { perSecond, cpu: (cpuOf(pids) - began) / count };
      };
      for (const version of versions) await send(version.senders, bench.size(20_000));
      const [floors, values]: [Measured[], Measured[]] = [[], []];
      for (let round = 0; round < bench.rounds * 2; round++) {
        const order = round % 2 === 0 ? [before, after] : [after, before];
        for (const version of order) (version === before ? floors : values).push(await measure(version));
      }
      const [floor, value] = [medians(floors), medians(values)];
      const ratios = values.map(({ perSecond }, at) => (perSecond / floors[at]!.perSecond).toFixed(2));
      const floorName = 'the version before';
      bench.record({
        name: `send by ${name}, by the version before`,
        value: value.perSecond,
        unit: '/s',
        floor: { name: floorName, value: floor.perSecond },
        goal: { atLeast: 0.9 },
        note: `round by round ${ratios.join(', ')}`,
      });
      bench.record({
        name: `CPU of a send by ${name} and of what follows from it, by the version before`,
        value: value.cpu,
        unit: 'µs',
        floor: { name: floorName, value: floor.cpu },
        goal: { atMost: 1.1 },
      });
    }
  } finally {
    await Promise.all(versions.map(({ product }) => product.stop()));
    if (traced > 0) console.error(`${sink.batches()} batches of spans came.`);
    sink.stop();
  }
}

/** Notifications until they are accepted. */
async function measureNotifications(
  bench: Bench,
  before: Version,
  after: Version,
  postmasterPid: number,
): Promise<void> {
  const paths = new Map<Version, Notifications>();
  for (const version of [before, after]) {
    const { databaseUrl, tenant, product } = version;
    const place = { databaseUrl, productPid: product.child.process.pid!, postmasterPid };
    paths.set(version, await Notifications.prepare(tenant, place));
  }
  for (const shape of SHAPES) {
    const count = bench.size(10_000);
    for (const version of [before, after]) await paths.get(version)!.accept(shape, count);
    const [floors, values]: [Measured[], Measured[]] = [[], []];
    for (let round = 0; round < bench.rounds * 2; round++) {
      for (const version of round % 2 === 0 ? [before, after] : [after, before])
        (version === before ? floors : values).push(await paths.get(version)!.accept(shape, count));
    }
    const [floor, value] = [medians(floors), medians(values)];
    bench.record({
      name: `${shape.name}, by the version before`,
      value: value.perSecond,
      unit: '/s',
      floor: { name: 'the version before', value: floor.perSecond },
      goal: { atLeast: 0.9 },
      cpu: { value: value.cpu, floor: floor.cpu },
    });
  }
  for (const path of paths.values()) await path.stop();
}

/** Webhooks from the acceptance until they are on record. */
async function measureWebhooks(bench: Bench, before: Version, after: Version, postmasterPid: number): Promise<void> {
  const paths = new Map<Version, Deliveries>();
  for (const version of [before, after]) {
    const productPids = [version.product.child.process.pid!];
    const { databaseUrl, tenant } = version;
    const path = await Deliveries.prepare(tenant, { databaseUrl, productPids, postmasterPid });
    await path.burst('product', bench.size(3_000));
    paths.set(version, path);
  }
  const [floors, values]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < bench.rounds * 4; round++) {
    for (const version of round % 2 === 0 ? [before, after] : [after, before]) {
      const measured = await paths.get(version)!.burst('product', bench.size(3_000));
      (version === before ? floors : values).push(measured);
    }
  }
  for (const path of paths.values()) await path.stop();
  const [floor, value] = [medians(floors), medians(values)];
  const ratios = values.map(({ cpu }, at) => (cpu / floors[at]!.cpu).toFixed(2));
  const name = 'the version before';
  bench.record({
    name: 'webhooks delivered and recorded, by the version before',
    value: value.perSecond,
    unit: '/s',
    floor: { name, value: floor.perSecond },
    goal: { atLeast: 0.9 },
  });
  bench.record({
    name: 'CPU of a webhook, by the version before',
    value: value.cpu,
    unit: 'µs',
    floor: { name, value: floor.cpu },
    goal: { atMost: 1.05 },
    note: `round by round ${ratios.join(', ')}`,
  });
}

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
  name: string,
  options: { main?: string; env?: Record<string, string> },
): Promise<Version> {
  const databaseUrl = await createDatabase(server, `bench_${name}`);
  const product = await Product.start(databaseUrl, options);
  const tenant = await product.tenant();
  return {
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
