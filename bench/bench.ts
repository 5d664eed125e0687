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
import { measureMany } from './measures/many.js';
import { measureReconnects } from './measures/reconnects.js';
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
const valueOf = (option: string): string | undefined => {
  const at = process.argv.indexOf(option);
  return at > 0 ? process.argv[at + 1] : undefined;
};
const quick = process.argv.includes('--quick');
const latencyOnly = process.argv.includes('--latency');
/** By the names of {@link SHARED}, {@link APART} and `start`. */
const only = valueOf('--only')?.split(',');
/** The send by that of an earlier version instead, whose built checkout lies there. */
const before = valueOf('--before');
const jsonFile = valueOf('--json');
const redisUrl = process.env.REDIS_URL;
const wanted = (part: string): boolean => only?.includes(part) ?? true;

// Each process under measurement is ended with this one.
process.setMaxListeners(50);

/** Every path bounds itself; this is for what hangs. To make ten million messages takes longer than all the rest. */
const HOURS = Number(process.env.BENCH_HOURS ?? 1);
setTimeout(
  () => {
    console.error(`The bench has taken more than BENCH_HOURS, which is ${HOURS}: something hangs.`);
    process.exit(1);
  },
  HOURS * 60 * 60 * 1000,
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

/** PostgreSQL, where parts have databases of their own. */
interface Ground {
  server: string;
  postmasterPid: number;
}

type Part<T> = [name: string, measure: (where: T) => Promise<void>];

/** Parts of one server that has run for a while. */
const SHARED: Part<Place & Ground>[] = [
  ['sends', (place) => measureSends(bench, place)],
  ['fan-out', ({ tenant }) => measureFanOut(bench, tenant, 500)],
  ['fan-out-5000', ({ tenant }) => measureFanOut(bench, tenant, 5_000)],
  ['sessions', (place) => measureSessions(bench, place)],
  ['deliveries', (place) => measureDeliveries({ ...bench, ...place, backend: 'PostgreSQL' })],
  ...(redisUrl ? [['cluster', measureClusterOn(redisUrl)] satisfies Part<Place & Ground>] : []),
];

/** Parts that have a server to themselves. */
const APART: Part<Ground>[] = [
  ...(redisUrl
    ? ([
        ['deliveries', measureDeliveriesOn(redisUrl)],
        ['nodes', measureNodesOn(redisUrl)],
      ] satisfies Part<Ground>[])
    : []),
  ['reconnect', (ground) => inProduct(ground, 'bench_reconnect', (place) => measureReconnects(bench, place))],
  ['many', ({ server, postmasterPid }) => measureMany(bench, server, postmasterPid)],
  ['search', ({ server, postmasterPid }) => measureSearch(bench, server, postmasterPid)],
  ['memory', measureMemory],
];

const ALONE = ['idle', 'start'];

/** The whole product on a database of its own. */
async function inProduct(
  ground: Ground,
  name: string,
  work: (place: Place & Ground) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const databaseUrl = await createDatabase(ground.server, name, { migrate: env.REDIS_URL !== undefined });
  const product = await Product.start(databaseUrl, { env });
  try {
    const { pid } = product.child.process;
    await work({ ...ground, databaseUrl, tenant: await product.tenant(), productPid: pid! });
  } finally {
    await product.stop();
  }
}

function measureClusterOn(redis: string) {
  return async (place: Place & Ground): Promise<void> => {
    const databaseUrl = await createDatabase(place.server, 'bench_cluster', { migrate: true });
    await measureCluster(bench, place, { databaseUrl, redisUrl: redis });
  };
}

function measureDeliveriesOn(redis: string) {
  return (ground: Ground): Promise<void> =>
    inProduct(ground, 'bench_redis', (place) => measureDeliveries({ ...bench, ...place, backend: 'Redis' }), {
      REDIS_URL: redis,
    });
}

function measureNodesOn(redis: string) {
  return ({ server }: Ground): Promise<void> =>
    measureNodes(bench, (count) => createDatabase(server, `bench_nodes_${count}`, { migrate: true }), redis);
}

async function measureMemory({ server }: Ground): Promise<void> {
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
async function measureIdle(ground: Ground): Promise<void> {
  const { postmasterPid } = ground;
  await inProduct(ground, 'bench_idle', async () => {
    await sleep(10_000);
    const began = cpuOf([postmasterPid]);
    await sleep(IDLE_S * 1_000);
    bench.record({
      name: "PostgreSQL's CPU time beside an idle server",
      value: (cpuOf([postmasterPid]) - began) / 1_000 / IDLE_S,
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

/** Every part that is wanted. */
async function measureParts(ground: Ground): Promise<void> {
  // First: what others left behind is tidied up for a while.
  if (wanted('idle')) await measureIdle(ground);
  const shared = SHARED.filter(([name]) => wanted(name));
  if (shared.length > 0) {
    await inProduct(ground, 'bench', async (place) => {
      for (const [, measure] of shared) await measure(place);
    });
  }
  for (const [name, measure] of APART) if (wanted(name)) await measure(ground);
}

function refuseUnknown(): void {
  const known = [...SHARED, ...APART].map(([name]) => name).concat(ALONE);
  const unknown = (only ?? []).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}: there are ${[...new Set(known)].join(', ')}`);
}

async function main(): Promise<void> {
  refuseUnknown();
  const dataDir = temporaryDataDir();
  const postgres = await startEmbeddedPostgres({ dataDir });
  const postmasterPid = readPostmaster(join(dataDir, 'postgres'))!.pid;
  const stopPostgres = () => process.kill(postmasterPid, 'SIGINT');
  process.once('exit', stopPostgres);
  try {
    const ground = { server: postgres.url, postmasterPid };
    if (before !== undefined) await measureAgainst(bench, before, postgres.url, postmasterPid);
    else if (latencyOnly) await inProduct(ground, 'bench', (place) => drawLatency(bench, place));
    else await measureParts(ground);
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
