import type { PoolClient } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { asQuery, type Prepared } from './prepared.js';

/** An open transaction. Passed down to every repository method that takes part in it. */
export interface Tx {
  /** Runs a statement; the rows. */
  query<T>(sql: string | Prepared, params?: readonly unknown[]): Promise<T[]>;
  /** Runs a statement; how many rows it touched. */
  execute(sql: string | Prepared, params?: readonly unknown[]): Promise<number>;
  /** TypeORM's way into the same transaction, for repositories of plain rows. */
  readonly manager: EntityManager;
  /** Runs `work` once the transaction is committed, before whoever waits for it goes on; never after a rollback. */
  afterCommit(work: () => unknown): void;
}

/** Raw SQL goes straight to the driver; TypeORM is built around the same connection when it is asked for. */
export class Transaction implements Tx {
  private runner: QueryRunner | undefined;
  private readonly followUps: (() => unknown)[] = [];

  constructor(
    private readonly client: PoolClient,
    private readonly dataSource: DataSource,
  ) {}

  async query<T>(sql: string | Prepared, params?: readonly unknown[]): Promise<T[]> {
    return (await this.client.query(asQuery(sql, params))).rows as T[];
  }

  async execute(sql: string | Prepared, params?: readonly unknown[]): Promise<number> {
    return (await this.client.query(asQuery(sql, params))).rowCount ?? 0;
  }

  afterCommit(work: () => unknown): void {
    this.followUps.push(work);
  }

  /** What is to be done now that it is committed: nothing of it can undo the commit, so nothing of it may throw. */
  async committed(): Promise<void> {
    for (const work of this.followUps) await work();
  }

  get manager(): EntityManager {
    this.runner ??= adopt(this.dataSource.createQueryRunner(), this.client);
    return this.runner.manager;
  }
}

/** TypeORM offers no public way to run on a given connection. test/integration/database.test.ts watches over this one. */
function adopt(runner: QueryRunner, client: PoolClient): QueryRunner {
  return Object.assign(runner, { databaseConnection: client, isTransactionActive: true, transactionDepth: 1 });
}
