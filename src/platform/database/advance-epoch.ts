import pg from 'pg';
import { ADVANCE_GENERATION } from './installation.js';

/**
 * Makes every epoch another one: for a restore that the database itself does not show, because the cluster stayed the same.
 * Processes that are running learn of it with their next connections: those that they have are ended.
 */
export async function advanceEpoch(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ generation: number }>(ADVANCE_GENERATION);
    // After the commit: who connects from now on reads the new one.
    await client.query(END_OTHERS);
    return rows[0]!.generation;
  } finally {
    await client.end();
  }
}

/** Locks, of which a process holds one that must not be lost, are held by connections of another name. */
const END_OTHERS = `
  select pg_terminate_backend(pid) from pg_stat_activity
   where datname = current_database() and pid <> pg_backend_pid()
     and application_name in ('chatapi all', 'chatapi api', 'chatapi worker')`;
