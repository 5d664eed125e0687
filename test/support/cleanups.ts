/** What a test has started, to be ended after it. */
export class Cleanups {
  private readonly pending: (() => unknown)[] = [];

  add(clean: () => unknown): void {
    this.pending.push(clean);
  }

  /** The last first, and all of them: what one that fails kept from ending would keep jest from ending too. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const clean of this.pending.splice(0).toReversed()) {
      try {
        await clean();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures);
  }
}
