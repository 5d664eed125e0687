import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

export const ROOMS = 1000;
export const MEMBERS = 20;
const CONNECTIONS = 64;
const CLIENT = '00000000-0000-7000-8000-000000000000';

const idOf = (n: string): string => `('00000000-0000-7000-8000-' || lpad(to_hex(${n}::int), 12, '0'))::uuid`;

/** What one send must do at the least, one transaction per message: lock, check, take seq and rev, insert both rows. */
export const LOCK = `select 1 from rooms where client_id = '${CLIENT}' and id = ${idOf('$1')} for update`;
export const WRITE = `
  with member as (
    select user_pk from room_members
     where client_id = '${CLIENT}' and room_id = ${idOf('$1')} and user_pk = ${idOf('$2')} and status = 'active'
  ), room as (
    update rooms r set last_seq = last_seq + 1, last_rev = last_rev + 1, last_message_at = clock_timestamp()
      from member where r.client_id = '${CLIENT}' and r.id = ${idOf('$1')} and r.status = 'active'
    returning r.id, r.last_seq, r.last_rev, member.user_pk
  ), marker as (
    update room_members m set last_read_seq = room.last_seq
      from room where m.client_id = '${CLIENT}' and m.room_id = room.id and m.user_pk = room.user_pk
  ), message as (
    insert into messages (client_id, room_id, seq, id, rev, sender_pk, sender_type, content_type, content, created_at, updated_at)
    select '${CLIENT}', id, last_seq, gen_random_uuid(), last_rev, user_pk, 'user', 'text', 'A message of some forty characters length.', clock_timestamp(), clock_timestamp()
      from room returning id
  )
  insert into events (client_id, stream_type, stream_id, room_id, epoch, rev, id, type, seq, subject_id, actor_pk, actor_type, occurred_at)
  select '${CLIENT}', 'room', room.id, room.id, '1.1', last_rev, gen_random_uuid(), 'message.created', last_seq, message.id, user_pk, 'user', clock_timestamp()
    from room, message`;

/**
 * One message per transaction from a C client on the product's own tables: pgbench where it is installed, else the
 * same statements from Node's pg.
 */
export class TransactionFloor {
  readonly name: string;

  constructor(private readonly databaseUrl: string) {
    this.name = hasPgbench() ? 'pgbench, a transaction each' : 'pg loop, a transaction each';
  }

  /** Rooms and members in the bench's own tenant. Call on a migrated database. */
  async prepare(): Promise<void> {
    const db = new pg.Client(this.databaseUrl);
    await db.connect();
    await db.query(
      `insert into clients (id, ref, name, slug, signing_secret) values ('${CLIENT}', 'bench-floor', 'Floor', 'bench-floor', '')`,
    );
    await db.query(
      `insert into users (client_id, user_pk, user_id) select '${CLIENT}', ${idOf('n')}, n::text from generate_series(0, ${MEMBERS - 1}) n`,
    );
    await db.query(
      `insert into rooms (client_id, id, room_type, max_members) select '${CLIENT}', ${idOf('n')}, 'group', 5000 from generate_series(0, ${ROOMS - 1}) n`,
    );
    await db.query(
      `insert into room_members (client_id, room_id, user_pk)
       select '${CLIENT}', ${idOf('r')}, ${idOf('m')} from generate_series(0, ${ROOMS - 1}) r, generate_series(0, ${MEMBERS - 1}) m`,
    );
    // Young statistics would make the floor, and the product, plan badly.
    await db.query('vacuum analyze');
    await db.end();
  }

  /** @returns transactions per second over about `seconds` */
  measure(seconds: number): Promise<number> {
    return hasPgbench() ? this.pgbench(seconds) : this.loop(seconds);
  }

  private async pgbench(seconds: number): Promise<number> {
    const folder = mkdtempSync(join(tmpdir(), 'chatapi-bench-'));
    const script = join(folder, 'send.sql');
    const bound = (sql: string) => sql.replaceAll('$1', ':room').replaceAll('$2', ':member').replaceAll('\n', ' ');
    writeFileSync(
      script,
      `\\set room random(0, ${ROOMS - 1})\n\\set member random(0, ${MEMBERS - 1})\nbegin;\n${bound(LOCK)};\n${bound(WRITE)};\ncommit;\n`,
    );
    try {
      const { stdout } = await promisify(execFile)(
        'pgbench',
        ['-n', '-M', 'prepared', '-c', `${CONNECTIONS}`, '-j', '2', '-T', `${seconds}`, '-f', script, this.databaseUrl],
        { maxBuffer: 1 << 20 },
      );
      const tps = /tps = ([\d.]+)/.exec(stdout)?.[1];
      if (!tps) throw new Error(`pgbench said: ${stdout}`);
      return Number(tps);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  private async loop(seconds: number): Promise<number> {
    const pool = new pg.Pool({ connectionString: this.databaseUrl, max: CONNECTIONS });
    const until = performance.now() + seconds * 1000;
    let done = 0;
    const worker = async () => {
      const db = await pool.connect();
      while (performance.now() < until) {
        const room = Math.floor(Math.random() * ROOMS);
        const member = Math.floor(Math.random() * MEMBERS);
        await db.query('begin');
        await db.query({ name: 'lock', text: LOCK, values: [room] });
        await db.query({ name: 'write', text: WRITE, values: [room, member] });
        await db.query('commit');
        done++;
      }
      db.release();
    };
    const started = performance.now();
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
    const rate = done / ((performance.now() - started) / 1000);
    await pool.end();
    return rate;
  }
}

let pgbenchFound: boolean | undefined;

function hasPgbench(): boolean {
  try {
    pgbenchFound ??= execFileSync('pgbench', ['--version']).length > 0;
  } catch {
    pgbenchFound = false;
  }
  return pgbenchFound;
}
