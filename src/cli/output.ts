import pc from 'picocolors';
import { environment } from '../platform/config/environment.js';
import { clean, shorten } from './format.js';

export type Colours = ReturnType<typeof pc.createColors>;

export interface Column<Row> {
  title: string;
  /** What stands in the row's cell. */
  of(row: Row): unknown;
  align?: 'right';
  colour?(text: string, row: Row, colours: Colours): string;
}

/** In a terminal a cell is cut here, unless it is an id or an address that is to be copied. */
const CELL = 72;
const NO_LINES = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
    .map((part) => [part, '']),
);

/** NO_COLOR and FORCE_COLOR as everywhere; else colours are for terminals. */
export function coloursFor(env: NodeJS.ProcessEnv, isTerminal: boolean): Colours {
  const wanted = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0';
  return pc.createColors(!env.NO_COLOR && (wanted || (isTerminal && env.TERM !== 'dumb')));
}

/** What a command says: tables and lines for people, JSON for scripts. */
export class Output {
  readonly colours: Colours;
  /** Of what is said beside the result, on standard error. */
  readonly hints: Colours;

  constructor(readonly json: boolean) {
    this.colours = coloursFor(environment(), process.stdout.isTTY === true);
    this.hints = coloursFor(environment(), process.stderr.isTTY === true);
  }

  /** A line for people: whatever comes from the server in it has to be {@link clean}. */
  line(text = ''): void {
    process.stdout.write(`${text}\n`);
  }

  /** One document, or one line of a stream of them. */
  document(value: unknown, stream = false): void {
    this.line(JSON.stringify(value, null, stream ? undefined : 2));
  }

  /** Beside the result: nothing that a script would want. */
  hint(text: string): void {
    if (!this.json) process.stderr.write(`${this.hints.dim(text)}\n`);
  }

  /** A result: as JSON, or as `people` write it. */
  result(value: unknown, people: () => void | Promise<void>): void | Promise<void> {
    return this.json ? this.document(value) : people();
  }

  async table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Promise<void> {
    const { default: Table } = await import('cli-table3');
    const table = new Table({
      head: columns.map(({ title }) => this.colours.bold(title)),
      colAligns: columns.map(({ align }) => align ?? 'left'),
      chars: { ...NO_LINES, middle: '  ' },
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    });
    for (const row of rows) {
      table.push(
        columns.map(({ of, colour }) => {
          const text = this.cell(of(row));
          return colour ? colour(text, row, this.colours) : text;
        }),
      );
    }
    for (const line of table.toString().split('\n')) this.line(line.trimEnd());
  }

  /** Names and values of one thing; what is null or undefined is left out. */
  fields(pairs: Record<string, unknown>): void {
    const given = Object.entries(pairs).filter(([, value]) => value !== null && value !== undefined && value !== '');
    const width = Math.max(0, ...given.map(([name]) => name.length));
    for (const [name, value] of given) {
      this.line(`${this.colours.dim(name.padEnd(width))}  ${clean(textOf(value))}`);
    }
  }

  private cell(value: unknown): string {
    const text = clean(textOf(value));
    return process.stdout.isTTY && text.includes(' ') ? shorten(text, CELL) : text;
  }
}

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number);
};

const GOOD = new Set(['sent', 'delivered', 'completed', 'processed', 'enabled', 'active', 'ok', 'up']);
const BAD = new Set(['failed', 'expired', 'disabled', 'deleted', 'down', 'unavailable', 'partially_failed']);

/** The colour that a state has everywhere. */
export function stateColour(state: string, _row: unknown, { green, red, yellow }: Colours): string {
  return GOOD.has(state) ? green(state) : BAD.has(state) ? red(state) : yellow(state);
}
