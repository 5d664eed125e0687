/**
 * A statement that each connection parses and plans once, for those whose plan does not depend on their parameters: the
 * rows they touch are found by keys, however many there are. Sessions run with `enable_seqscan = off`, so that a plan which
 * was made while a table was empty still uses its indexes when it is not.
 */
export interface Prepared {
  /** Unique in this service. */
  readonly name: string;
  readonly text: string;
}

const names = new Set<string>();

/** @throws Error for a name that another statement has */
export function prepared(name: string, text: string): Prepared {
  if (names.has(name)) throw new Error(`There are two prepared statements named ${name}.`);
  names.add(name);
  return { name, text };
}
