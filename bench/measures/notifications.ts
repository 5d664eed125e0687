import { Notifications, SHAPES, type Accepted, type Shape } from '../paths/notifications.js';
import { createDatabase } from '../support/database.js';
import type { Site } from '../support/ground.js';
import { median } from '../support/report.js';
import { inTurns, medians, type Bench } from '../support/rounds.js';

/** Units of a round, at full size. */
const ROUND = { notifications: 20_000, deliveries: 100_000 } as Record<string, number>;

/** How many notifications are accepted: one by one, in batches, and one to many. */
export async function measureNotifications(bench: Bench, site: Site): Promise<void> {
  const floorUrl = await createDatabase(site.server, 'bench_notifications_floor', { migrate: true });
  const path = await Notifications.prepare(site.tenant, { ...site, floorUrl });
  for (const shape of SHAPES) await measureShape(bench, path, shape);
  await path.stop();
}

async function measureShape({ rounds, size, record }: Bench, path: Notifications, shape: Shape): Promise<void> {
  const count = size(ROUND[shape.units]!);
  await path.floor(shape, count / 5);
  await path.accept(shape, count / 5);
  const { floors, values } = await inTurns(
    rounds,
    () => path.floor(shape, count),
    () => path.accept(shape, count),
  );
  const [floor, value] = [medians(floors), medians(values)];
  record({
    name: shape.name,
    value: value.perSecond,
    unit: '/s',
    floor: { name: 'bare Node, the same rows, a commit each request', value: floor.perSecond },
    goal: { atLeast: 0.35 },
    cpu: { value: value.cpu, floor: floor.cpu },
    note: `${partsOf(values)}; of the floor ${partsOf(floors)}`,
  });
}

function partsOf(all: Accepted[]): string {
  const of = (part: 'application' | 'postgres') => median(all.map((one) => one[part])).toPrecision(3);
  return `${of('application')} µs in Node and ${of('postgres')} in PostgreSQL`;
}
