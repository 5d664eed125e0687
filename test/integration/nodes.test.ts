import { RedisConnections } from '../../src/platform/database/redis.js';
import type { Config } from '../../src/platform/config/config.js';
import { Nodes } from '../../src/platform/realtime/nodes.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

/** Nodes as processes have them, each with connections of its own. */
class Cluster {
  private readonly opened: { nodes: Nodes; connections: RedisConnections }[] = [];

  constructor(private readonly redisUrl: string | undefined) {}

  async node(): Promise<Nodes> {
    const connections = new RedisConnections({ redisUrl: this.redisUrl });
    const nodes = new Nodes(connections, { servesApi: () => true } as Config);
    this.opened.push({ nodes, connections });
    nodes.onModuleInit();
    if (this.redisUrl) await until('the node to be heard', () => nodes.shared);
    return nodes;
  }

  /** As a process that is killed: it says nothing any more. */
  async kill(nodes: Nodes): Promise<void> {
    const found = this.opened.find((one) => one.nodes === nodes)!;
    nodes.onModuleDestroy();
    await found.connections.close();
  }

  async end(): Promise<void> {
    for (const { nodes } of this.opened) await this.kill(nodes);
  }
}

const valuesOf = async (nodes: Nodes, key: string): Promise<string[] | undefined> =>
  (await nodes.read([key]))?.[0] && [...(await nodes.read([key]))![0]!.values()].toSorted();

describe('what nodes say', () => {
  let redis: TestRedis;
  let cluster: Cluster;
  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterAll(() => redis.stop());
  beforeEach(() => {
    cluster = new Cluster(redis.url);
  });
  afterEach(() => cluster.end());

  it('is read by all, and gone when it is taken back', async () => {
    const [a, b] = [await cluster.node(), await cluster.node()];
    a.set('k', '1');
    b.set('k', '2');
    await until('both', async () => (await valuesOf(a, 'k'))?.join() === '1,2');
    a.set('k', null);
    await until('one', async () => (await valuesOf(b, 'k'))?.join() === '2');
    expect(await b.read(['none', 'k'])).toEqual([new Map(), new Map([[b.id, '2']])]);
  });

  it('never sums up to more than a limit that is claimed under, whoever asks at once', async () => {
    const nodes = [await cluster.node(), await cluster.node(), await cluster.node()];
    const claims = nodes.flatMap((node) => [1, 2, 3].map((mine) => node.claim('seats', mine, 4)));
    await Promise.all(claims);
    const said = await valuesOf(nodes[0]!, 'seats');
    expect(said!.reduce((sum, value) => sum + Number(value), 0)).toBeLessThanOrEqual(4);
  });

  it('ends with its node, of which the others are told', async () => {
    const [a, b] = [await cluster.node(), await cluster.node()];
    a.set('ends', 'a');
    await until('its word', async () => (await valuesOf(b, 'ends'))?.join() === 'a');
    let told = 0;
    b.onChanged(() => told++);
    await cluster.kill(a);
    await until('the news', () => told > 0);
    expect(await valuesOf(b, 'ends')).toEqual([]);
  });

  it('is said again after Redis lost everything or was away, and what was taken back meanwhile is not', async () => {
    const [a, b] = [await cluster.node(), await cluster.node()];
    a.set('stays', 'a');
    a.set('goes', 'a');
    await until('both', async () => (await valuesOf(b, 'goes'))?.length === 1);
    await redis.flush();
    await until('the word again', async () => (await valuesOf(b, 'stays'))?.join() === 'a');
    await redis.stop();
    a.set('goes', null);
    a.set('comes', 'a');
    await until('the loss', async () => (await a.read(['stays'])) === null);
    expect(a.own('comes')).toBe('a');
    expect(await a.claim('more', 1, 0)).toBeNull();
    await redis.restart();
    await until('the word after', async () => (await valuesOf(b, 'comes'))?.join() === 'a');
    expect(await valuesOf(b, 'stays')).toEqual(['a']);
    expect(await valuesOf(b, 'goes')).toEqual([]);
  });
});

it('is nothing but its own without Redis', async () => {
  const nodes = await new Cluster(undefined).node();
  nodes.set('k', 'v');
  expect([nodes.shared, await nodes.read(['k']), nodes.own('k')]).toEqual([false, null, 'v']);
  nodes.onModuleDestroy();
});
