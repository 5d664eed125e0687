import { Socket } from 'node:net';
import { inspect } from 'node:util';
import pg from 'pg';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Config } from '../../src/platform/config/config.js';
import type { TransactionOptions } from '../../src/platform/database/connections.js';
import { Database, type Tx } from '../../src/platform/database/database.js';
import { codeOf } from '../../src/platform/database/errors.js';
import { Problem } from '../../src/platform/common/problem.js';
import { isLostConnection } from '../../src/platform/common/to-problem.js';
import { migrate, pendingMigrations, revertMigration } from '../../src/platform/database/migrate.js';
import {
  DAYS_AHEAD,
  MONTHLY_TABLES,
  MONTHS_AHEAD,
  PARTITIONED_TABLES,
  ensurePartitions,
} from '../../src/platform/database/partitions.js';
import { Together } from '../../src/platform/database/together.js';
import { unnest } from '../../src/platform/database/unnest.js';
import { TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

@Entity({ name: 'scratch' })
class Scratch {
  @PrimaryColumn('integer') id: number;
  @Column('bigint') rev: number;
}

const settings = (databaseUrl: string): Config =>
  ({ databaseUrl, databasePoolSize: 4, role: 'all' }) as unknown as Config;

let target: TestDatabase;
let database: Database;

beforeAll(async () => {
  target = await TestDatabase.create();
  database = await Database.connect(settings(target.url), [Scratch]);
  await database.query(
    'create table scratch (id integer constraint scratch_id primary key, rev bigint not null default 0)',
  );
});

afterAll(async () => {
  await database.close();
  await target.drop();
});

const ids = async (): Promise<number[]> =>
  (await database.query<{ id: number }>('select id from scratch order by id')).map(({ id }) => id);

const caught = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('rows as parameters', () => {
  interface Row {
    n: number | null;
    text: string | null;
    json: unknown;
    at: Date | string | null;
    yes: boolean | null;
    bytes: Buffer | null;
    share: number | null;
    id: string | null;
  }
  const ROWS = unnest<Row>()(
    'w',
    {
      n: 'bigint',
      text: 'text',
      json: 'jsonb',
      at: 'timestamptz',
      yes: 'boolean',
      bytes: 'bytea',
      share: 'float8',
      id: 'uuid',
    },
    { ordinality: 'nth' },
  );
  const sent = (rows: Row[]) =>
    database.query(`select n, text, json, at, yes, bytes, share, id from ${ROWS.sql} order by nth`, ROWS.values(rows));
  const none = { n: null, text: null, json: null, at: null, yes: null, bytes: null, share: null, id: null };

  it('arrive as they were, whatever is in them', async () => {
    const texts = [
      '',
      'NULL',
      '{a,b}',
      'a,b',
      '"',
      '\\',
      '\\"',
      "'",
      ' x ',
      'a\tb\nc\r\u0001',
      'ä😀\u2028',
      '","',
      'null',
    ];
    const rows = texts.map((text, index) => ({
      n: index === 2 ? null : 2 ** 40 + index,
      text,
      json: [text, { [text]: text, deep: [null, 0.1, true] }],
      at: new Date(Date.UTC(2026, 1, 1, 0, 0, 0, index)),
      yes: index % 2 === 0,
      bytes: index === 0 ? null : Buffer.from(text),
      share: index / 7,
      id: index === 1 ? null : '0195b4c8-1234-7abc-8def-012345678900',
    }));
    expect(await sent(rows)).toEqual(rows);
    const [{ at }] = (await sent([{ ...none, at: '2026-01-31T12:00:00.250+01:00' }])) as [Row];
    expect(at).toEqual(new Date('2026-01-31T11:00:00.250Z'));
  });

  it('are as many as there are, also where a column, or all of them, are null', async () => {
    expect(await sent([none, none])).toEqual([none, none]);
    expect(await sent([none, { ...none, text: 'x' }, none])).toEqual([none, { ...none, text: 'x' }, none]);
    expect(await sent([])).toEqual([]);
  });

  it('are refused where a value is not what its column holds, and are not more rows', async () => {
    const id = '0195b4c8-1234-7abc-8def-012345678900';
    for (const junk of [`${id},${id}`, `${id}","${id}`, '', 'NULL'])
      expect(codeOf(await caught(sent([{ ...none, n: 1, id: junk }])))).toBe('22P02');
    // The pool drops a connection that had an error.
    expect(await sent([])).toEqual([]);
  });
});

describe('statements that go together', () => {
  const counted = (id: number) => ({ text: 'insert into scratch values ($1) returning id', values: [id] });
  const forget = () => database.query('delete from scratch');
  afterEach(forget);

  it('are one transaction in one round trip, and answer the rows of each as single ones do', async () => {
    const asked = jest.spyOn(pg.Client.prototype, 'query');
    const rows = await database.together([
      { text: 'select pg_current_xact_id()::text as tx, $1::bigint as big, $2::int[] as list', values: [7, [1, 2]] },
      counted(1),
      { text: 'select pg_current_xact_id()::text as tx', values: [] },
    ]);
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
    expect(rows).toEqual([[{ tx: expect.any(String), big: 7, list: [1, 2] }], [{ id: 1 }], rows[2]]);
    expect(rows[2]).toEqual([{ tx: (rows[0] as { tx: string }[])[0]!.tx }]);
    expect(await ids()).toEqual([1]);
  });

  it('fail together, whichever of them or the commit does, and say why', async () => {
    await database.query('alter table scratch add constraint once unique (rev) deferrable initially deferred');
    try {
      expect(codeOf(await caught(database.together([counted(1), counted(1)])))).toBe('23505');
      expect(codeOf(await caught(database.together([counted(1), counted(2)])))).toBe('23505');
      expect(await caught(database.together([counted(1), { text: 'select $1::text', values: ['\0'] }]))).toBeInstanceOf(
        Error,
      );
      expect(await ids()).toEqual([]);
      expect(await database.together([counted(3)])).toEqual([[{ id: 3 }]]);
    } finally {
      await database.query('alter table scratch drop constraint once');
    }
  });

  it('see what was committed while an earlier one of them waited', async () => {
    await database.query('insert into scratch values (1)');
    const holder = await target.connect();
    await holder.query('begin; select from scratch for update; insert into scratch values (2)');
    const together = database.together([
      { text: 'select id from scratch for update', values: [] },
      { text: 'select id from scratch order by id', values: [] },
    ]);
    await until('the first waits', async () => (await target.waitingForLocks()) > 0);
    await holder.query('commit');
    await holder.end();
    expect(await together).toEqual([[{ id: 1 }], [{ id: 1 }, { id: 2 }]]);
  });

  it('keep their names on a connection that had an error', async () => {
    const client = await target.connect();
    const run = (id: number) =>
      new Promise((resolve) => {
        const statements = [
          { ...counted(id), name: 'a' },
          { ...counted(id + 1), name: 'b' },
        ];
        const query = client.query.bind(client) as (query: Together, done: (error: Error | null) => void) => void;
        query(new Together(statements), (error) => resolve(error && codeOf(error)));
      });
    await client.query('insert into scratch values (2)');
    expect([await run(1), await run(3), await run(4), await run(5)]).toEqual(['23505', null, '23505', null]);
    await client.end();
    expect(await ids()).toEqual([2, 3, 4, 5, 6]);
  });
});

describe('a transaction', () => {
  it('commits what it returned from and rolls back what it threw from', async () => {
    await database.transaction((tx) => tx.execute('insert into scratch values (1)'));
    const error = await caught(
      database.transaction(async (tx) => {
        await tx.execute('insert into scratch values (2)');
        throw new Error('no');
      }),
    );
    expect(error).toEqual(new Error('no'));
    expect(await ids()).toEqual([1]);
  });

  it('fails when a statement in it failed, even if nobody passed the error on', async () => {
    const error = await caught(
      database.transaction(async (tx) => {
        await tx.execute('insert into scratch values (3)');
        await caught(tx.query('select 1 / 0'));
      }),
    );
    expect(String(error)).toMatch(/rolled back/);
    expect(await ids()).toEqual([1]);
  });

  it('begins with its first statement and ends with the last that waits for it, each in one write', async () => {
    const writes = jest.spyOn(Socket.prototype, '_writev' as never);
    const single = jest.spyOn(Socket.prototype, '_write' as never);
    let at: Date | undefined;
    const rows = await database.transaction(async (tx) => {
      tx.withCommit<{ at: Date }>('insert into scratch values (21) returning clock_timestamp() as at', [], ([row]) => {
        at = row!.at;
      });
      expect(at).toBeUndefined();
      return tx.query('insert into scratch values ($1) returning id', [20]);
    });
    const count = writes.mock.calls.length + single.mock.calls.length;
    jest.restoreAllMocks();
    expect(count).toBe(2);
    expect(rows).toEqual([{ id: 20 }]);
    expect(at).toBeInstanceOf(Date);
    expect(await ids()).toEqual([1, 20, 21]);
    await database.query('delete from scratch where id > 1');
  });

  it('asks nothing of the database when nothing is asked in it', async () => {
    const asked = jest.spyOn(pg.Client.prototype, 'query');
    expect(await database.transaction(async () => 'nothing')).toBe('nothing');
    await expect(database.transaction(() => Promise.reject(new Error('early')))).rejects.toThrow('early');
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it('is rolled back when what waits for its commit fails, whether first or last of those', async () => {
    for (const [first, last] of [
      [22, 23],
      [23, 22],
    ] as const) {
      await database.query('insert into scratch values (23)');
      let told = false;
      const failed = await caught(
        database.transaction(async (tx) => {
          await tx.execute('insert into scratch values (24)');
          tx.withCommit('insert into scratch values ($1)', [first]);
          tx.withCommit('insert into scratch values ($1)', [last], () => (told = last === 23));
          tx.afterCommit(() => (told = true));
        }),
      );
      expect(codeOf(failed)).toBe('23505');
      expect([told, await ids()]).toEqual([false, [1, 23]]);
      await database.query('delete from scratch where id > 1');
    }
  });

  it('keeps the names of its statements, whatever failed before on its connection', async () => {
    const add = { name: 'test.add', text: 'insert into scratch values ($1) returning id' };
    const lone = await Database.connect({ ...settings(target.url), databasePoolSize: 1 } as Config);
    const one = (id: number) => lone.transaction((tx) => tx.query(add, [id]));
    try {
      // It cannot even be parsed.
      await lone.query('alter table scratch rename to hidden');
      expect(codeOf(await caught(one(30)))).toBe('42P01');
      await lone.query('alter table hidden rename to scratch');
      expect(await one(31)).toEqual([{ id: 31 }]);
      // Parsed, and refused.
      expect(codeOf(await caught(one(31)))).toBe('23505');
      expect(await one(32)).toEqual([{ id: 32 }]);
      expect(await lone.query(add, [33])).toEqual([{ id: 33 }]);
      // Known, and of a table that has changed since.
      const read = { name: 'test.read', text: 'select * from scratch where id = $1' };
      const seen = () => lone.transaction((tx) => tx.query(read, [33]));
      expect(await seen()).toHaveLength(1);
      await database.query('alter table scratch add column note text');
      expect(codeOf(await caught(seen()))).toBe('0A000');
      expect(await seen()).toEqual([{ id: 33, rev: 0, note: null }]);
      await database.query('alter table scratch drop column note');
      // A value that cannot be sent at all.
      const unsendable = { toPostgres: () => JSON.parse('{') as unknown };
      expect(await caught(lone.transaction((tx) => tx.query(add, [unsendable])))).toBeInstanceOf(SyntaxError);
      expect(await one(34)).toEqual([{ id: 34 }]);
    } finally {
      await lone.close();
    }
    await database.query('delete from scratch where id > 1');
  });

  it('is shared by raw SQL and TypeORM, whose nested transactions become savepoints', async () => {
    await database.transaction(async (tx) => {
      await tx.manager.save(Object.assign(new Scratch(), { id: 10, rev: 7 }));
      const inner = tx.manager.transaction(async (manager) => {
        await manager.insert(Scratch, { id: 11, rev: 0 });
        throw new Error('only the inner one');
      });
      await caught(inner);
      expect(await tx.query('select rev from scratch where id = 10')).toEqual([{ rev: 7 }]);
      // Not committed yet: nobody else sees it.
      expect(await database.query('select id from scratch where id = 10')).toEqual([]);
    });
    expect(await database.dataSource.getRepository(Scratch).findOneByOrFail({ id: 10 })).toEqual({ id: 10, rev: 7 });
    expect(await ids()).toEqual([1, 10]);
  });

  it('tells the SQLSTATE of a refused row, raw and through TypeORM', async () => {
    const raw = await caught(database.transaction((tx) => tx.query('insert into scratch values (1)')));
    const orm = await caught(database.dataSource.getRepository(Scratch).insert({ id: 1, rev: 0 }));
    expect([raw, orm].map(codeOf)).toEqual(['23505', '23505']);
    expect(codeOf(new Error('no'))).toBeUndefined();
  });

  describe('of two that lock each other out', () => {
    /** Both are begun at once, and lock the same two rows in opposite orders. @returns how they end, and how often they ran */
    async function deadlock([one, two]: [number, number], options: TransactionOptions, manager = false) {
      await database.execute('insert into scratch values ($1), ($2)', [one, two]);
      let runs = 0;
      let both = (): void => undefined;
      const bothHoldOne = new Promise<void>((resolve) => (both = resolve));
      const lockBoth = (first: number, second: number): Promise<void> =>
        database.transaction(async (tx) => {
          await tx.execute('update scratch set rev = rev + 1 where id = $1', [first]);
          if (++runs === 2) both();
          await bothHoldOne;
          if (manager) await tx.manager.increment(Scratch, { id: second }, 'rev', 1);
          else await tx.execute('update scratch set rev = rev + 1 where id = $1', [second]);
        }, options);
      const ended = await Promise.allSettled([lockBoth(one, two), lockBoth(two, one)]);
      return { ended, runs, rows: await database.query('select rev from scratch where id in ($1, $2)', [one, two]) };
    }

    it.each([
      ['raw', [20, 21], false],
      ["through TypeORM's", [22, 23], true],
    ] as const)('runs again what may, %s', async (_, rows, manager) => {
      const result = await deadlock([...rows], { retries: 3 }, manager);
      expect(result.ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      expect(result.runs).toBeGreaterThan(2);
      expect(result.rows).toEqual([{ rev: 2 }, { rev: 2 }]);
    });

    it('gives 503 to the caller of what may not, who can try again', async () => {
      const { ended, rows } = await deadlock([24, 25], {});
      const failed = ended.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
      expect(failed).toEqual([expect.objectContaining({ code: 'overloaded', status: 503 })]);
      expect(failed.map(codeOf)).toEqual(['40P01']);
      expect(rows).toEqual([{ rev: 1 }, { rev: 1 }]);
    });
  });

  it('gives up on a lock after the time that it was given', async () => {
    await database.transaction(async (tx) => {
      await tx.execute('update scratch set rev = 0 where id = 1');
      const other = database.transaction((second) => second.execute('update scratch set rev = 1 where id = 1'), {
        lockTimeoutMs: 50,
      });
      expect(await caught(other)).toMatchObject({ code: 'overloaded', status: 503 });
    });
  });
});

describe('a session', () => {
  it('reads bigint as numbers and times as dates, and does not change pg for others', async () => {
    const [row] = await database.query(
      'select 9007199254740991::bigint as n, array[1, 2]::bigint[] as list, now() as at',
    );
    expect(row).toEqual({ n: 9_007_199_254_740_991, list: [1, 2], at: expect.any(Date) });
    const plain = new pg.Client(target.url);
    await plain.connect();
    expect((await plain.query('select 1::bigint as n')).rows).toEqual([{ n: '1' }]);
    await plain.end();
  });

  it('is limited in time, in UTC and named after its role', async () => {
    const names = [
      'statement_timeout',
      'idle_in_transaction_session_timeout',
      'TimeZone',
      'application_name',
      'transaction_isolation',
    ];
    const rows = await database.query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any($1)',
      [names],
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      statement_timeout: '30000',
      idle_in_transaction_session_timeout: '60000',
      TimeZone: 'UTC',
      application_name: 'chatapi all',
      transaction_isolation: 'read committed',
    });
  });

  it.each<[string, (tx: Tx) => Promise<unknown>]>([
    ['raw SQL', (tx) => tx.execute('insert into scratch values (31)')],
    ['TypeORM', (tx) => tx.manager.insert(Scratch, { id: 31, rev: 0 })],
  ])('that is cut off gives 503 to %s, and the next one works', async (_, write) => {
    const cutAllOthers =
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';
    const cut = async (): Promise<void> => {
      const admin = new pg.Client(target.url);
      await admin.connect();
      await admin.query(cutAllOthers);
      await admin.end();
    };
    const error = await caught(
      database.transaction(async (tx) => {
        await tx.execute('insert into scratch values (30)');
        await cut();
        await write(tx);
      }),
    );
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ code: 'unavailable', status: 503 });
    expect(isLostConnection(error)).toBe(true);
    // Idle connections of the pool were cut as well; the first query may still meet one that does not know it yet.
    await caught(database.query('select 1'));
    expect((await ids()).filter((id) => id >= 30)).toEqual([]);
  });
});

