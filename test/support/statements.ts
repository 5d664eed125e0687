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
