import { createDatabase } from '../support/database.js';
import { Product } from '../support/product.js';
import { median } from '../support/report.js';
import type { Bench } from '../support/rounds.js';
import { Searched, TERMS, type Term } from '../paths/search.js';

const FEW = 10_000;
/** `SEARCH_MESSAGES=10000000 npm run bench -- --only search` makes ten million, which takes its time. */
const MANY = Number(process.env.SEARCH_MESSAGES ?? 1_000_000);

/** How long a search takes among many messages, by how long it takes among ten thousand. What the index costs a send: `--before`. */
export async function measureSearch(bench: Bench, server: string): Promise<void> {
  const products: Product[] = [];
  try {
    const searched: Searched[] = [];
    for (const count of [FEW, MANY]) {
      const databaseUrl = await createDatabase(server, `bench_search_${count}`);
      const product = await Product.start(databaseUrl);
      products.push(product);
      const began = performance.now();
      searched.push(await Searched.prepare(product, databaseUrl, count));
      console.error(
        `${count.toLocaleString('en')} messages made in ${Math.round((performance.now() - began) / 1000)} s`,
      );
    }
    const [few, many] = searched as [Searched, Searched];
    for (const as of [undefined, 'reader']) {
      for (const term of Object.keys(TERMS) as Term[]) await compare(bench, few, many, term, as);
    }
  } finally {
    await Promise.all(products.map((product) => product.stop()));
  }
}

/** In turn, because a machine's speed drifts by more than what is being measured. */
async function compare(
  { rounds, record }: Bench,
  few: Searched,
  many: Searched,
  term: Term,
  as?: string,
): Promise<void> {
  const [floors, values]: [number[], number[]] = [[], []];
  // What is not in memory yet, and code that is not compiled.
  for (let n = 0; n < 10; n++) for (const one of [few, many]) await one.time(term, as);
  for (let n = 0; n < rounds * 30; n++) {
    floors.push(await few.time(term, as));
    values.push(await many.time(term, as));
  }
  record({
    name: `search among ${MANY.toLocaleString('en')}: ${term}${as === undefined ? '' : ', as a member of 20 of 1,000 rooms'}`,
    value: median(values),
    unit: 'ms',
    floor: { name: `among ${FEW.toLocaleString('en')}`, value: median(floors) },
    goal: { atMost: 2 },
  });
}
