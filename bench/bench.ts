import { rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../src/platform/database/embedded/embedded-postgres.js';
import { readPostmaster } from '../src/platform/database/embedded/postmaster.js';
import { TransactionFloor } from './floors/transactions.js';
import { measureDeliveries } from './measure-deliveries.js';
import { FanOut, type Deliveries, type Load } from './paths/fan-out.js';
import { LatencyPath, type Latency } from './paths/latency.js';
import { memoryPerSocket } from './paths/memory.js';
import { prepareSenders, restSend, socketSend } from './paths/sends.js';
import { startUp } from './paths/start-up.js';
import { cpuOf } from './support/cpu.js';
import { createDatabase, temporaryDataDir } from './support/database.js';
import { plot } from './support/plot.js';
import { Product, type Tenant } from './support/product.js';
import { median, ratioOf, toTable, type Figure } from './support/report.js';

/*
 * npm run bench [-- --quick] [-- --only a,b] [-- --latency] [-- --json FILE]: every figure as a ratio to a floor measured in the same run, floor and
 * path in turn, because a machine's speed drifts by more than what is being measured. REDIS_URL adds the figures of
 * the queue on Redis. `--latency` draws how long a message takes over the rate instead (docs/latency.svg).
 */
const quick = process.argv.includes('--quick');
const latencyOnly = process.argv.includes('--latency');
/** `-- --only sends,fan-out,deliveries,memory,start` */
const onlyAt = process.argv.indexOf('--only');
const only = onlyAt > 0 ? process.argv[onlyAt + 1]!.split(',') : null;
const wanted = (path: string): boolean => only?.includes(path) ?? true;
const jsonAt = process.argv.indexOf('--json');
const jsonFile = jsonAt > 0 ? process.argv[jsonAt + 1] : undefined;
const rounds = quick ? 1 : 3;
const size = (full: number): number => (quick ? Math.ceil(full / 5) : full);

/** Every path bounds itself; this is for what hangs. */
setTimeout(
  () => {
    console.error('The bench has taken more than an hour: something hangs.');
    process.exit(1);
  },
  60 * 60 * 1000,
).unref();

const figures: Figure[] = [];

function record(figure: Figure): void {
  figures.push(figure);
  console.error(`${figure.name}: ${ratioOf(figure).toFixed(2)} of the floor`);
}

const common = { rounds, size, record };

/** Floor and path in turn, the median of each. */
async function inTurn(floor: () => Promise<number>, path: () => Promise<number>) {
  const floors: number[] = [];
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    floors.push(await floor());
    values.push(await path());
  }
  return { value: median(values), floor: median(floors) };
}

/** What is measured against a server that runs already, and whose CPU time that takes. */
interface Place {
  url: string;
  tenant: Tenant;
  pids: { productPid: number; postmasterPid: number };
}

/** Messages per second, and of the last round the CPU time of each. */
function withCpu({ pids }: Place, count: number, send: () => Promise<number>) {
  let cpu = 0;
  const measure = async () => {
    const before = cpuOf(Object.values(pids));
    const perSecond = await send();
    cpu = (cpuOf(Object.values(pids)) - before) / count;
    return perSecond;
  };
  return { measure, cpu: () => cpu };
}

async function measureSends(place: Place, transactions: TransactionFloor): Promise<void> {
  const senders = await prepareSenders(place.tenant, await place.tenant.rooms(size(1000), 20, 500));
  await transactions.prepare();
  const floor = () => transactions.measure(size(10));
  const count = size(100_000);
  await restSend(senders, size(20_000)); // warm: code compiled, keys verified
  const rest = withCpu(place, count, () => restSend(senders, count));
  const byRest = await inTurn(floor, rest.measure);
  const few = await inTurn(
    () => restSend(senders, count),
    () => restSend(senders, count, 64),
  );
  await socketSend(senders, size(20_000));
  const socket = withCpu(place, count, () => socketSend(senders, count));
  const bySocket = await inTurn(floor, socket.measure);
  record({
    name: 'send by REST',
    value: byRest.value,
    unit: '/s',
    floor: { name: transactions.name, value: byRest.floor },
    goal: { atLeast: 2 },
    cpu: { value: rest.cpu(), atMost: 180 },
  });
  record({
    name: 'send by REST over 64 connections',
    value: few.value,
    unit: '/s',
    floor: { name: 'the same over 256', value: few.floor },
    goal: { atLeast: 0.85 },
  });
  record({
    name: 'send by socket',
    value: bySocket.value,
    unit: '/s',
    floor: { name: transactions.name, value: bySocket.floor },
    goal: { atLeast: 2.5 },
    cpu: { value: socket.cpu(), atMost: 140 },
  });
  const latency = await LatencyPath.prepare(place.tenant, senders, { databaseUrl: place.url, ...place.pids });
  await measureLatency(latency, 300, 'at 300/s', { p50: 2, p99: 3, cpu: 700 });
  await measureLatency(latency, few.floor / 2, 'at half of the maximum', { p50: 3, p99: 4 });
  await latency.stop();
}

