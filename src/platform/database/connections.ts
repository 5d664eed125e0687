import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, QueryConfig, QueryResult } from 'pg';
import type { DataSource } from 'typeorm';
import { isLostConnection } from '../common/to-problem.js';
import { logger } from '../common/logger.js';
import { codeOf, isTransient, translate } from './errors.js';
import { FramedQuery } from './framed-query.js';
import type { Prepared } from './prepared.js';
import { Together, type Statement } from './together.js';
import { Transaction } from './transaction.js';
import type { Tx } from './transaction.js';

export interface TransactionOptions {
  /** Default READ COMMITTED. */
  isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
  /** How often to run `fn` again after a deadlock or a serialization failure; it must be repeatable then. Default 0. */
  retries?: number;
  /** `overloaded` instead of waiting longer for a lock; 5 s unless told. */
  lockTimeoutMs?: number;
  /** On the connections kept for sends: it waits for nobody's lock. */
  reserved?: boolean;
  /** For what others may make wait: it waits for its turn among its like before it takes a connection. */
  turn?: ConnectionTurn;
  /** It writes nothing; a statement that does is an error. */
  readOnly?: boolean;
}

export interface ConnectionTurn {
  tenant: string;
  /** What it locks first, where many may want the same; within the tenant. */
  row?: string | undefined;
}

/** Statements and transactions over one pool of connections. */
export class Connections {
  constructor(
    /** For repositories of plain rows. */
    readonly dataSource: DataSource,
    /** The connections, for code that needs the driver itself. Release what you take. */
    readonly pool: Pool,
  ) {}

  /** One statement outside of a transaction; the rows. */
  async query<T>(sql: string | Prepared, params?: readonly unknown[]): Promise<T[]> {
    return (await this.run(sql, params)).rows as T[];
  }

  /** One statement outside of a transaction; how many rows it touched. */
  async execute(sql: string | Prepared, params?: readonly unknown[]): Promise<number> {
    return (await this.run(sql, params)).rowCount ?? 0;
  }

  /**
   * Runs `fn` in a transaction: committed when it returns, rolled back when it throws. Take no second connection in it.
   * @throws Problem `unavailable` when the connection was lost, also when it is not known whether the commit succeeded;
   *   `overloaded` when a lock was not to be had in time, or never because of a deadlock: nothing was done
   */
  async transaction<T>(fn: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    for (let tried = 0; ; tried++) {
      try {
        return await this.attempt(fn, options);
      } catch (error) {
        if (!isTransient(error) || tried >= (options.retries ?? 0)) throw givenUp(error);
        await sleep(Math.random() * 20 * 2 ** tried);
      }
    }
  }

  /**
   * Several statements that do not need each other's answers, in one transaction and one round trip; all of them return rows.
   * Each has a snapshot of its own.
   * @returns the rows of each, committed
   * @throws what {@link transaction} throws
   */
  async together(
    statements: readonly Statement[],
    _options: Pick<TransactionOptions, 'reserved'> = {},
  ): Promise<unknown[][]> {
    try {
      const { rows } = (await this.pool.query(new Together(statements) as unknown as QueryConfig)) as { rows: unknown };
      return rows as unknown[][];
    } catch (error) {
      throw translate(error);
    }
  }

  /**
   * Runs reads that must agree with each other: all of them see the database as it is when the first one runs.
   * @throws what {@link transaction} throws
   */
  snapshot<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(fn, { isolation: 'REPEATABLE READ', readOnly: true });
  }

  private async run(sql: string | Prepared, params?: readonly unknown[]) {
    try {
      return (await this.pool.query(new FramedQuery(sql, params) as unknown as QueryConfig)) as QueryResult;
    } catch (error) {
      throw translate(error);
    }
  }

  private async attempt<T>(fn: (tx: Tx) => Promise<T>, options: TransactionOptions): Promise<T> {
    const { tx, result } = await this.inTurn(options.turn, () => this.hold(fn, options));
    // Only now: what follows may want a connection of its own.
    await tx.committed();
    return result;
  }

  /** Runs what takes a connection and perhaps waits for others while it has it. */
  protected inTurn<T>(_turn: ConnectionTurn | undefined, work: () => Promise<T>): Promise<T> {
    return work();
  }

  private async hold<T>(
    fn: (tx: Tx) => Promise<T>,
    options: TransactionOptions,
  ): Promise<{ tx: Transaction; result: T }> {
    const client = await this.pool.connect();
    // Between two queries nobody else listens for the connection's end; the next query reports it.
    const ignore = (): void => undefined;
    client.on('error', ignore);
    let broken: Error | undefined;
    const tx = new Transaction(client, this.dataSource, begin(options));
    try {
      const result = await fn(tx);
      await tx.commit();
      return { tx, result };
    } catch (error) {
      broken = isLostConnection(error) ? (error as Error) : await failureOf(() => tx.rollback());
      throw error;
    } finally {
      client.removeListener('error', ignore);
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }
}

const begin = ({ isolation, lockTimeoutMs, readOnly }: TransactionOptions): string[] => [
  (isolation ? `begin isolation level ${isolation}` : 'begin') + (readOnly ? ' read only' : ''),
  ...(lockTimeoutMs ? [`set local lock_timeout = ${Math.ceil(lockTimeoutMs)}`] : []),
];

/** What the caller is thrown. That transactions lock each other out is ours to mend, which takes PostgreSQL's log. */
function givenUp(error: unknown): unknown {
  if (isTransient(error)) logger.warn({ sqlstate: codeOf(error) }, 'Transactions locked each other out.');
  return translate(error);
}

async function failureOf(work: () => Promise<void>): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
