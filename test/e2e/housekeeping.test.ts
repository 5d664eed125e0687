import { Database } from '../../src/platform/database/database.js';
import { PARTITIONED_TABLES } from '../../src/platform/database/partitions.js';
import { Queues } from '../../src/platform/queue/queues.js';
import { startApp, type TestApp } from '../support/app.js';
import { until } from '../support/until.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

describe('housekeeping', () => {
  it('makes the partitions of the days to come while the process runs', async () => {
    const database = app.get(Database);
    const last = (table: string) =>
      database.query<{ name: string }>(
        `select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1 desc limit 1`,
        [table],
      );
    const dropped: string[] = [];
    for (const table of PARTITIONED_TABLES) {
      const [{ name } = { name: '' }] = await last(table);
      await database.query(`drop table ${name}`);
      dropped.push(name);
    }

    // As an hour later: the periodic job is asked to run now.
    const partitions = app.get(Queues).all.find(({ name }) => name === 'partitions')!;
    await partitions.add('partitions', {});
    await until('the partitions to be made', async () => (await last('attempts'))[0]?.name === dropped.at(-1));
    for (const [index, table] of PARTITIONED_TABLES.entries()) {
      expect(await last(table)).toEqual([{ name: dropped[index] }]);
    }
  });
});