async function measureLatency(
  path: LatencyPath,
  rate: number,
  name: string,
  goals: { p50: number; p99: number; cpu?: number },
): Promise<void> {
  const floors: Latency[] = [];
  const ours: Latency[] = [];
  for (let round = 0; round < rounds; round++) {
    floors.push(await path.floor(rate, size(10)));
    ours.push(await path.measure(rate, size(10)));
  }
  for (const way of ['ack', 'seen'] as const) {
    for (const percentile of ['p50', 'p99'] as const) {
      const of = (all: Latency[]) => median(all.map((one) => one[way][percentile]));
      record({
        name: `${way === 'ack' ? 'acknowledged' : 'seen by another'} ${name}, ${percentile}`,
        value: of(ours),
        unit: 'ms',
        floor: { name: 'bare Node server, a commit each', value: of(floors) },
        goal: { atMost: goals[percentile] },
        ...(goals.cpu &&
          way === 'ack' &&
          percentile === 'p50' && {
            cpu: { value: median(ours.map(({ cpuPerMessage }) => cpuPerMessage)), atMost: goals.cpu },
          }),
      });
    }
  }
  record({
    name: `answered in time ${name}, the worst round`,
    value: Math.min(...ours.map(({ pace }) => pace)),
    unit: 'of 1',
    floor: { name: 'asked for', value: 1 },
    goal: { atLeast: 0.98 },
    note: `the bare server: ${Math.min(...floors.map(({ pace }) => pace)).toFixed(2)} of 1`,
  });
}

/** 10 % to 90 % of what REST sends at full load, and the bare server at the same rates. */
async function drawLatency(place: Place, transactions: TransactionFloor): Promise<void> {
  const senders = await prepareSenders(place.tenant, await place.tenant.rooms(size(1000), 20, 500));
  await transactions.prepare();
  await restSend(senders, size(20_000));
  const most = await restSend(senders, size(100_000));
  const path = await LatencyPath.prepare(place.tenant, senders, { databaseUrl: place.url, ...place.pids });
  const curves: Record<'ours' | 'floors', Latency[]> = { ours: [], floors: [] };
  for (let tenths = 1; tenths <= 9; tenths++) {
    const rate = Math.round((most * tenths) / 10);
    curves.floors.push(await path.floor(rate, size(10)));
    curves.ours.push(await path.measure(rate, size(10)));
    console.error(`${rate}/s: ${JSON.stringify([curves.floors.at(-1), curves.ours.at(-1)])}`);
  }
  await path.stop();
  const line = (name: string, colour: string, of: keyof typeof curves, percentile: 'p50' | 'p99') => ({
    name: `${name}, ${percentile}`,
    colour,
    dashed: percentile === 'p99',
    points: curves[of].map(({ rate, ack }): [number, number] => [rate, ack[percentile]]),
  });
  const svg = plot('Time to an acknowledged message, by REST', { x: 'messages per second', y: 'ms' }, [
    line('ChatAPI', '#0b6', 'ours', 'p50'),
    line('ChatAPI', '#0b6', 'ours', 'p99'),
    line('bare server', '#888', 'floors', 'p50'),
    line('bare server', '#888', 'floors', 'p99'),
  ]);
  writeFileSync('docs/latency.svg', svg);
}

