import { Reconnects, type Return } from '../paths/reconnects.js';
import { median } from '../support/report.js';
import { inTurns, type Bench, type Place } from '../support/rounds.js';

/** All connections drop, and all come back at once with something to catch up. */
export async function measureReconnects({ rounds, size, record }: Bench, place: Place): Promise<void> {
  const count = size(3_000);
  const reconnects = await Reconnects.prepare(place.tenant, count, place.postmasterPid);
  await reconnects.floor();
  await reconnects.measure(); // warm: code compiled, keys verified
  const { floors, values } = await inTurns(
    rounds,
    () => reconnects.floor(),
    () => reconnects.measure(),
  );
  await reconnects.stop();
  const seconds = (all: Return[]) => median(all.map((one) => one.seconds));
  const cpu = (all: Return[]) => median(all.map((one) => one.cpu));
  record({
    name: `${count.toLocaleString('en')} clients back at once, until the last has caught up`,
    value: seconds(values),
    unit: 's',
    floor: { name: 'bare Socket.IO, the same bytes', value: seconds(floors) },
    goal: { atMost: 4 },
    cpu: { value: cpu(values), floor: cpu(floors) },
    note: `each in 20 rooms of 100 members, with 2 messages missed in each room: all got all of them, once and in order`,
  });
}
