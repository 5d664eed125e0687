import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/platform/database/embedded/embedded-postgres.js';
import { readPostmaster } from '../src/platform/database/embedded/postmaster.js';
import { Deliveries } from './paths/deliveries.js';
import { Mails } from './paths/mails.js';
import { Notifications, SHAPES } from './paths/notifications.js';
import { Reconnects } from './paths/reconnects.js';
import { Sessions } from './paths/sessions.js';
import { prepareSenders, restSend, socketSend } from './paths/sends.js';
import { createDatabase, temporaryDataDir } from './support/database.js';
import { Product } from './support/product.js';
import { costsByStage } from './support/stages.js';

/*
 * npm run bench:profile [-- sends,sessions,reconnects,notifications,deliveries,mails]: where the time of a send, of a connection, a login, a
 * return, of accepting notifications, and of delivering them to a webhook and by mail goes: in the application by stage and in PostgreSQL
 * by statement.
 */
const only = process.argv[2]?.split(',');
const wanted = (part: string): boolean => only?.includes(part) ?? true;
const dataDir = temporaryDataDir();
const postgres = await startEmbeddedPostgres({
  dataDir,
  settings: { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_planning': 'on' },
});
const url = await createDatabase(postgres.url, 'bench');
const db = new pg.Client(url);
await db.connect();
await db.query('create extension pg_stat_statements');
const product = await Product.start(url, { node: ['--inspect=0'] });
try {
  const tenant = await product.tenant();
  const pids = {
    productPids: [product.child.process.pid!],
    postmasterPid: readPostmaster(join(dataDir, 'postgres'))!.pid,
  };
  if (wanted('sends')) {
    const senders = await prepareSenders(tenant, await tenant.rooms(1000, 20, 500));
    await db.query('vacuum analyze');
    await report('A send by REST', 50_000, (count) => restSend(senders, count));
    await report('A send by socket', 50_000, (count) => socketSend(senders, count));
  }
  if (wanted('sessions')) {
    const place = { databaseUrl: url, postmasterPid: pids.postmasterPid };
    const sessions = await Sessions.prepare(tenant, 500, place);
    await report('A connection with a warm key', 500, () => sessions.connect());
    await report('A login', 1_000, (count) => sessions.login(count));
    await sessions.stop();
  }
  if (wanted('reconnects')) {
    for (const membersEach of [20, 100]) {
      const count = 600;
      const reconnects = await Reconnects.prepare(tenant, { count, membersEach }, pids.postmasterPid);
      const leave = () => reconnects.leave();
      await report(`A return to rooms of ${membersEach}`, count, () => reconnects.comeBack(), leave);
      await reconnects.stop();
    }
  }
  if (wanted('notifications')) {
    const floorUrl = await createDatabase(postgres.url, 'bench_floor', { migrate: true });
    const place = { databaseUrl: url, floorUrl, productPid: pids.productPids[0]!, postmasterPid: pids.postmasterPid };
    const notifications = await Notifications.prepare(tenant, place);
    for (const shape of SHAPES) {
      const count = shape.each === 1 ? 5_000 : 20_000;
      await report(`Of ${shape.name}`, count, (count) => notifications.accept(shape, count));
    }
    await notifications.stop();
  }
  if (wanted('deliveries')) {
    const deliveries = await Deliveries.prepare(tenant, { databaseUrl: url, ...pids });
    await report('A notification to a webhook', 10_000, (count) => deliveries.burst('product', count));
    await report('The same at 200/s', 2_000, (count) => deliveries.paced('product', 200, count / 200));
    await deliveries.stop();
  }
  if (wanted('mails')) {
    const mails = await Mails.prepare(tenant, url);
    await report('A mail', 2_000, (count) => mails.measure(count));
    await mails.stop();
  }
} finally {
  await product.stop();
  await db.end();
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function report(
  name: string,
  count: number,
  work: (count: number) => Promise<unknown>,
  before: () => Promise<void> = async () => {},
): Promise<void> {
  await before();
  await work(count / 5);
  await before();
  await db.query('select pg_stat_statements_reset()');
  const { costs, busySeconds } = costsByStage(await product.child.profile(() => work(count)));
  console.log(`\n${name}: ${microseconds(busySeconds / count)} of the application's CPU`);
  for (const { name: stage, share } of costs) console.log(`  ${percent(share)}  ${stage}`);

  const { rows } = await db.query<{ ms: number; planning: number; query: string }>(
    `select total_exec_time + total_plan_time as ms, total_plan_time as planning, regexp_replace(query, '\\s+', ' ', 'g') as query
       from pg_stat_statements order by 1 desc`,
  );
  const total = rows.reduce((sum, { ms }) => sum + ms, 0);
  console.log(`and ${microseconds(total / 1000 / count)} in PostgreSQL's statements`);
  for (const { ms, planning, query } of rows.slice(0, 8))
    console.log(`  ${percent(ms / total)}  (${percent(planning / ms)} planning)  ${query.slice(0, 80)}`);
}

function microseconds(seconds: number): string {
  return `${(seconds * 1e6).toFixed(0)} µs`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1).padStart(5)} %`;
}
