import { InvalidArgumentError, type Command } from 'commander';
import { environment } from '../platform/config/environment.js';
import { findAccess, findUrl, type KeyKind } from './access.js';
import { Api } from './api.js';
import { moment, seconds } from './format.js';
import { Output } from './output.js';

/** What stands before or behind any command. */
export interface GlobalOptions {
  profile?: string;
  url?: string;
  json?: boolean;
  as?: string;
}

/** What a command works with. */
export class Context<Options extends object = object> {
  readonly out: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  private readonly interrupted = new AbortController();

  constructor(readonly options: Options & GlobalOptions) {
    this.out = new Output(options.json === true);
    this.signal = this.interrupted.signal;
    process.once('SIGINT', () => {
      this.interrupted.abort();
      // The second one is for who does not want to wait.
      process.once('SIGINT', () => process.exit(130));
    });
  }

  /** The API with a key of a client, acting for `--as`. @throws Usage without one */
  get client(): Api {
    return this.api('client', this.options.as);
  }

  /** The API with the operator's key. @throws Usage without one */
  get admin(): Api {
    return this.api('admin', undefined);
  }

  /** The server, whether there is a key for it or not. */
  get url(): string {
    return findUrl(this.options, environment());
  }

  private api(kind: KeyKind, user: string | undefined): Api {
    const { url, key } = findAccess(kind, this.options, environment());
    return new Api(url, key, user, this.signal);
  }
}

type Work<Options extends object> = (context: Context<Options>, ...args: never[]) => Promise<void> | void;

/** The action of a command: gets its context, then its arguments as they were declared. */
export const run = <Options extends object>(work: Work<Options>) =>
  async function action(this: Command): Promise<void> {
    await work(new Context(this.optsWithGlobals()), ...(this.processedArgs as never[]));
  };

/** Whole numbers in options. */
export const integer =
  (least: number, most: number) =>
  (text: string): number => {
    const n = Number(text);
    if (Number.isInteger(n) && n >= least && n <= most) return n;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  };

/** How long: `90`, `90s`, `15m`, `2h`, `7d`. */
export function duration(text: string): number {
  const found = seconds(text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError('Write 90, 90s, 15m, 2h or 7d.');
}

/** When: a time, or how long ago. */
export function when(text: string): string {
  const found = moment(text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError('Write 2026-01-31T12:00:00Z, 2026-01-31, or how long ago: 15m, 2h, 7d.');
}

/** Given more than once, or with commas between. */
export const many = (text: string, before: string[] = []): string[] => [
  ...before,
  ...text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== ''),
];

/** JSON in an option. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It is no JSON: ${(error as Error).message}`);
  }
}

/** The lines below a command's help. */
export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ chatapi ${line}`).join('\n')}`;
