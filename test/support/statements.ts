import pg from 'pg';

export interface Statement {
  text: string;
  values: unknown[];
}

/**
 * Watches what this process asks of PostgreSQL, until `jest.restoreAllMocks()`.
 * @returns gives the statements so far that match
 */
export function watchStatements(): (pattern: RegExp) => Statement[] {
  const { calls } = jest.spyOn(pg.Client.prototype, 'query').mock as unknown as { calls: unknown[][] };
  return (pattern) =>
    calls.flatMap(([asked, values]) => {
      const { text, values: bound } =
        typeof asked === 'string' ? { text: asked, values } : (asked as Partial<Statement>);
      return text !== undefined && pattern.test(text) ? [{ text, values: (bound ?? []) as unknown[] }] : [];
    });
}

/** A step of a plan. */
export interface PlanNode {
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  'Rows Removed by Join Filter'?: number;
  Plans?: PlanNode[];
}

/** Of a plan as `explain (analyze, format json)` gives it: what was found on the way, and not only what was kept. */
export const rowsRead = (node: PlanNode): number =>
  (node['Actual Rows'] +
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Index Recheck'] ?? 0) +
    (node['Rows Removed by Join Filter'] ?? 0)) *
    node['Actual Loops'] +
  (node.Plans ?? []).reduce((sum, inner) => sum + rowsRead(inner), 0);
