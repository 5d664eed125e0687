import { startApp, type TestApp } from '../support/app.js';
import { TestRedis } from '../support/redis.js';
import { SdkAgent } from '../support/sdk-agent.js';
import { SdkConvergence, type RemoteAgent } from '../support/sdk-suite.js';

const RUNS = process.env.TEST_FULL ? 60 : 3;

describe('clients of the SDK, in Node', () => {
  let redis: TestRedis;
  let nodes: TestApp[];
  let suite: SdkConvergence;

  beforeAll(async () => {
    redis = await TestRedis.start();
    const env = { REDIS_URL: redis.url };
    const first = await startApp({ env });
    nodes = [first, await startApp({ env, database: first.database })];
    suite = new SdkConvergence(nodes, new SdkAgent() as unknown as RemoteAgent);
  });
  afterAll(async () => {
    for (const node of nodes?.toReversed() ?? []) await node.stop();
    await redis?.stop();
  });

  it(
    'show what REST says, whatever happened to their lines and processes',
    () => expect(suite.holds(RUNS)).resolves.toBeUndefined(),
    120_000 + RUNS * 30_000,
  );

  it('read a room anew of which more was missed than a resume tells', () =>
    expect(suite.readsAnew()).resolves.toBeUndefined());
});
