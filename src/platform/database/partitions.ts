import { LOCKS } from './session-lock.js';

/** Tables whose rows are kept by day (UTC) and dropped a day at a time. */
export const PARTITIONED_TABLES = ['events', 'ended_deliveries', 'attempts', 'inbound_events'] as const;

export const DAYS_AHEAD = 14;

/** Tables whose rows are kept by month (UTC). */
export const MONTHLY_TABLES = ['message_search'] as const;

export const MONTHS_AHEAD = 2;

const listOf = (tables: readonly string[]): string => `array[${tables.map((table) => `'${table}'`).join(', ')}]`;

// Made apart and attached, because that lets reads and writes of the parent go on (create … partition of would stop them).
const MAKE = `
  if to_regclass(part) is null then
    execute format('create table %I (like %I including all)', part, parent);
    execute format('alter table %I attach partition %I for values from (%L) to (%L)',
      parent, part, first || ' 00:00:00+00', next || ' 00:00:00+00');
  end if;`;

// One statement, therefore one transaction: a partition exists attached or not at all.
const inOne = (body: string): string => `
do $$
declare
  parent text;
  part text;
  first date;
  next date;
  today date := (clock_timestamp() at time zone 'UTC')::date;
begin
  perform pg_advisory_xact_lock(${LOCKS.partitions});
  ${body}
end $$`;

const ofMonth = `
      part := parent || '_' || to_char(first, 'YYYYMM');
      next := first + interval '1 month';`;

const ENSURE = inOne(`
  foreach parent in array ${listOf(PARTITIONED_TABLES)} loop
    for ahead in -1..${DAYS_AHEAD} loop
      first := today + ahead;
      part := parent || '_' || to_char(first, 'YYYYMMDD');
      next := first + 1;
      ${MAKE}
    end loop;
  end loop;
  foreach parent in array ${listOf(MONTHLY_TABLES)} loop
    for ahead in -1..${MONTHS_AHEAD} loop
      first := date_trunc('month', today) + make_interval(months => ahead);
      ${ofMonth}
      ${MAKE}
    end loop;
  end loop;`);

/**
 * Makes the partitions from yesterday to {@link DAYS_AHEAD} days ahead, and from last month to {@link MONTHS_AHEAD} ahead, that
 * are missing. Safe to call at any time, by any number of processes at once.
 * @param query runs one statement outside of a transaction.
 */
export async function ensurePartitions(query: (sql: string) => Promise<unknown>): Promise<void> {
  await query(ENSURE);
}

/** Days of a table that are over, and whether somebody began to take them out and did not finish. */
const OVER = `
  select c.relname as part, i.inhdetachpending as pending
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = $1::regclass and c.relname ~ ('^' || $1 || '_\\d{8}$')
     and to_date(right(c.relname, 8), 'YYYYMMDD') < (clock_timestamp() at time zone 'UTC')::date - $2::int
   order by c.relname`;

/**
 * Drops the days of a table that are older than so many whole days. Each is taken out of the table first, in a way that lets
 * reads and writes of the others go on.
 * @param query runs one statement outside of a transaction
 */
export async function dropDays(
  query: <T>(sql: string, params?: unknown[]) => Promise<T[]>,
  table: (typeof PARTITIONED_TABLES)[number],
  keptDays: number,
): Promise<void> {
  for (const { part, pending } of await query<{ part: string; pending: boolean }>(OVER, [table, keptDays])) {
    await query(`alter table ${table} detach partition ${part} ${pending ? 'finalize' : 'concurrently'}`);
    await query(`drop table ${part}`);
  }
}

/** Which month (UTC) a time is in, as partitions are named by it. */
export const monthOf = (time: Date): string => time.toISOString().slice(0, 7).replace('-', '');

/**
 * Makes one month's partition of a table for rows that are older than what {@link ensurePartitions} makes.
 * @param month of {@link monthOf}
 * @param query runs one statement, also within a transaction
 */
export async function ensureMonth(
  query: (sql: string) => Promise<unknown>,
  table: (typeof MONTHLY_TABLES)[number],
  month: string,
): Promise<void> {
  if (!/^\d{6}$/.test(month)) throw new Error(`${month} is no month`);
  await query(inOne(`parent := '${table}'; first := '${month}01'; ${ofMonth} ${MAKE}`));
}
