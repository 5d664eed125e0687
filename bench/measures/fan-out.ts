import { FanOut } from '../paths/fan-out.js';
import type { Tenant } from '../support/product.js';
import { inTurns, medians, type Bench } from '../support/rounds.js';

/** So many deliveries make a round, or half of them. */
const DELIVERIES = 400_000;

/** To a room whose members, `all` at full size, all listen. */
export async function measureFanOut({ rounds, size, record }: Bench, tenant: Tenant, all: number): Promise<void> {
  const members = size(all);
  const many = size(DELIVERIES / all);
  const single = Math.ceil(many / 2);
  const fanOut = await FanOut.prepare(tenant, members);
  await fanOut.measure(single, 'stream');
  await fanOut.floor(single, 'stream');
  const streams = await inTurns(
    rounds,
    () => fanOut.floor(many, 'stream'),
    () => fanOut.measure(many, 'stream'),
  );
  const lones = await inTurns(
    rounds,
    () => fanOut.floor(single, 'lone'),
    () => fanOut.measureLone(single),
  );
  await fanOut.stop();
  const stream = { value: medians(streams.values), floor: medians(streams.floors) };
  const lone = { value: medians(lones.values), floor: medians(lones.floors) };
  record({
    name: `fan-out to ${members.toLocaleString('en')} members, a stream of messages`,
    value: stream.value.perSecond,
    unit: '/s',
    cpu: { value: stream.value.cpu, floor: stream.floor.cpu },
    floor: { name: 'bare Socket.IO broadcast', value: stream.floor.perSecond },
    goal: { atLeast: 2.2 },
  });
  record({
    name: `fan-out to ${members.toLocaleString('en')} members, lone messages`,
    value: 1e6 / lone.value.cpu,
    unit: '/s of CPU',
    cpu: { value: lone.value.cpu, floor: lone.floor.cpu },
    floor: { name: 'bare Socket.IO broadcast', value: 1e6 / lone.floor.cpu },
    goal: { atLeast: 0.9 },
    note: 'by CPU, less what a message takes that only its sender hears: in time, each waits for its commit',
  });
}
