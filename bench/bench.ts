import { rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../src/platform/database/embedded/embedded-postgres.js';
import { readPostmaster } from '../src/platform/database/embedded/postmaster.js';
import { measureAgainst } from './measures/before.js';
import { measureCluster } from './measures/cluster.js';
import { measureDeliveries } from './measures/deliveries.js';
import { measureFanOut } from './measures/fan-out.js';
import { measureSearch } from './measures/search.js';
import { measureNodes } from './measures/nodes.js';
import { drawLatency, measureSends } from './measures/sends.js';
import { measureSessions } from './measures/sessions.js';
import { memoryPerSocket } from './paths/memory.js';
import { startUp } from './paths/start-up.js';
import { cpuOf } from './support/cpu.js';
import { createDatabase, temporaryDataDir } from './support/database.js';
import { Product } from './support/product.js';
import { ratioOf, toTable, type Figure } from './support/report.js';
import type { Bench, Place } from './support/rounds.js';

/*
 * npm run bench [-- --quick] [-- --only a,b] [-- --latency] [-- --json FILE]: every figure as a ratio to a floor measured in the same run, floor and
 * path in turn, because a machine's speed drifts by more than what is being measured. REDIS_URL adds the figures of
 * the queue on Redis and of a cluster. `--before DIR` compares with an earlier version, `--latency` draws how long a message takes
 * over the rate (docs/latency.svg), instead.
 */
const quick = process.argv.includes('--quick');
const latencyOnly = process.argv.includes('--latency');
/** `-- --only sends,fan-out,sessions,deliveries,cluster,nodes,search,memory,idle,start` */
const onlyAt = process.argv.indexOf('--only');
const only = onlyAt > 0 ? process.argv[onlyAt + 1]!.split(',') : null;
const wanted = (path: string): boolean => only?.includes(path) ?? true;
/** `-- --before DIR`: the send by that of an earlier version instead, whose built checkout lies there. */
const beforeAt = process.argv.indexOf('--before');
const before = beforeAt > 0 ? process.argv[beforeAt + 1] : undefined;
const jsonAt = process.argv.indexOf('--json');
const jsonFile = jsonAt > 0 ? process.argv[jsonAt + 1] : undefined;

// Each process under measurement is ended with this one.
process.setMaxListeners(50);

/** Every path bounds itself; this is for what hangs. */
setTimeout(
  () => {
    console.error('The bench has taken more than an hour: something hangs.');
    process.exit(1);
  },
  60 * 60 * 1000,
).unref();

/** How long an idle server is watched. */
const IDLE_S = 20;

const figures: Figure[] = [];

const bench: Bench = {
  rounds: quick ? 1 : 3,
  size: (full) => (quick ? Math.ceil(full / 5) : full),
  record: (figure) => {
    figures.push(figure);
    const note = figure.note === undefined ? '' : ` (${figure.note})`;
    console.error(`${figure.name}: ${ratioOf(figure).toFixed(2)} of the floor${note}`);
  },
};

async function withProduct(
  where: { databaseUrl: string; postmasterPid: number },
  env: Record<string, string>,
  work: (place: Place) => Promise<void>,
): Promise<void> {
  const product = await Product.start(where.databaseUrl, { env });
  try {
    await work({ ...where, tenant: await product.tenant(), productPid: product.child.process.pid! });
  } finally {
    await product.stop();
  }
}

async function measureMemory(server: string): Promise<void> {
  const memory = await memoryPerSocket(await createDatabase(server, 'bench_memory'), bench.size(1000));
  bench.record({
    name: 'memory per idle socket in 20 rooms',
    value: memory.product / 1024,
    unit: 'KiB',
    floor: { name: 'bare Socket.IO socket', value: memory.bare / 1024 },
    goal: { atMost: 1.4 },
  });
}

/** What PostgreSQL has to do for a server that nobody asks anything. */
async function measureIdle(server: string, postmasterPid: number): Promise<void> {
  const databaseUrl = await createDatabase(server, 'bench_idle');
  await withProduct({ databaseUrl, postmasterPid }, {}, async () => {
    await sleep(10_000);
    const before = cpuOf([postmasterPid]);
    await sleep(IDLE_S * 1_000);
    bench.record({
      name: "PostgreSQL's CPU time beside an idle server",
      value: (cpuOf([postmasterPid]) - before) / 1_000 / IDLE_S,
      unit: 'ms a second',
      floor: { name: 'the goal', value: 5 },
      goal: { atMost: 1 },
    });
  });
}

async function measureStart(): Promise<void> {
  const start = await startUp();
  bench.record({
    name: 'second start to ready',
    value: start.product,
    unit: 's',
    floor: { name: 'PostgreSQL alone + empty Nest', value: start.floor },
    goal: { atMost: 1.6 },
    note: 'the goal in seconds is 3',
  });
}

/** Every path that is wanted. */
async function measurePaths(server: string, postmasterPid: number): Promise<void> {
  // First: what others left behind is tidied up for a while.
  if (wanted('idle') && !latencyOnly) await measureIdle(server, postmasterPid);
  const redisUrl = process.env.REDIS_URL;
  const databaseUrl = await createDatabase(server, 'bench');
  await withProduct({ databaseUrl, postmasterPid }, {}, async (place) => {
    if (latencyOnly) return drawLatency(bench, place);
    if (wanted('sends')) await measureSends(bench, place);
    if (wanted('fan-out')) await measureFanOut(bench, place.tenant);
    if (wanted('sessions')) await measureSessions(bench, place);
    if (wanted('deliveries')) await measureDeliveries({ ...bench, ...place, backend: 'PostgreSQL' });
    if (redisUrl && wanted('cluster')) {
      const databaseOfCluster = await createDatabase(server, 'bench_cluster', { migrate: true });
      await measureCluster(bench, place, { databaseUrl: databaseOfCluster, redisUrl });
    }
  });
  if (latencyOnly) return;
  if (redisUrl && wanted('deliveries')) {
    const onRedis = await createDatabase(server, 'bench_redis', { migrate: true });
    await withProduct({ databaseUrl: onRedis, postmasterPid }, { REDIS_URL: redisUrl }, (place) =>
      measureDeliveries({ ...bench, ...place, backend: 'Redis' }),
    );
  }
  if (wanted('search')) await measureSearch(bench, server, postmasterPid);
  if (redisUrl && wanted('nodes')) {
    await measureNodes(bench, (count) => createDatabase(server, `bench_nodes_${count}`, { migrate: true }), redisUrl);
  }
  if (wanted('memory')) await measureMemory(server);
}

async function main(): Promise<void> {
  const dataDir = temporaryDataDir();
  const postgres = await startEmbeddedPostgres({ dataDir });
  const postmasterPid = readPostmaster(join(dataDir, 'postgres'))!.pid;
  const stopPostgres = () => process.kill(postmasterPid, 'SIGINT');
  process.once('exit', stopPostgres);
  try {
    if (before !== undefined) await measureAgainst(bench, before, postgres.url, postmasterPid);
    else await measurePaths(postgres.url, postmasterPid);
  } finally {
    await postgres.stop();
    process.removeListener('exit', stopPostgres);
    rmSync(dataDir, { recursive: true, force: true });
  }
  if (wanted('start') && !latencyOnly && before === undefined) await measureStart();

  console.log(
    `\n${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}, load generator included\n`,
  );
  console.log(toTable(figures));
  if (jsonFile) writeFileSync(jsonFile, JSON.stringify(figures, null, 2));
}

await main();
