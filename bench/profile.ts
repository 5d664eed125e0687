import { rmSync } from 'node:fs';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { prepareSenders, restSend, socketSend, type Senders } from './paths/sends.js';
import { createDatabase, temporaryDataDir } from './support/database.js';
import { Product } from './support/product.js';
import { costsByStage } from './support/stages.js';

/*
 * npm run bench:profile: where the time of a send goes, in the application by stage and in PostgreSQL by statement.
 */
const MESSAGES = 50_000;

const dataDir = temporaryDataDir();
const postgres = await startEmbeddedPostgres({
  dataDir,
  settings: { shared_preload_libraries: 'pg_stat_statements' },
});
const url = await createDatabase(postgres.url, 'bench');
const db = new pg.Client(url);
await db.connect();
await db.query('create extension pg_stat_statements');
const product = await Product.start(url, { node: ['--inspect=0'] });
try {
  const tenant = await product.tenant();
  const senders = await prepareSenders(tenant, await tenant.rooms(1000, 20, 500));
  await db.query('vacuum analyze');
  await report('by REST', senders, restSend);
  await report('by socket', senders, socketSend);
} finally {
  await product.stop();
  await db.end();
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

type Send = (senders: Senders, messages: number) => Promise<number>;

async function report(name: string, senders: Senders, send: Send): Promise<void> {
  await send(senders, MESSAGES / 5);
  await db.query('select pg_stat_statements_reset()');
  const profile = await product.child.profile(() => send(senders, MESSAGES));
  const { costs, busySeconds } = costsByStage(profile);
  console.log(`\nA send ${name}: ${microseconds(busySeconds)} of the application's CPU`);
  for (const { name: stage, share } of costs) console.log(`  ${percent(share)}  ${stage}`);

  const { rows } = await db.query<{ ms: number; query: string }>(
    `select total_exec_time + total_plan_time as ms, regexp_replace(query, '\\s+', ' ', 'g') as query
       from pg_stat_statements order by 1 desc`,
  );
  const total = rows.reduce((sum, { ms }) => sum + ms, 0);
  console.log(`and ${microseconds(total / 1000)} in PostgreSQL's statements`);
  for (const { ms, query } of rows.slice(0, 4)) console.log(`  ${percent(ms / total)}  ${query.slice(0, 80)}`);
}

function microseconds(seconds: number): string {
  return `${((seconds / MESSAGES) * 1e6).toFixed(0)} µs`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1).padStart(5)} %`;
}
