import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { Child } from '../support/child.js';
import { cpuOf } from '../support/cpu.js';
import { httpLoad } from '../support/http-load.js';
import type { Tenant } from '../support/product.js';
import type { Measured } from '../support/rounds.js';

const BARE = fileURLToPath(new URL('../floors/bare-notifications.js', import.meta.url));

/** Whose profiles have an address of mail. */
const USERS = 100;

/** What is asked of a server, over how many connections, and how many are accepted by one request. */
export interface Shape {
  name: string;
  /** What is counted: notifications, or the deliveries of one. */
  units: string;
  each: number;
  connections: number;
  path: string;
  body: (n: number) => object;
}

/**
 * For tomorrow: what is accepted is written as it always is, and nothing of it is sent while the acceptance is measured.
 */
const notification = (recipients: object[]) => ({
  recipients,
  channels: { email: { subject: 'Bench', text: 'A mail of some forty characters in length.' } },
  scheduled_for: new Date(Date.now() + 86_400_000).toISOString(),
});
const address = (n: number) => ({ email: `somebody-${n % 1_000}@example.com` });

export const SHAPES: Shape[] = [
  {
    name: 'notifications accepted, to an address each',
    units: 'notifications',
    each: 1,
    connections: 64,
    path: '/notifications',
    body: (n) => notification([address(n)]),
  },
  {
    name: 'notifications accepted, to a user each',
    units: 'notifications',
    each: 1,
    connections: 64,
    path: '/notifications',
    body: (n) => notification([{ user_id: `user-${n % USERS}` }]),
  },
  {
    name: 'notifications accepted, in batches of 100',
    units: 'notifications',
    each: 100,
    connections: 8,
    path: '/notifications/batch',
    body: (n) => ({ notifications: Array.from({ length: 100 }, (_, at) => notification([address(n * 100 + at)])) }),
  },
  {
    name: 'deliveries accepted, of notifications to 1,000 addresses each',
    units: 'deliveries',
    each: 1_000,
    connections: 4,
    path: '/notifications',
    body: () => notification(Array.from({ length: 1_000 }, (_, at) => address(at))),
  },
];

interface Target {
  port: number;
  path: (shape: Shape) => string;
  headers: Record<string, string>;
  /** Of the application. */
  pid: number;
}

/** Of the CPU of each, in microseconds. */
export interface Accepted extends Measured {
  application: number;
  postgres: number;
}

/** Notifications until they are committed and answered: the product, and the least that writes the same rows. */
export class Notifications {
  private n = 0;

  private constructor(
    private readonly product: Target,
    private readonly postmasterPid: number,
    private readonly db: pg.Client,
    private readonly bare?: Target & { server: Child },
  ) {}

  /** @param options.floorUrl a database with the schema, of nobody else, where there is to be a floor */
  static async prepare(
    tenant: Tenant,
    options: { databaseUrl: string; floorUrl?: string; productPid: number; postmasterPid: number },
  ): Promise<Notifications> {
    const users = Array.from({ length: USERS }, (_, n) => ({ user_id: `user-${n}`, email: `user-${n}@example.com` }));
    await tenant.call('POST', '/users/batch', { users });
    const db = new pg.Client(options.databaseUrl);
    await db.connect();
    const product: Target = {
      port: tenant.port,
      path: ({ path }) => `/api/v1${path}`,
      headers: { authorization: `Bearer ${tenant.masterKey}` },
      pid: options.productPid,
    };
    const { postmasterPid } = options;
    if (options.floorUrl === undefined) return new Notifications(product, postmasterPid, db);
    const server = await Child.start([BARE], { DATABASE_URL: options.floorUrl });
    await server.ready('/');
    const bare = { server, port: server.port, path: () => '/', headers: {}, pid: server.process.pid! };
    return new Notifications(product, postmasterPid, db, bare);
  }

  accept(shape: Shape, count: number): Promise<Accepted> {
    return this.run(this.product, shape, count);
  }

  floor(shape: Shape, count: number): Promise<Accepted> {
    return this.run(this.bare!, shape, count);
  }

  async stop(): Promise<void> {
    await this.bare?.server.stop();
    await this.db.end();
  }

  /** The CPU is that of the acceptance and of adding up what was counted of it. @param count of units */
  private async run({ port, path, headers, pid }: Target, shape: Shape, count: number): Promise<Accepted> {
    const before = [cpuOf([pid]), cpuOf([this.postmasterPid])] as const;
    const result = await httpLoad({
      port,
      connections: shape.connections,
      requests: Math.ceil(count / shape.each),
      next: () => ({ method: 'POST', path: path(shape), headers, body: JSON.stringify(shape.body(this.n++)) }),
    });
    if (result.statuses.get(202) !== result.requests) throw new Error(JSON.stringify([...result.statuses]));
    await countsFolded(this.db);
    const units = result.requests * shape.each;
    const application = (cpuOf([pid]) - before[0]) / units;
    const postgres = (cpuOf([this.postmasterPid]) - before[1]) / units;
    return { perSecond: units / result.seconds, cpu: application + postgres, application, postgres };
  }
}

/** Until what was counted of deliveries is added up, which is done every ten seconds; at once where an earlier version counts nothing. */
export async function countsFolded(db: pg.Client): Promise<void> {
  const { rowCount } = await db.query(`select from pg_class where oid = to_regclass('delivery_deltas')`);
  if (rowCount === 0) return;
  for (;;) {
    const { rows } = await db.query<{ left: boolean }>('select exists (select 1 from delivery_deltas) as left');
    if (!rows[0]!.left) return;
    await sleep(50);
  }
}
