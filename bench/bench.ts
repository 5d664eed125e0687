import { rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../src/platform/database/embedded/embedded-postgres.js';
import { readPostmaster } from '../src/platform/database/embedded/postmaster.js';
import { measureAgainst } from './measures/before.js';
import { drawLatency } from './measures/sends.js';
import { Parts } from './parts.js';
import { temporaryDataDir } from './support/database.js';
import { inProduct } from './support/ground.js';
import { ratioOf, toTable, type Figure } from './support/report.js';
import type { Bench } from './support/rounds.js';

/*
 * npm run bench [-- --quick] [-- --rounds N] [-- --only a,b] [-- --latency] [-- --json FILE]: every figure as a ratio to a floor measured in the same run, floor and
 * path in turn, because a machine's speed drifts by more than what is being measured. REDIS_URL adds the figures of
 * the queue on Redis and of a cluster. `--before DIR` compares webhooks and sends with an earlier version (`--traced 1`: and this one with traces on with itself; less than 1
 * is a share of them), `--latency` draws how long a message takes
 * over the rate (docs/latency.svg), instead.
 */
const OPTIONS = {
  quick: { type: 'boolean', default: false },
  latency: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  only: { type: 'string' },
  /** The send by that of an earlier version instead, whose built checkout lies there. */
  before: { type: 'string' },
  traced: { type: 'string' },
  json: { type: 'string' },
} as const;

/** What takes an hour is not begun by a slip. */
function asked() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    for (const name of ['rounds', 'traced'] as const)
      if (!(Number(values[name] ?? 0) >= 0)) throw new Error(`--${name} ${values[name]} is no number.`);
    return values;
  } catch (error) {
    console.error((error as Error).message);
    console.error(`npm run bench -- takes --${Object.keys(OPTIONS).join(', --')}: see docs/performance.md.`);
    process.exit(2);
  }
}

const given = asked();
const { quick, before } = given;
const only = given.only?.split(',');
const traced = Number(given.traced ?? 0);

// Each process under measurement is ended with this one.
process.setMaxListeners(50);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Every path bounds itself; this is for what hangs. To make ten million messages takes long. */
const HOURS = Number(process.env.BENCH_HOURS ?? 1);
setTimeout(
  () => {
    console.error(`The bench has taken more than ${HOURS} h (BENCH_HOURS): something hangs.`);
    process.exit(1);
  },
  HOURS * 60 * 60 * 1000,
).unref();

const figures: Figure[] = [];

const bench: Bench = {
  rounds: Number(given.rounds) || (quick ? 1 : 3),
  size: (full) => (quick ? Math.ceil(full / 5) : full),
  record: (figure) => {
    figures.push(figure);
    const note = figure.note === undefined ? '' : ` (${figure.note})`;
    console.error(`${figure.name}: ${ratioOf(figure).toFixed(2)} of the floor${note}`);
  },
};
const parts = new Parts(bench, before === undefined ? only : undefined);

async function main(): Promise<void> {
  const dataDir = temporaryDataDir();
  const postgres = await startEmbeddedPostgres({ dataDir });
  const postmasterPid = readPostmaster(join(dataDir, 'postgres'))!.pid;
  const stopPostgres = () => process.kill(postmasterPid, 'SIGINT');
  process.once('exit', stopPostgres);
  try {
    const ground = { server: postgres.url, postmasterPid };
    if (before !== undefined)
      await measureAgainst(bench, { directory: before, traced }, postgres.url, postmasterPid, only);
    else if (given.latency) await inProduct(ground, 'bench', (site) => drawLatency(bench, site));
    else await parts.measure(ground);
  } finally {
    await postgres.stop();
    process.removeListener('exit', stopPostgres);
    rmSync(dataDir, { recursive: true, force: true });
  }
  if (!given.latency && before === undefined) await parts.measureLast();

  console.log(
    `\n${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}, load generator included\n`,
  );
  console.log(toTable(figures));
  if (given.json) writeFileSync(given.json, JSON.stringify(figures, null, 2));
}

await main();
