import type { PoolClient, QueryConfig, QueryResult } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { FramedQuery, type Frame } from './framed-query.js';
import type { Prepared } from './prepared.js';

/** An open transaction. Passed down to every repository method that takes part in it. */
export interface Tx {
  /** Runs a statement; the rows. */
  query<T>(sql: string | Prepared, params?: readonly unknown[]): Promise<T[]>;
  /** Runs a statement; how many rows it touched. */
  execute(sql: string | Prepared, params?: readonly unknown[]): Promise<number>;
  /**
   * A statement whose rows are of use only once all is committed. It leaves with the commit, behind all others, and costs no
   * round trip.
   */
  withCommit<T>(sql: string | Prepared, params: readonly unknown[], receive?: (rows: T[]) => void): void;
  /** TypeORM's way into the same transaction, for repositories of plain rows. */
  readonly manager: EntityManager;
  /** Runs `work` once the transaction is committed, before whoever waits for it goes on; never after a rollback. */
  afterCommit(work: () => unknown): void;
}

interface Last {
  sql: string | Prepared;
  params: readonly unknown[];
  receive: ((rows: never[]) => void) | undefined;
}

/**
 * Begins with its first statement, in the same round trip. Raw SQL goes straight to the driver; TypeORM is built around the
 * same connection when it is asked for.
 */
export class Transaction implements Tx {
  private begun = false;
  private runner: QueryRunner | undefined;
  private readonly lasts: Last[] = [];
  private readonly followUps: (() => unknown)[] = [];

  constructor(
    private readonly client: PoolClient,
    private readonly dataSource: DataSource,
    /** BEGIN, and what is set for this transaction alone. */
    private readonly begin: readonly string[],
  ) {}

  async query<T>(sql: string | Prepared, params?: readonly unknown[]): Promise<T[]> {
    return (await this.run(sql, params)).result.rows as T[];
  }

  async execute(sql: string | Prepared, params?: readonly unknown[]): Promise<number> {
    return (await this.run(sql, params)).result.rowCount ?? 0;
  }

  withCommit<T>(sql: string | Prepared, params: readonly unknown[], receive?: (rows: T[]) => void): void {
    this.lasts.push({ sql, params, receive });
  }

  afterCommit(work: () => unknown): void {
    this.followUps.push(work);
  }

  async commit(): Promise<void> {
    const last = this.lasts.pop();
    for (const { sql, params, receive } of this.lasts) {
      const rows = await this.query(sql, params);
      receive?.(rows as never[]);
    }
    if (last) await this.commitWith(last);
    else if (this.begun) committed((await this.client.query('commit')).command);
  }

  /** Ends it without a trace. @throws Error when the connection is of no use any more */
  async rollback(): Promise<void> {
    if (this.begun) await this.client.query('rollback');
  }

  /** What is to be done now that it is committed: nothing of it can undo the commit, so nothing of it may throw. */
  async committed(): Promise<void> {
    for (const work of this.followUps) await work();
  }

  get manager(): EntityManager {
    if (!this.begun) {
      this.begun = true;
      // Its first query waits behind this, and fails where this does.
      this.client.query(this.begin.join(';')).catch(() => {});
    }
    this.runner ??= adopt(this.dataSource.createQueryRunner(), this.client);
    return this.runner.manager;
  }

  private async commitWith({ sql, params, receive }: Last): Promise<void> {
    const { result, query } = await this.run(sql, params, ['commit']);
    committed(query.ending);
    receive?.(result.rows as never[]);
  }

  private run(
    sql: string | Prepared,
    params: readonly unknown[] | undefined,
    after: Frame['after'] = [],
  ): Promise<{ result: QueryResult; query: FramedQuery }> {
    const before = this.begun ? [] : this.begin;
    this.begun = true;
    return new Promise((resolve, reject) => {
      const query: FramedQuery = new FramedQuery(sql, params, { before, after }, (error, result) => {
        if (error) reject(error);
        else resolve({ result, query });
      });
      this.client.query(query as unknown as QueryConfig);
    });
  }
}

/** PostgreSQL answers the commit of a transaction in which a statement failed with a quiet ROLLBACK: not here. */
function committed(answer: string | undefined): void {
  if (answer !== 'COMMIT') throw new Error('The transaction was rolled back: one of its statements had failed.');
}

/** TypeORM offers no public way to run on a given connection. test/integration/database.test.ts watches over this one. */
function adopt(runner: QueryRunner, client: PoolClient): QueryRunner {
  return Object.assign(runner, { databaseConnection: client, isTransactionActive: true, transactionDepth: 1 });
}