async function measureFanOut(tenant: Tenant): Promise<void> {
  const fanOut = await FanOut.prepare(tenant, size(500));
  await fanOut.measure(size(400), 'stream');
  await fanOut.floor(size(400), 'stream');
  const inTurns = async (messages: number, load: Load, path: () => Promise<Deliveries>) => {
    const floors: Deliveries[] = [];
    const values: Deliveries[] = [];
    for (let round = 0; round < rounds; round++) {
      floors.push(await fanOut.floor(messages, load));
      values.push(await path());
    }
    return { value: medians(values), floor: medians(floors) };
  };
  const [many, single] = [size(800), size(400)];
  const stream = await inTurns(many, 'stream', () => fanOut.measure(many, 'stream'));
  const lone = await inTurns(single, 'lone', () => fanOut.measureLone(single));
  await fanOut.stop();
  record({
    name: `fan-out to ${size(500)} members, a stream of messages`,
    value: stream.value.perSecond,
    unit: '/s',
    cpu: { value: stream.value.cpu, floor: stream.floor.cpu },
    floor: { name: 'bare Socket.IO broadcast', value: stream.floor.perSecond },
    goal: { atLeast: 2.2 },
  });
  record({
    name: `fan-out to ${size(500)} members, lone messages`,
    value: 1e6 / lone.value.cpu,
    unit: '/s of CPU',
    cpu: { value: lone.value.cpu, floor: lone.floor.cpu },
    floor: { name: 'bare Socket.IO broadcast', value: 1e6 / lone.floor.cpu },
    goal: { atLeast: 0.9 },
    note: 'by CPU, less what a message takes that only its sender hears: in time, each waits for its commit',
  });
}

const medians = (all: Deliveries[]): Deliveries => ({
  perSecond: median(all.map(({ perSecond }) => perSecond)),
  cpu: median(all.map(({ cpu }) => cpu)),
});

async function withProduct(
  url: string,
  env: Record<string, string>,
  work: (tenant: Tenant, productPid: number) => Promise<void>,
) {
  const product = await Product.start(url, { env });
  try {
    await work(await product.tenant(), product.child.process.pid!);
  } finally {
    await product.stop();
  }
}

async function measureMemory(server: string): Promise<void> {
  const memory = await memoryPerSocket(await createDatabase(server, 'bench_memory'), size(1000));
  record({
    name: 'memory per idle socket in 20 rooms',
    value: memory.product / 1024,
    unit: 'KiB',
    floor: { name: 'bare Socket.IO socket', value: memory.bare / 1024 },
    goal: { atMost: 1.4 },
  });
}

async function measureStart(): Promise<void> {
  const start = await startUp();
  record({
    name: 'second start to ready',
    value: start.product,
    unit: 's',
    floor: { name: 'PostgreSQL alone + empty Nest', value: start.floor },
    goal: { atMost: 1.6 },
    note: 'the goal in seconds is 3',
  });
}

async function main(): Promise<void> {
  const dataDir = temporaryDataDir();
  const postgres = await startEmbeddedPostgres({ dataDir });
  const postmasterPid = readPostmaster(join(dataDir, 'postgres'))!.pid;
  const stopPostgres = () => process.kill(postmasterPid, 'SIGINT');
  process.once('exit', stopPostgres);
  try {
    const url = await createDatabase(postgres.url, 'bench');
    await withProduct(url, {}, async (tenant, productPid) => {
      const transactions = new TransactionFloor(url);
      const place = { url, tenant, pids: { productPid, postmasterPid } };
      if (latencyOnly) return drawLatency(place, transactions);
      if (wanted('sends')) await measureSends(place, transactions);
      if (wanted('fan-out')) await measureFanOut(tenant);
      if (wanted('deliveries'))
        await measureDeliveries({
          ...common,
          tenant,
          databaseUrl: url,
          backend: 'PostgreSQL',
          productPid,
          postmasterPid,
        });
    });
    if (latencyOnly) return;
    const redisUrl = process.env.REDIS_URL;
    if (redisUrl && wanted('deliveries')) {
      const onRedis = await createDatabase(postgres.url, 'bench_redis', { migrate: true });
      await withProduct(onRedis, { REDIS_URL: redisUrl }, (tenant, productPid) =>
        measureDeliveries({ ...common, tenant, databaseUrl: onRedis, backend: 'Redis', productPid, postmasterPid }),
      );
    }
    if (wanted('memory')) await measureMemory(postgres.url);
  } finally {
    await postgres.stop();
    process.removeListener('exit', stopPostgres);
    rmSync(dataDir, { recursive: true, force: true });
  }
  if (wanted('start')) await measureStart();

  console.log(
    `\n${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}, load generator included\n`,
  );
  console.log(toTable(figures));
  if (jsonFile) writeFileSync(jsonFile, JSON.stringify(figures, null, 2));
}

await main();
