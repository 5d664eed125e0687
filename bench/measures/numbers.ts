import { Numbers, QUERIES, type Query } from '../paths/numbers.js';
import { createDatabase } from '../support/database.js';
import type { Ground } from '../support/ground.js';
import { Product } from '../support/product.js';
import { median } from '../support/report.js';
import type { Bench } from '../support/rounds.js';

const FEW = 10_000;
/** Ten million, or what BENCH_DELIVERIES says. */
const MANY = Number(process.env.BENCH_DELIVERIES ?? 10_000_000);
/** One size and the other in turn, so many times. */
const AT_ONCE = 5;
/** A question that takes longer is asked less often. */
const PATIENCE_MS = 1_000;

/** Analytics, the ledger and lists of deliveries among many, by the same among ten thousand. */
export async function measureNumbers(bench: Bench, { server, postmasterPid }: Ground): Promise<void> {
  const products: Product[] = [];
  const many = bench.size(MANY);
  try {
    const of: Numbers[] = [];
    for (const count of [FEW, many]) {
      const databaseUrl = await createDatabase(server, `bench_numbers_${count}`);
      const product = await Product.start(databaseUrl);
      products.push(product);
      const began = performance.now();
      of.push(await Numbers.prepare(product, databaseUrl, count));
      const seconds = Math.round((performance.now() - began) / 1000);
      console.error(`${count.toLocaleString('en')} deliveries made in ${seconds} s`);
    }
    for (const query of QUERIES) await compare(bench, query, { few: of[0]!, many: of[1]!, count: many, postmasterPid });
  } finally {
    await Promise.all(products.map((product) => product.stop()));
  }
}

async function compare(
  { rounds, record }: Bench,
  query: Query,
  { few, many, count, postmasterPid }: { few: Numbers; many: Numbers; count: number; postmasterPid: number },
): Promise<void> {
  const began = performance.now();
  const [size, expected] = [await many.sizeOf(query), await few.sizeOf(query)];
  if (size !== expected) throw new Error(`${query.name}: ${size} among many, ${expected} among few`);
  const slow = performance.now() - began > PATIENCE_MS;
  const turns: Record<'floor' | 'value', { ms: number[]; cpu: number }[]> = { floor: [], value: [] };
  if (!slow) for (const one of [few, many]) await one.time(query, AT_ONCE * 2, postmasterPid);
  for (let turn = 0; turn < (slow ? 2 : rounds * 4); turn++) {
    turns.floor.push(await few.time(query, slow ? 1 : AT_ONCE, postmasterPid));
    turns.value.push(await many.time(query, slow ? 1 : AT_ONCE, postmasterPid));
  }
  const ms = (of: keyof typeof turns) => median(turns[of].flatMap((turn) => turn.ms));
  const cpu = (of: keyof typeof turns) => median(turns[of].map((turn) => turn.cpu));
  record({
    name: `among ${count.toLocaleString('en')}: ${query.name}`,
    value: ms('value'),
    unit: 'ms',
    floor: { name: `among ${FEW.toLocaleString('en')}`, value: ms('floor') },
    goal: { atMost: query.atMost },
    cpu: { value: cpu('value'), floor: cpu('floor') },
  });
}
