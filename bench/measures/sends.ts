import { writeFileSync } from 'node:fs';
import { TransactionFloor } from '../floors/transactions.js';
import { LatencyPath, type Latency } from '../paths/latency.js';
import { mentioningSend, prepareSenders, restSend, socketSend } from '../paths/sends.js';
import { plot } from '../support/plot.js';
import { median } from '../support/report.js';
import { inTurns, medians, withCpu, type Bench, type Measured, type Place } from '../support/rounds.js';

/** By REST and by socket at full load, then how long a message takes below it. */
export async function measureSends({ rounds, size, record }: Bench, place: Place): Promise<void> {
  const transactions = new TransactionFloor(place.databaseUrl);
  const senders = await prepareSenders(place.tenant, await place.tenant.rooms(size(1000), 20, 500));
  await transactions.prepare();
  const count = size(100_000);
  const pids = [place.productPid, place.postmasterPid];
  const floor = async (): Promise<Measured> => ({ perSecond: await transactions.measure(size(10)), cpu: NaN });
  const rest = (connections: number) => withCpu(pids, count, () => restSend(senders, count, connections));
  const againstFloor = async (path: () => Promise<Measured>) => {
    const { floors, values } = await inTurns(rounds, floor, path);
    return { floor: medians(floors).perSecond, ...medians(values) };
  };
  await restSend(senders, size(20_000)); // warm: code compiled, keys verified
  const byRest = await againstFloor(() => rest(256));
  const few = await inTurns(
    rounds,
    () => rest(256),
    () => rest(64),
  );
  const over256 = medians(few.floors).perSecond;
  await mentioningSend(senders, size(20_000));
  const mentioning = await inTurns(
    rounds,
    () => rest(256),
    () => withCpu(pids, count, () => mentioningSend(senders, count)),
  );
  await socketSend(senders, size(20_000));
  const bySocket = await againstFloor(() => withCpu(pids, count, () => socketSend(senders, count)));
  record({
    name: 'send by REST',
    value: byRest.perSecond,
    unit: '/s',
    floor: { name: transactions.name, value: byRest.floor },
    goal: { atLeast: 2 },
    cpu: { value: byRest.cpu, atMost: 180 },
  });
  record({
    name: 'send by REST over 64 connections',
    value: medians(few.values).perSecond,
    unit: '/s',
    floor: { name: 'the same over 256', value: over256 },
    goal: { atLeast: 0.85 },
  });
  const [mention, plain] = [medians(mentioning.values), medians(mentioning.floors)];
  record({
    name: 'CPU of a send by REST, each with a mention',
    value: mention.cpu,
    unit: 'µs',
    floor: { name: 'plain sends', value: plain.cpu },
    goal: { atMost: 1.25 },
    note: `${Math.round(mention.perSecond)} /s beside ${Math.round(plain.perSecond)} /s`,
  });
  record({
    name: 'send by socket',
    value: bySocket.perSecond,
    unit: '/s',
    floor: { name: transactions.name, value: bySocket.floor },
    goal: { atLeast: 2.5 },
    cpu: { value: bySocket.cpu, atMost: 140 },
  });
  const latency = await LatencyPath.prepare(place.tenant, senders, place);
  await measureLatency({ rounds, size, record }, latency, 300, 'at 300/s', { p50: 2, p99: 3, cpu: 700 });
  await measureLatency({ rounds, size, record }, latency, over256 / 2, 'at half of the maximum', { p50: 3, p99: 4 });
  await latency.stop();
}

async function measureLatency(
  { rounds, size, record }: Bench,
  path: LatencyPath,
  rate: number,
  name: string,
  goals: { p50: number; p99: number; cpu?: number },
): Promise<void> {
  const { floors, values: ours } = await inTurns(
    rounds,
    () => path.floor(rate, size(10)),
    () => path.measure(rate, size(10)),
  );
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
export async function drawLatency({ size }: Pick<Bench, 'size'>, place: Place): Promise<void> {
  const transactions = new TransactionFloor(place.databaseUrl);
  const senders = await prepareSenders(place.tenant, await place.tenant.rooms(size(1000), 20, 500));
  await transactions.prepare();
  await restSend(senders, size(20_000));
  const most = await restSend(senders, size(100_000));
  const path = await LatencyPath.prepare(place.tenant, senders, place);
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
