import { LOCKS } from './session-lock.js';

/** Tables whose rows are kept by day (UTC) and dropped a day at a time. */
export const PARTITIONED_TABLES = ['events', 'ended_deliveries', 'attempts'] as const;

export const DAYS_AHEAD = 14;

// One statement, therefore one transaction: a day's table exists attached or not at all. Made apart and attached,
// because that lets reads and writes of the parent go on (create … partition of would stop them).
const ENSURE = `
do $$
declare
  parent text;
  part text;
  day date;
begin
  perform pg_advisory_xact_lock(${LOCKS.partitions});
  foreach parent in array array[${PARTITIONED_TABLES.map((table) => `'${table}'`).join(', ')}] loop
    for ahead in -1..${DAYS_AHEAD} loop
      day := (clock_timestamp() at time zone 'UTC')::date + ahead;
      part := parent || '_' || to_char(day, 'YYYYMMDD');
      continue when to_regclass(part) is not null;
      execute format('create table %I (like %I including all)', part, parent);
      execute format('alter table %I attach partition %I for values from (%L) to (%L)',
        parent, part, day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00');
    end loop;
  end loop;
end $$`;

/**
 * Makes the partitions from yesterday to {@link DAYS_AHEAD} days ahead that are missing. Safe to call at any time, by
 * any number of processes at once.
 * @param query runs one statement outside of a transaction.
 */
export async function ensurePartitions(query: (sql: string) => Promise<unknown>): Promise<void> {
  await query(ENSURE);
}
