import type { Client } from 'pg';
import { QueryFailedError } from 'typeorm';
import type { DataSource, QueryRunner } from 'typeorm';
import { Problem } from '../common/problem.js';
import { isLostConnection, toProblem } from '../common/to-problem.js';

interface PgFields {
  code?: string;
  message: string;
}

/** The driver's own error, whoever wrapped it or made a Problem of it. */
function driverError(error: unknown): PgFields | undefined {
  if (error instanceof Problem) return driverError(error.cause);
  const inner = error instanceof QueryFailedError ? error.driverError : error;
  return inner instanceof Error ? (inner as PgFields) : undefined;
}

/** SQLSTATE or the system's error code. */
export const codeOf = (error: unknown): string | undefined => driverError(error)?.code;

/** A deadlock or a serialization failure: the same transaction may succeed when run again. */
export const isTransient = (error: unknown): boolean => ['40P01', '40001'].includes(codeOf(error) ?? '');

/** What Database throws for what the driver threw: Problems for what the caller can wait out, else the error itself. */
export function translate(error: unknown): unknown {
  if (error instanceof Problem) return error;
  // TypeORM's own error carries the statement's values, which no log may show.
  if (error instanceof QueryFailedError) return translate(error.driverError);
  // 503: what was being committed may or may not have been.
  if (isLostConnection(error)) return because(toProblem(error), error);
  // statement_timeout, lock_timeout: the work is too much just then.
  if (['57014', '55P03'].includes(codeOf(error) ?? '')) {
    return because(new Problem('overloaded', 'The database took too long. Try again.', { retryAfterS: 1 }), error);
  }
  if (isTransient(error)) {
    return because(new Problem('overloaded', 'Others changed the same at once. Try again.', { retryAfterS: 1 }), error);
  }
  return error;
}

const because = (problem: Problem, cause: unknown): Problem => Object.assign(problem, { cause });

/** Everything that TypeORM does goes through a query runner: lets it throw what raw SQL throws. */
export function translateErrors(dataSource: DataSource): void {
  const create = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const runner = create(mode);
    const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
    return Object.assign(runner, {
      query: async (...args: unknown[]) => {
        try {
          return await query(...args);
        } catch (error) {
          if (isLostConnection(error)) discard(runner);
          throw translate(error);
        }
      },
    } as Partial<QueryRunner>);
  };
}

/** TypeORM would give the pool a connection back that no longer answers. Ended, the pool throws it away. */
function discard(runner: QueryRunner): void {
  const { databaseConnection } = runner as unknown as { databaseConnection?: Client };
  databaseConnection?.end().catch(() => undefined);
}
