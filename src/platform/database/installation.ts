import type { ClientBase } from 'pg';

/** Which history a connection sees: a restore into another cluster changes the first, a promotion the second. */
export interface ClusterIdentity {
  system_identifier: string;
  timeline: number;
  /** As recorded; null before the first record. Raised by hand where neither of the others shows that history changed. */
  generation: number | null;
}

/** Expressions for a select list; a standby has no write position, and is refused before it matters. */
export const CLUSTER_IDENTITY = `
  (select system_identifier::text from pg_control_system()) as system_identifier,
  case when pg_is_in_recovery() then (select timeline_id from pg_control_checkpoint())
    else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer end as timeline,
  (select generation from installation where id = 1) as generation`;

// The next generation is taken from the clock: two databases that were restored from one backup must not both call
// themselves "the next one" and so give different histories the same epoch.
const NEXT = `greatest(
    installation.generation + 1,
    extract(epoch from clock_timestamp() - timestamptz '2025-01-01 00:00:00+00')::integer)`;

const RECORD = `
  insert into installation (id, system_identifier, timeline) values (1, $1, $2)
  on conflict (id) do update set system_identifier = $1, timeline = $2, generation = ${NEXT}
  where (installation.system_identifier, installation.timeline) is distinct from ($1, $2)`;

/** One statement; the new generation. */
export const ADVANCE_GENERATION = `update installation set generation = ${NEXT} where id = 1 returning generation`;

/**
 * The part of every epoch that says which history of the database is meant. Checked on every new connection before
 * anything else runs on it, so that nothing is ever written under the epoch of another history.
 */
export class Installation {
  private known: ClusterIdentity | undefined;
  private current = 0;

  constructor(private readonly onChange: (generation: number) => void = () => undefined) {}

  /** Raised when the database was restored or failed over; the same on every node. */
  get generation(): number {
    return this.current;
  }

  /** The opaque epoch of a room, user or client whose own counter stands at `n`. */
  epochOf(n: number): string {
    return `${this.current}.${n}`;
  }

  /** Compares and, on a difference, records the cluster that a new connection leads to. */
  async verify(client: ClientBase, found: ClusterIdentity): Promise<void> {
    const same =
      this.known?.system_identifier === found.system_identifier &&
      this.known.timeline === found.timeline &&
      this.current === found.generation;
    if (same) return;
    await client.query(RECORD, [found.system_identifier, found.timeline]);
    const { rows } = await client.query<{ generation: number }>('select generation from installation where id = 1');
    const before = this.current;
    this.known = found;
    this.current = rows[0]!.generation;
    if (before !== 0 && before !== this.current) this.onChange(this.current);
  }
}
