import { measureIdle, measureMemory, measureStart } from './measures/alone.js';
import { measureCluster } from './measures/cluster.js';
import { measureDeliveries } from './measures/deliveries.js';
import { measureFanOut } from './measures/fan-out.js';
import { measureMany } from './measures/many.js';
import { measureNodes } from './measures/nodes.js';
import { measureNotifications } from './measures/notifications.js';
import { measureNumbers } from './measures/numbers.js';
import { measureReconnects } from './measures/reconnects.js';
import { measureSearch } from './measures/search.js';
import { measureSends } from './measures/sends.js';
import { measureSessions } from './measures/sessions.js';
import { createDatabase } from './support/database.js';
import { inProduct, type Ground, type Site } from './support/ground.js';
import type { Bench } from './support/rounds.js';

/** What `--only` names. */
interface Part<Where> {
  name: string;
  measure: (bench: Bench, where: Where) => Promise<void>;
  /** Is there nothing to measure without it? */
  redis?: true;
}

const redisUrl = process.env.REDIS_URL;
const onRedis = { REDIS_URL: redisUrl! };

/** Before all others: what they leave behind is tidied up for a while. */
const FIRST: Part<Ground>[] = [{ name: 'idle', measure: measureIdle }];

/** In one server that has run for a while. */
const SHARED: Part<Site>[] = [
  { name: 'sends', measure: measureSends },
  { name: 'fan-out', measure: (bench, { tenant }) => measureFanOut(bench, tenant, 500) },
  { name: 'fan-out-5000', measure: (bench, { tenant }) => measureFanOut(bench, tenant, 5_000) },
  { name: 'sessions', measure: measureSessions },
  { name: 'deliveries', measure: (bench, site) => measureDeliveries({ ...bench, ...site, backend: 'PostgreSQL' }) },
  {
    name: 'cluster',
    redis: true,
    measure: async (bench, site) => {
      const databaseUrl = await createDatabase(site.server, 'bench_cluster', { migrate: true });
      await measureCluster(bench, site, { databaseUrl, redisUrl: redisUrl! });
    },
  },
];

/** With servers of their own. */
const APART: Part<Ground>[] = [
  {
    name: 'deliveries',
    redis: true,
    measure: (bench, ground) =>
      inProduct(ground, 'bench_redis', (site) => measureDeliveries({ ...bench, ...site, backend: 'Redis' }), onRedis),
  },
  {
    name: 'reconnect',
    measure: (bench, ground) => inProduct(ground, 'bench_reconnect', (site) => measureReconnects(bench, site)),
  },
  { name: 'many', measure: (bench, { server, postmasterPid }) => measureMany(bench, server, postmasterPid) },
  {
    name: 'notifications',
    measure: (bench, ground) => inProduct(ground, 'bench_notifications', (site) => measureNotifications(bench, site)),
  },
  { name: 'numbers', measure: measureNumbers },
  { name: 'search', measure: (bench, { server }) => measureSearch(bench, server) },
  {
    name: 'nodes',
    redis: true,
    measure: (bench, { server }) =>
      measureNodes(bench, (count) => createDatabase(server, `bench_nodes_${count}`, { migrate: true }), redisUrl!),
  },
  { name: 'memory', measure: measureMemory },
];

/** When PostgreSQL has stopped. */
const LAST: Part<void>[] = [{ name: 'start', measure: measureStart }];

/** Measures what is wanted. */
export class Parts {
  /** @param only names; undefined: all @throws Error for one that there is not */
  constructor(
    private readonly bench: Bench,
    private readonly only: string[] | undefined,
  ) {
    const names = [...FIRST, ...SHARED, ...APART, ...LAST].map(({ name }) => name);
    const unknown = (only ?? []).filter((name) => !names.includes(name));
    if (unknown.length > 0)
      throw new Error(`no part ${unknown.join(', ')}: there are ${[...new Set(names)].join(', ')}`);
  }

  async measure(ground: Ground): Promise<void> {
    await this.each(FIRST, ground);
    if (this.wanted(SHARED).length > 0) await inProduct(ground, 'bench', (site) => this.each(SHARED, site));
    await this.each(APART, ground);
  }

  measureLast(): Promise<void> {
    return this.each(LAST, undefined);
  }

  private wanted<Where>(parts: Part<Where>[]): Part<Where>[] {
    return parts.filter(({ name, redis }) => (this.only?.includes(name) ?? true) && (!redis || redisUrl !== undefined));
  }

  private async each<Where>(parts: Part<Where>[], where: Where): Promise<void> {
    for (const { measure } of this.wanted(parts)) await measure(this.bench, where);
  }
}
