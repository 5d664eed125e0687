/** Values of a statement that is put together: none of them ever stands in its text. */
export class Params {
  readonly values: unknown[] = [];

  /** @returns how the statement names the value */
  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}
