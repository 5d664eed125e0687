/** What the demo prints: numbered steps, what happened under each, and long texts indented. */
export class Printer {
  private steps = 0;

  constructor(private readonly write: (line: string) => void) {}

  step(title: string): void {
    this.write(`\n${String(++this.steps).padStart(2)}. ${title}`);
  }

  say(...lines: string[]): void {
    for (const line of lines) this.write(`    ${line}`);
  }

  /** A text as it came, each line marked. */
  quote(text: string): void {
    for (const line of text.trimEnd().split(/\r?\n/)) this.write(`      | ${line}`);
  }

  json(value: unknown): void {
    this.quote(JSON.stringify(value, null, 2));
  }
}

/** Fails the demo when what must hold does not. */
export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`The demo found a fault: ${what}.`);
}
