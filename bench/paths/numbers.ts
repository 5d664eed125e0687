import pg from 'pg';
import type { Tenant } from '../support/product.js';

/** Over which the deliveries are spread: what the analytics of thirty days read. */
const DAYS = 30;

const QUERIES = {
  ledger: '/analytics/ledger',
  'ledger of 30 days': `/analytics/ledger?${lastDays(DAYS)}`,
  'deliveries by day and channel': `/analytics/deliveries?interval=1d&group_by=channel&${lastDays(DAYS)}`,
  'latency by hour': `/analytics/latency?interval=1h&${lastDays(DAYS)}`,
} as const;

function lastDays(days: number): string {
  const to = Date.now() + 900_000;
  return `from=${new Date(to - days * 86_400_000).toISOString()}&to=${new Date(to).toISOString()}`;
}

export type Query = keyof typeof QUERIES;
export const NUMBER_QUERIES = Object.keys(QUERIES) as Query[];

/** Analytics of a tenant that has so many deliveries, of which a few are open. */
export class Numbers {
  private constructor(private readonly tenant: Tenant) {}

  /** The deliveries themselves and what they were counted as: over three channels and thirty days. */
  static async prepare(tenant: Tenant, databaseUrl: string, deliveries: number): Promise<Numbers> {
    const { client } = await tenant.call<{ client: { id: string } }>('GET', '/clients/me');
    const db = new pg.Client(databaseUrl);
    await db.connect();
    try {
      await db.query('set statement_timeout = 0');
      await makeDays(db);
      await db.query(
        `insert into ended_deliveries (client_id, id, created_at, source_kind, source_id, channel, lane, priority, status, provider,
           attempt_count, max_attempts, sent_at, delivered_at, updated_at)
         select $1, gen_random_uuid(), at, 'notification', gen_random_uuid(), channel, channel, 2, 'delivered', channel, 1, 8,
                at + interval '1 second', at + interval '1 second', at + interval '1 second'
           from (
             select clock_timestamp() - (n::float8 / $2) * interval '${DAYS} days' as at,
                    (array['email', 'websocket', 'webhook'])[n % 3 + 1] as channel
               from generate_series(1, $2::int) n
           ) d`,
        [client.id, deliveries],
      );
      await db.query(
        `insert into delivery_rollups (client_id, bucket, channel, provider, counts)
         select client_id, date_bin('15 minutes', created_at, 'epoch'), channel, provider,
                jsonb_build_object('accepted', count(*), 'delivered', count(*), 'attempts', count(*), 'sent_ms', count(*) * 1000)
                  || (select jsonb_object_agg(kind || ':' || bin, 1 + count(*) / 60)
                        from unnest(array['f', 's', 'd']) kind, generate_series(60, 80) bin)
           from ended_deliveries where client_id = $1 group by 1, 2, 3, 4`,
        [client.id],
      );
      await db.query('vacuum analyze delivery_rollups');
    } finally {
      await db.end();
    }
    return new Numbers(tenant);
  }

  /** Milliseconds of the answer, the middle one of `times`. */
  async measure(query: Query, times: number): Promise<number> {
    const taken: number[] = [];
    for (let n = 0; n < times; n++) {
      const started = performance.now();
      await this.tenant.call('GET', QUERIES[query]);
      taken.push(performance.now() - started);
    }
    return taken.toSorted((a, b) => a - b)[times >> 1]!;
  }
}

/** The days of the past, which an installation of today has no partitions of. */
async function makeDays(db: pg.Client): Promise<void> {
  await db.query(`
    do $$ declare first date; part text; begin
      for ago in 2..${DAYS + 1} loop
        first := (clock_timestamp() at time zone 'UTC')::date - ago;
        part := 'ended_deliveries_' || to_char(first, 'YYYYMMDD');
        if to_regclass(part) is null then
          execute format('create table %I partition of ended_deliveries for values from (%L) to (%L)',
            part, first || ' 00:00:00+00', (first + 1) || ' 00:00:00+00');
        end if;
      end loop;
    end $$`);
}
