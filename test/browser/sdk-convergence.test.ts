import { startApp, type TestApp } from '../support/app.js';
import { TestRedis } from '../support/redis.js';
import { SdkPage } from '../support/sdk-page.js';
import { SdkConvergence } from '../support/sdk-suite.js';

const RUNS = process.env.TEST_FULL ? 40 : 2;

describe('clients of the SDK, in a browser', () => {
  let redis: TestRedis;
  let nodes: TestApp[];
  let page: SdkPage;
  let suite: SdkConvergence;

  beforeAll(async () => {
    redis = await TestRedis.start();
    const env = { REDIS_URL: redis.url };
    const first = await startApp({ env });
    nodes = [first, await startApp({ env, database: first.database })];
    page = await SdkPage.open();
    suite = new SdkConvergence(nodes, page.agent);
  });
  afterAll(async () => {
    await page?.close();
    for (const node of nodes?.toReversed() ?? []) await node.stop();
    await redis?.stop();
  });
  afterEach(() => expect(page.errors).toEqual([]));

  it(
    'show what REST says, whatever happened to their lines and pages',
    () => expect(suite.holds(RUNS)).resolves.toBeUndefined(),
    120_000 + RUNS * 30_000,
  );

  it('read a room anew of which more was missed than a resume tells', () =>
    expect(suite.readsAnew()).resolves.toBeUndefined());
});
