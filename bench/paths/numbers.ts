import pg from 'pg';
import { cpuOf } from '../support/cpu.js';
import { DAYS, makeDelivered } from '../support/delivered.js';
import type { Product, Tenant } from '../support/product.js';
import { countsFolded } from './notifications.js';

/** A question, and how often slower its answer may be among many deliveries than among few. */
export interface Query {
  name: string;
  path: string;
  atMost: number;
}

const rollups = (name: string, path: string): Query => ({ name, path, atMost: 1.2 });
const rows = (name: string, filter: string): Query => ({
  name: `deliveries: ${name}`,
  path: `/deliveries?limit=50&${filter}`,
  atMost: 2,
});

export const QUERIES: Query[] = [
  rollups('ledger of a day', '/analytics/ledger'),
  rollups(`ledger of ${DAYS} days`, `/analytics/ledger?${last(DAYS)}`),
  rollups('deliveries of a day by hour', '/analytics/deliveries'),
  rollups(
    `deliveries of ${DAYS} days by day and channel`,
    `/analytics/deliveries?interval=1d&group_by=channel&${last(DAYS)}`,
  ),
  rollups('latency of a day by hour', '/analytics/latency'),
  rollups(`latency of ${DAYS} days by hour`, `/analytics/latency?interval=1h&${last(DAYS)}`),
  rollups('stats of a day', '/notifications/stats'),
  rollups(`stats of ${DAYS} days`, `/notifications/stats?days=${DAYS}`),
  rollups('metrics of a day by hour', '/metrics/hourly'),
  rollups(`metrics of ${DAYS} days by day`, '/metrics/daily'),
  rollups(`metrics of a user, ${DAYS} days`, `/metrics/user/reader?${last(DAYS)}`),
  rows('the newest', ''),
  rows('in the middle of the time', `to=${encodeURIComponent(ago(DAYS / 2))}`),
  rows('of a channel', 'channel=webhook'),
  rows('of a provider', 'provider=second'),
  rows('that failed', 'status=failed'),
  rows('that failed of what is rare', 'status=failed&error_code=rare'),
  rows('with an error that is rare', 'error_code=rare'),
  rows('to a user', 'user_id=reader'),
  rows('to an address', 'address=reader@example.com'),
  rows('with a tag', 'tag=rare'),
  rows('to an address that nobody has', 'address=nobody@example.com'),
];

function ago(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString();
}

function last(days: number): string {
  const to = Date.now() + 900_000;
  return `from=${new Date(to - days * 86_400_000).toISOString()}&to=${new Date(to).toISOString()}`;
}

/** A product of whose tenant there are so many deliveries: what operators ask of it. */
export class Numbers {
  private constructor(
    readonly product: Product,
    private readonly tenant: Tenant,
  ) {}

  static async prepare(product: Product, databaseUrl: string, deliveries: number): Promise<Numbers> {
    const tenant = await product.tenant();
    await tenant.login('reader');
    const db = new pg.Client(databaseUrl);
    await db.connect();
    try {
      const { rows: readers } = await db.query<{ client_id: string; user_pk: string }>(
        `select client_id, user_pk from users where user_id = 'reader'`,
      );
      const { client_id, user_pk } = readers[0]!;
      await makeDelivered(db, client_id, user_pk, deliveries);
      await countsFolded(db);
      await db.query('vacuum analyze delivery_rollups, delivery_deltas');
    } finally {
      await db.end();
    }
    const numbers = new Numbers(product, tenant);
    await numbers.check(deliveries);
    return numbers;
  }

  /** @returns milliseconds of each answer, and the microseconds of CPU that the server and PostgreSQL took for each */
  async time({ path }: Query, times: number, postmasterPid: number): Promise<{ ms: number[]; cpu: number }> {
    const pids = [this.product.child.process.pid!, postmasterPid];
    const before = cpuOf(pids);
    const ms: number[] = [];
    for (let n = 0; n < times; n++) {
      const started = performance.now();
      await this.tenant.call('GET', path);
      ms.push(performance.now() - started);
    }
    return { ms, cpu: (cpuOf(pids) - before) / times };
  }

  /** How many rows an answer shows, which few and many must have in common; -1 where it shows none. */
  async sizeOf({ path }: Query): Promise<number> {
    const { data } = await this.tenant.call<{ data?: unknown[] }>('GET', path);
    return data?.length ?? -1;
  }

  /** What was made is what the product counts. */
  private async check(deliveries: number): Promise<void> {
    const ledger = await this.tenant.call<{ accepted: number; balanced: boolean }>(
      'GET',
      `/analytics/ledger?${last(DAYS + 1)}`,
    );
    if (!ledger.balanced || ledger.accepted < deliveries)
      throw new Error(`not as it was made: ${JSON.stringify(ledger)}`);
  }
}
