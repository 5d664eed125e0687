import { Deliveries, type Paced } from '../paths/deliveries.js';
import { Mails } from '../paths/mails.js';
import { median } from '../support/report.js';
import { inTurns, type Bench, type Place } from '../support/rounds.js';

const RATE = 200;

export interface DeliveryBench extends Bench, Place {
  /** What carries the queue, for the names. */
  backend: string;
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
  const cpuOf = (all: { cpu: number }[]) => median(all.map(({ cpu }) => cpu));
  record({
    name: `webhooks delivered and recorded, queue on ${backend}`,
    value: median(bursts.values.map(({ perSecond }) => perSecond)),
    unit: '/s',
    floor: {
      name: 'bare Node, claims from PostgreSQL',
      value: median(bursts.floors.map(({ perSecond }) => perSecond)),
    },
    goal: { atLeast: 0.35 },
    cpu: { value: cpuOf(bursts.values), floor: cpuOf(bursts.floors) },
  });

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
  });
}

async function measureMails({ tenant, databaseUrl, backend, rounds, size, record }: DeliveryBench): Promise<void> {
  const mails = await Mails.prepare(tenant, databaseUrl);
  await mails.measure(size(200));
  await mails.floor(size(200));
  await mails.overSocketsFloor(size(1_000));
  const sent = await inTurns(
    rounds,
    () => mails.floor(size(3_000)),
    () => mails.measure(size(3_000)),
  );
  const overSockets = await inTurns(
    rounds,
    () => mails.overSocketsFloor(size(10_000)),
    () => mails.overSockets(size(10_000)),
  );
  await mails.stop();
  record({
    name: `mail through SMTP, queue on ${backend}`,
    value: median(sent.values),
    unit: '/s',
    floor: { name: 'bare pooled nodemailer', value: median(sent.floors) },
    goal: { atLeast: 0.6 },
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
