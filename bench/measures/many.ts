import { Archive, CALLS, type Call } from '../paths/archive.js';
import { createDatabase } from '../support/database.js';
import { Product } from '../support/product.js';
import { median } from '../support/report.js';
import type { Bench } from '../support/rounds.js';

const FEW = 10_000;
/** `MANY_MESSAGES=10000000 npm run bench -- --only many` makes ten million, which takes its time. */
const MANY = Number(process.env.MANY_MESSAGES ?? 1_000_000);
/** One size and the other in turn, so many calls at a time. */
const AT_ONCE = 20;

/** History, catching up, unread total and room lists among many messages, by the same among ten thousand. */
export async function measureMany(bench: Bench, server: string, postmasterPid: number): Promise<void> {
  const archives: Archive[] = [];
  try {
    for (const count of [FEW, MANY]) {
      const databaseUrl = await createDatabase(server, `bench_many_${count}`);
      const began = performance.now();
      archives.push(await Archive.prepare(await Product.start(databaseUrl), databaseUrl, count));
      console.error(
        `${count.toLocaleString('en')} messages made in ${Math.round((performance.now() - began) / 1000)} s`,
      );
    }
    const [few, many] = archives as [Archive, Archive];
    for (const call of CALLS) await compare(bench, call, few, many, postmasterPid);
  } finally {
    await Promise.all(archives.map((archive) => archive.stop()));
  }
}

async function compare(
  { rounds, record }: Bench,
  call: Call,
  few: Archive,
  many: Archive,
  postmasterPid: number,
): Promise<void> {
  const size = call.sizeOf(await many.warm(call, AT_ONCE));
  const expected = call.sizeOf(await few.warm(call, AT_ONCE));
  if (size !== expected) throw new Error(`${call.name}: ${size} among many, ${expected} among few`);
  const turns: Record<'floor' | 'value', { ms: number[]; cpu: number }[]> = { floor: [], value: [] };
  for (let turn = 0; turn < rounds * 4; turn++) {
    const calls = { from: turn * AT_ONCE, count: AT_ONCE, postmasterPid };
    turns.floor.push(await few.time(call, calls));
    turns.value.push(await many.time(call, calls));
  }
  const ms = (of: keyof typeof turns) => median(turns[of].flatMap((turn) => turn.ms));
  const cpu = (of: keyof typeof turns) => turns[of].reduce((sum, turn) => sum + turn.cpu, 0) / turns[of].length;
  record({
    name: `among ${MANY.toLocaleString('en')}: ${call.name}`,
    value: ms('value'),
    unit: 'ms',
    floor: { name: `among ${FEW.toLocaleString('en')}`, value: ms('floor') },
    goal: { atMost: 1.2 },
    cpu: { value: cpu('value'), floor: cpu('floor') },
    note: `each answer holds ${size} of what was asked for`,
  });
}