describe('TypeORM outside of a transaction', () => {
  it('gives 503 for a connection that was cut off, and the next query works', async () => {
    const rows = database.dataSource.getRepository(Scratch);
    const error = await caught(rows.query('select pg_terminate_backend(pg_backend_pid())'));
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ code: 'unavailable', status: 503 });
    expect(isLostConnection(error)).toBe(true);
    expect(await rows.existsBy({ id: 1 })).toBe(true);
  });

  it('gives 503 for a server that does not answer, and does not use that connection again', async () => {
    const rows = database.dataSource.getRepository(Scratch);
    const runner = database.dataSource.createQueryRunner();
    const client = (await runner.connect()) as pg.Client;
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    const failed = caught(runner.query('select pg_sleep(20)'));
    // What pg says when query_timeout is over.
    jest.spyOn(client, 'query').mockImplementation(() => Promise.reject(new Error('Query read timeout')) as never);
    const error = await caught(runner.query('select 1'));
    await runner.release();
    expect(error).toMatchObject({ code: 'unavailable', status: 503 });
    await ended;
    expect(await failed).toMatchObject({ code: 'unavailable' });
    expect(await rows.existsBy({ id: 1 })).toBe(true);
  });

  it('gives 503 for a statement that took too long', async () => {
    const runner = database.dataSource.createQueryRunner();
    // It holds for the one statement: setting it back would be one more that may take too long.
    await runner.startTransaction();
    await runner.query('set local statement_timeout = 20');
    const error = await caught(runner.query('select pg_sleep(600)'));
    await runner.rollbackTransaction();
    await runner.release();
    expect(error).toMatchObject({ code: 'overloaded', status: 503 });
  });

  it('says nothing of the values of a statement that failed', async () => {
    const rows = database.dataSource.getRepository(Scratch);
    const error = await caught(rows.insert({ id: 1, rev: 123_456_789 }));
    expect(codeOf(error)).toBe('23505');
    expect(inspect(error)).not.toContain('123456789');
  });
});

