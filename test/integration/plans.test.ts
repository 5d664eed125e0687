import pg from 'pg';
import { DispatcherRepository } from '../../src/engine/deliveries/dispatcher.repository.js';
import { Sweeper } from '../../src/engine/deliveries/sweeper.js';
import { Database } from '../../src/platform/database/database.js';
import { IdempotencyRepository } from '../../src/tenancy/idempotency/idempotency.repository.js';
import { AuthChangesRepository } from '../../src/tenancy/keys/auth-changes.repository.js';
import { KeysRepository } from '../../src/tenancy/keys/keys.repository.js';
import { NestApp } from '../support/nest-app.js';

describe('what is looked for by its time', () => {
  let app: NestApp;
  beforeAll(async () => {
    app = await NestApp.start();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.stop());

  /** Every statement of `work` that compares with the present, and its plan where no table is small enough to be read whole. */
  const plansOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    const asked = jest.spyOn(pg.Client.prototype, 'query').mock.calls as unknown[][];
    await work();
    const statements = asked.filter(
      ([sql]) => typeof sql === 'string' && /[<>]=? (statement|clock)_timestamp/.test(sql),
    );
    jest.restoreAllMocks();
    const client = await app.get(Database).pool.connect();
    try {
      await client.query('begin; set local enable_seqscan = off');
      const plans: string[] = [];
      for (const [sql, values] of statements) {
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${sql as string}`, values as unknown[]);
        plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      }
      return plans;
    } finally {
      await client.query('rollback');
      client.release();
    }
  };

  // A condition that an index only filters by costs a look at every row that is not due yet.
  it.each([
    ['deliveries to be swept', 3, () => app.get(Sweeper).sweep()],
    ['deliveries that are due', 1, () => app.get(DispatcherRepository).due(10, 10, null)],
    ['idempotency keys to be pruned', 1, () => app.get(IdempotencyRepository).prune()],
    ['keys to be pruned', 1, () => app.get(KeysRepository).prune()],
    ['changes of keys to be pruned', 1, () => app.get(AuthChangesRepository).prune()],
  ])('is found in an index by it: %s', async (_, count, work) => {
    const plans = await plansOf(work);
    expect(plans.length).toBeGreaterThanOrEqual(count);
    for (const plan of plans) {
      expect(plan).toMatch(/Index Cond: .*statement_timestamp\(\)/);
      expect(plan).not.toMatch(/Filter: .*(statement|clock)_timestamp\(\)/);
    }
  });
});
