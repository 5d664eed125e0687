import { Reconnects, type Return } from '../paths/reconnects.js';
import { median } from '../support/report.js';
import { inTurns, type Bench, type Place } from '../support/rounds.js';

/** As rooms often are, and as large as they may be with everybody's receipts told. */
const MEMBERS = [20, 100];

/** All connections drop, and all come back at once with something to catch up. */
export async function measureReconnects(bench: Bench, place: Place): Promise<void> {
  for (const membersEach of MEMBERS) await measureIn(membersEach, bench, place);
}

async function measureIn(membersEach: number, { rounds, size, record }: Bench, place: Place): Promise<void> {
  const count = size(3_000);
  const reconnects = await Reconnects.prepare(place.tenant, { count, membersEach }, place.postmasterPid);
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
  const putOff = values.map((one) => one.putOff).join(', ');
  record({
    name: `${count.toLocaleString('en')} clients back at once in rooms of ${membersEach}, until the last has caught up`,
    value: seconds(values),
    unit: 's',
    floor: { name: 'bare Socket.IO, the same bytes', value: seconds(floors) },
    goal: { atMost: 4 },
    cpu: { value: cpu(values), floor: cpu(floors) },
    note: `each in 20 rooms, with 2 messages missed in each: all got all of them, once and in order; told to come again later, round by round: ${putOff}`,
  });
}
