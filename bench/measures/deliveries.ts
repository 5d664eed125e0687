import { Deliveries, type Cpu, type Paced } from '../paths/deliveries.js';
import { Mails } from '../paths/mails.js';
import type { Tenant } from '../support/product.js';
import { median } from '../support/report.js';
import { inTurns, type Bench, type Place } from '../support/rounds.js';

const RATE = 200;
/** Of the most that was delivered in a burst, which is the whole of it. */
const SHARES = [0.1, 0.5];

export interface DeliveryBench extends Bench, Place {
  /** What carries the queue, for the names. */
  backend: string;
  another: () => Promise<Tenant>;
}

/** Webhooks in a burst and at 200 a second, mails, and notifications over sockets. */
export async function measureDeliveries(bench: DeliveryBench): Promise<void> {
  await measureWebhooks(bench);
  await measureMails(bench);
}

async function measureWebhooks({ rounds, size, record, backend, ...place }: DeliveryBench): Promise<void> {
  const path = await Deliveries.prepare(place.tenant, { ...place, productPids: [place.productPid] });
  await path.burst('product', size(2_000));
  await path.burst('claiming', size(2_000));
  const bursts = await inTurns(
    rounds,
    () => path.burst('claiming', size(20_000)),
    () => path.burst('product', size(20_000)),
  );
  const cpuOf = (all: Cpu[]) => median(all.map(({ cpu }) => cpu));
  const most = median(bursts.values.map(({ perSecond }) => perSecond));
  record({
    name: `webhooks delivered and recorded, queue on ${backend}`,
    value: most,
    unit: '/s',
    floor: {
      name: 'bare Node, claims from PostgreSQL',
      value: median(bursts.floors.map(({ perSecond }) => perSecond)),
    },
    goal: { atLeast: 0.35 },
    cpu: { value: cpuOf(bursts.values), floor: cpuOf(bursts.floors) },
    note: splitOf(bursts.values, bursts.floors),
  });

  const idle = await path.idle(10);
  for (const share of SHARES) {
    const rate = Math.round(most * share);
    const { floors, values } = await inTurns(
      rounds,
      () => path.paced('direct', rate, size(20), idle),
      () => path.paced('product', rate, size(20), idle),
    );
    record({
      name: `CPU of a webhook at ${share * 100} % of the maximum, queue on ${backend}`,
      value: cpuOf(values),
      unit: 'µs',
      floor: { name: 'bare Node, straight to the receiver', value: cpuOf(floors) },
      goal: { atMost: 1.5 },
      note: `${rate}/s; ${splitOf(values, floors)}; without what is used when nothing is asked`,
    });
  }

  const paced = await inTurns(
    rounds,
    () => path.paced('direct', RATE, size(20)),
    () => path.paced('product', RATE, size(20)),
  );
  await path.stop();
  const receipt = (all: Paced[], at: 'p50' | 'p99') => median(all.map((one) => one.receipt[at]));
  for (const [at, goal] of [
    ['p50', 5],
    ['p99', 25],
  ] as const) {
    record({
      name: `webhook's receipt after its ack at ${RATE}/s, ${at}, queue on ${backend}`,
      value: receipt(paced.values, at),
      unit: 'ms',
      floor: { name: 'the goal', value: goal },
      goal: { atMost: 1 },
      note: `bare Node: ${receipt(paced.floors, at).toFixed(2)} ms`,
    });
  }
  record({
    name: `CPU of a webhook at ${RATE}/s, queue on ${backend}`,
    value: cpuOf(paced.values),
    unit: 'µs',
    floor: { name: 'bare Node, straight to the receiver', value: cpuOf(paced.floors) },
    goal: { atMost: 1.5 },
    note: splitOf(paced.values, paced.floors),
  });
}

function splitOf(values: Cpu[], floors: Cpu[]): string {
  const of = (all: Cpu[], part: keyof Cpu) => Math.round(median(all.map((one) => one[part])));
  const parts = (all: Cpu[]) => `${of(all, 'application')} µs in Node and ${of(all, 'postgres')} in PostgreSQL`;
  return `${parts(values)}, of the floor ${parts(floors)}`;
}

async function measureMails(bench: DeliveryBench): Promise<void> {
  const { tenant, another, databaseUrl, backend, rounds, size, record } = bench;
  const mails = await Mails.prepare(tenant, databaseUrl);
  const capped = await Mails.prepare(await another(), databaseUrl, { hourly_cap: 1_000_000, daily_cap: 10_000_000 });
  await mails.measure(size(200));
  await capped.measure(size(200));
  await mails.floor(size(200));
  await mails.overSocketsFloor(size(1_000));
  const sent = await inTurns(
    rounds,
    () => mails.floor(size(3_000)),
    () => mails.measure(size(3_000)),
  );
  const counted = await inTurns(
    rounds,
    () => mails.measure(size(3_000)),
    () => capped.measure(size(3_000)),
  );
  const overSockets = await inTurns(
    rounds,
    () => mails.overSocketsFloor(size(10_000)),
    () => mails.overSockets(size(10_000)),
  );
  await mails.stop();
  await capped.stop();
  record({
    name: `mail through SMTP, queue on ${backend}`,
    value: median(sent.values),
    unit: '/s',
    floor: { name: 'bare pooled nodemailer', value: median(sent.floors) },
    goal: { atLeast: 0.6 },
  });
  record({
    name: `mail of a provider with caps of an hour and a day, queue on ${backend}`,
    value: median(counted.values),
    unit: '/s',
    floor: { name: 'the same without', value: median(counted.floors) },
    goal: { atLeast: 0.9 },
  });
  record({
    name: `notifications over sockets, queue on ${backend}`,
    value: median(overSockets.values),
    unit: '/s',
    floor: { name: 'bare Node, claims from PostgreSQL', value: median(overSockets.floors) },
    goal: { atLeast: 0.35 },
    note: 'the goal is 3,000/s, or the share of its floor that webhooks are to have',
  });
}
