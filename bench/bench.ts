import { rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { startEmbeddedPostgres } from '../src/platform/database/embedded/embedded-postgres.js';
import { measureEmptyJobs } from './floors/empty-jobs.js';
import { TransactionFloor } from './floors/transactions.js';
import { FanOut } from './paths/fan-out.js';
import { memoryPerSocket } from './paths/memory.js';
import { notificationsToWebhook } from './paths/notifications.js';
import { prepareSenders, restSend, socketSend } from './paths/sends.js';
import { startUp } from './paths/start-up.js';
import { createDatabase, temporaryDataDir } from './support/database.js';
import { Product, type Tenant } from './support/product.js';
import { median, ratioOf, toTable, type Figure } from './support/report.js';

/*
 * npm run bench [-- --quick] [-- --json FILE]: every figure as a ratio to a floor measured in the same run, floor and
 * path in turn, because a machine's speed drifts by more than what is being measured. REDIS_URL adds the figures of
 * the queue on Redis.
 */
const quick = process.argv.includes('--quick');
const jsonAt = process.argv.indexOf('--json');
const jsonFile = jsonAt > 0 ? process.argv[jsonAt + 1] : undefined;
const rounds = quick ? 1 : 3;
const size = (full: number): number => (quick ? Math.ceil(full / 5) : full);

const figures: Figure[] = [];

function record(figure: Figure): void {
  figures.push(figure);
  console.error(`${figure.name}: ${ratioOf(figure).toFixed(2)} of the floor`);
}

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

async function measureSends(tenant: Tenant, transactions: TransactionFloor): Promise<void> {
  const rooms = await tenant.rooms(size(1000), 20, 500);
  const senders = await prepareSenders(tenant, rooms);
  await transactions.prepare();
  const floor = () => transactions.measure(size(10));
  await restSend(senders, size(20_000)); // warm: code compiled, keys verified
  const rest = await inTurn(floor, () => restSend(senders, size(100_000)));
  await socketSend(senders, size(20_000));
  const socket = await inTurn(floor, () => socketSend(senders, size(100_000)));
  const goal = { atLeast: 1.5 };
  record({
    name: 'send by REST',
    value: rest.value,
    unit: '/s',
    floor: { name: transactions.name, value: rest.floor },
    goal,
  });
  record({
    name: 'send by socket',
    value: socket.value,
    unit: '/s',
    floor: { name: transactions.name, value: socket.floor },
    goal,
  });
}

async function measureFanOut(tenant: Tenant): Promise<void> {
  const fanOut = await FanOut.prepare(tenant, size(500));
  const messages = size(400);
  await fanOut.measure(messages);
  await fanOut.floor(messages);
  const { value, floor } = await inTurn(
    () => fanOut.floor(messages),
    () => fanOut.measure(messages),
  );
  await fanOut.stop();
  record({
    name: `fan-out to ${size(500)} members`,
    value,
    unit: '/s',
    floor: { name: 'bare Socket.IO broadcast', value: floor },
    goal: { atLeast: 0.9 },
  });
}

async function measureNotifications(tenant: Tenant, databaseUrl: string, redisUrl?: string): Promise<void> {
  const backend = redisUrl ? { redis: redisUrl } : { postgres: databaseUrl };
  const name = redisUrl ? 'Redis' : 'PostgreSQL';
  await notificationsToWebhook(tenant, databaseUrl, size(2000));
  const { value, floor } = await inTurn(
    () => measureEmptyJobs(backend, size(10_000)),
    () => notificationsToWebhook(tenant, databaseUrl, size(10_000)),
  );
  record({
    name: `notification to webhook, queue on ${name}`,
    value,
    unit: '/s',
    floor: { name: 'empty BullMQ jobs', value: floor },
    goal: { atLeast: 0.5 },
  });
}

async function withProduct(url: string, env: Record<string, string>, work: (tenant: Tenant) => Promise<void>) {
  const product = await Product.start(url, { env });
  try {
    await work(await product.tenant());
  } finally {
    await product.stop();
  }
}

async function main(): Promise<void> {
  const dataDir = temporaryDataDir();
  const postgres = await startEmbeddedPostgres({ dataDir });
  try {
    const url = await createDatabase(postgres.url, 'bench');
    await withProduct(url, {}, async (tenant) => {
      const transactions = new TransactionFloor(url);
      await measureSends(tenant, transactions);
      await measureFanOut(tenant);
      await measureNotifications(tenant, url);
    });
    const redisUrl = process.env.REDIS_URL;
    if (redisUrl) {
      const onRedis = await createDatabase(postgres.url, 'bench_redis', { migrate: true });
      await withProduct(onRedis, { REDIS_URL: redisUrl }, (tenant) => measureNotifications(tenant, onRedis, redisUrl));
    }
    const memory = await memoryPerSocket(await createDatabase(postgres.url, 'bench_memory'), size(1000));
    record({
      name: 'memory per idle socket in 20 rooms',
      value: memory.product / 1024,
      unit: 'KiB',
      floor: { name: 'bare Socket.IO socket', value: memory.bare / 1024 },
      goal: { atMost: 1.4 },
    });
  } finally {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
  const start = await startUp();
  record({
    name: 'second start to ready',
    value: start.product,
    unit: 's',
    floor: { name: 'PostgreSQL alone + empty Nest', value: start.floor },
    goal: { atMost: 2 },
    note: 'the goal in seconds is 3',
  });

  console.log(
    `\n${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}, load generator included\n`,
  );
  console.log(toTable(figures));
  if (jsonFile) writeFileSync(jsonFile, JSON.stringify(figures, null, 2));
}

await main();
