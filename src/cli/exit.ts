/** What a command ends with; docs/cli.md tells callers. */
export const EXIT = { ok: 0, refused: 1, usage: 2, unreachable: 3, found: 4, interrupted: 130, pipe: 141 } as const;

/** The command cannot be meant so, or something that it needs was not given: says what to do instead. */
export class Usage extends Error {}

/** Nobody answered. */
export class Unreachable extends Error {}

/** It did what it was asked for, and what it found is not as it should be. */
export class Found extends Error {}

/** Ctrl-C. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
  }
}