describe('the installation', () => {
  const generations = async (): Promise<number[]> => {
    const other = await Database.connect(settings(target.url), [Scratch]);
    const seen = [other.installation.generation, Number(other.epochOf(5).split('.')[0])];
    expect(other.epochOf(5)).toMatch(/^\d+\.5$/);
    await other.close();
    return seen;
  };

  it('keeps its generation while the database stays the same', async () => {
    expect(await generations()).toEqual([database.installation.generation, database.installation.generation]);
    expect(await generations()).toEqual(await generations());
  });

  it.each([
    ['another cluster', "system_identifier = '1'"],
    ['another timeline', 'timeline = timeline + 1'],
  ])('raises it once for %s, noticed on the next connection', async (_, change) => {
    const [before = 0] = await generations();
    await database.query(`update installation set ${change}`);
    const [after = 0] = await generations();
    expect(after).toBeGreaterThan(before);
    expect(await generations()).toEqual([after, after]);
  });
});

describe('a database that was replaced while we were connected', () => {
  it('is noticed by the first new connection, before anything is written through it', async () => {
    const mine = await Database.connect(settings(target.url), [Scratch]);
    const before = mine.installation.generation;
    const verify = mine.installation.verify.bind(mine.installation);
    jest
      .spyOn(mine.installation, 'verify')
      .mockImplementation((client, found) => verify(client, { ...found, timeline: found.timeline + 1000 }));
    await mine.query('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
    const epoch = await mine.transaction(async () => mine.epochOf(3));
    expect(mine.installation.generation).toBeGreaterThan(before);
    expect(epoch).toBe(`${mine.installation.generation}.3`);
    await mine.close();
  });
});

describe('partitions', () => {
  const partitionsOf = async (): Promise<Record<string, number>> => {
    const rows = await database.query<{ parent: string; n: number }>(
      `select inhparent::regclass::text as parent, count(*) as n from pg_inherits
       where inhparent = any($1::text[]::regclass[]) group by 1`,
      [[...PARTITIONED_TABLES, ...MONTHLY_TABLES]],
    );
    return Object.fromEntries(rows.map(({ parent, n }) => [parent, n]));
  };
  const all = Object.fromEntries([
    ...PARTITIONED_TABLES.map((table) => [table, DAYS_AHEAD + 2]),
    ...MONTHLY_TABLES.map((table) => [table, MONTHS_AHEAD + 2]),
  ]);

  it('are made once, however many processes make them', async () => {
    await database.query(`do $$ declare part text; begin
      for part in select inhrelid::regclass from pg_inherits join pg_class on pg_class.oid = inhparent where relkind = 'p' loop
        execute 'drop table ' || part; end loop; end $$`);
    expect(await partitionsOf()).toEqual({});
    await Promise.all(Array.from({ length: 4 }, () => ensurePartitions((sql) => database.query(sql))));
    expect(await partitionsOf()).toEqual(all);
    await ensurePartitions((sql) => database.query(sql));
    expect(await partitionsOf()).toEqual(all);
  });

  it('take rows from yesterday to the last day ahead, cut at midnight UTC', async () => {
    const insert = (at: string) =>
      database.query<{ part: string }>(
        `insert into attempts (client_id, delivery_id, number, status, attempted_at)
         values (gen_random_uuid(), gen_random_uuid(), 1, 'sent', ${at}) returning tableoid::regclass::text as part`,
      );
    const day = "(clock_timestamp() at time zone 'UTC')::date";
    const [{ today } = { today: '' }] = await database.query<{ today: string }>(
      `select to_char(${day}, 'YYYYMMDD') as today`,
    );
    expect(await insert(`${day}::timestamp at time zone 'UTC'`)).toEqual([{ part: `attempts_${today}` }]);
    expect(await insert("clock_timestamp() - interval '1 day'")).toHaveLength(1);
    expect(await insert(`clock_timestamp() + interval '${DAYS_AHEAD} days'`)).toHaveLength(1);
  });

  it('come with the keys and indexes of their table', async () => {
    const [counts] = await database.query(
      `select count(*) filter (where not indisvalid) as invalid, count(*) filter (where relispartition) as partitions,
              count(*) filter (where indrelid = 'ended_deliveries'::regclass) as of_table
       from pg_index join pg_class on pg_class.oid = indexrelid where indrelid = 'ended_deliveries'::regclass or relname like 'ended_deliveries_%'`,
    );
    const { invalid, partitions, of_table } = counts as Record<string, number>;
    expect(invalid).toBe(0);
    expect(of_table).toBeGreaterThan(0);
    expect(partitions).toBe(of_table! * (DAYS_AHEAD + 2));
  });
});

describe('migrations', () => {
  it('go down and up again, and at once from several processes', async () => {
    const fresh = await TestDatabase.create();
    try {
      expect(await pendingMigrations(fresh.url)).toEqual([]);
      expect(await migrate(fresh.url)).toEqual([]);
      const undone: string[] = [];
      for (let name = await revertMigration(fresh.url); name; name = await revertMigration(fresh.url))
        undone.push(name);
      expect(undone).toContain('Foundation1764000000000');
      expect(await tablesOf(fresh.url)).toEqual(['migrations']);
      expect(await pendingMigrations(fresh.url)).toEqual(undone.toReversed());

      const done = await Promise.all([migrate(fresh.url), migrate(fresh.url), migrate(fresh.url)]);
      expect(done.flat()).toEqual(undone.toReversed());
      expect(await pendingMigrations(fresh.url)).toEqual([]);
      expect(await tablesOf(fresh.url)).toContain('messages');
    } finally {
      await fresh.drop();
    }
  });
});

async function tablesOf(url: string): Promise<string[]> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')",
  );
  await client.end();
  return rows.map(({ name }) => name);
}
