import pg from 'pg';
import { DispatcherRepository } from '../../src/engine/deliveries/dispatcher.repository.js';
import { SweeperRepository } from '../../src/engine/deliveries/sweeper.repository.js';
import { Database } from '../../src/platform/database/database.js';
import { IdempotencyRepository } from '../../src/tenancy/idempotency/idempotency.repository.js';
import { AuthChangesRepository } from '../../src/tenancy/keys/auth-changes.repository.js';
import { KeysRepository } from '../../src/tenancy/keys/keys.repository.js';
import { MembersRepository } from '../../src/messaging/rooms/members.repository.js';
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
    const asked = jest.spyOn(pg.Client.prototype, 'query').mock.calls as unknown as [pg.QueryConfig][];
    await work();
    const statements = asked.flatMap(([asked]) =>
      /[<>]=? (statement|clock)_timestamp/.test(asked.text) ? [asked] : [],
    );
    jest.restoreAllMocks();
    const client = await app.get(Database).pool.connect();
    try {
      await client.query('begin; set local enable_seqscan = off');
      const plans: string[] = [];
      for (const { text, values } of statements) {
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values as unknown[]);
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
    ['whether deliveries are to be swept', 1, () => app.get(SweeperRepository).overdue(['websocket'])],
    ['deliveries to be swept', 5, () => sweepAll(app)],
    [
      'deliveries that are due',
      1,
      () => app.get(DispatcherRepository).due({ groups: 10, lanesPerGroup: 10, perLane: 10 }, null, []),
    ],
    ['idempotency keys to be pruned', 1, () => app.get(IdempotencyRepository).prune()],
    ['keys to be pruned', 1, () => app.get(KeysRepository).prune()],
    ['changes of keys to be pruned', 1, () => app.get(AuthChangesRepository).prune()],
    ['changes of memberships to be pruned', 1, () => app.get(MembersRepository).pruneChanges()],
  ])('is found in an index by it: %s', async (_, count, work) => {
    const plans = await plansOf(work);
    expect(plans.length).toBeGreaterThanOrEqual(count);
    for (const plan of plans) {
      expect(plan).toMatch(/Index Cond: .*statement_timestamp\(\)/);
      // By created_at days are left out, not rows.
      expect(plan).not.toMatch(/Filter: .*(?<!created_at <= )(statement|clock)_timestamp\(\)/);
    }
  });
});

const sweepAll = async (app: NestApp): Promise<void> => {
  const sweeps = app.get(SweeperRepository);
  await sweeps.findLost(10);
  await sweeps.wake(10);
  await app.get(Database).transaction(async (tx) => {
    await sweeps.resolveUnknown(tx, 10);
    await sweeps.expire(tx, 10);
    await sweeps.expireUnseen(tx, ['websocket'], 10);
  });
};
