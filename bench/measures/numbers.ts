import { Numbers, NUMBER_QUERIES } from '../paths/numbers.js';
import type { Site } from '../support/ground.js';
import { median } from '../support/report.js';
import { inTurns, type Bench } from '../support/rounds.js';

/** Ten million, and as few as nobody would wait for; BENCH_DELIVERIES says how many otherwise. */
const FEW = 10_000;
const MANY = Number(process.env.BENCH_DELIVERIES ?? 10_000_000);
const TIMES = 15;

/** Analytics and the ledger of a client with many deliveries, by those of one with few. */
export async function measureNumbers(bench: Bench, { tenant, databaseUrl, another }: Site): Promise<void> {
  const many = await Numbers.prepare(tenant, databaseUrl, bench.size(MANY));
  const few = await Numbers.prepare(await another(), databaseUrl, FEW);
  for (const query of NUMBER_QUERIES) {
    await Promise.all([many.measure(query, TIMES), few.measure(query, TIMES)]);
    const { floors, values } = await inTurns(
      bench.rounds,
      () => few.measure(query, TIMES),
      () => many.measure(query, TIMES),
    );
    bench.record({
      name: `${query}, of ${bench.size(MANY).toLocaleString('en')} deliveries`,
      value: median(values),
      unit: 'ms',
      floor: { name: `of ${FEW.toLocaleString('en')}`, value: median(floors) },
      goal: { atMost: 1.2 },
    });
  }
}
