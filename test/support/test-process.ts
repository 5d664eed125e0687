import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { until } from './until.js';

const root = join(__dirname, '../..');

/** ChatAPI as it is shipped (dist/, which scripts/test.mjs builds), in a process of its own that may be killed. */
export class TestProcess {
  /** Standard output and error so far. */
  output = '';
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  private readonly child: ChildProcess;

  /** Starts main.js, or another entry below dist/src. Nothing of this environment but PATH is passed on. */
  constructor(env: Record<string, string>, args: string[] = [], entry = 'main.js') {
    this.child = spawn(process.execPath, [join(root, 'dist/src', entry), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', LOG_FORMAT: 'json', ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => resolve(code ?? signal ?? 1));
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Where it listens, as soon as it does. */
  async ready(): Promise<string> {
    const address = (): string | undefined =>
      /ChatAPI is ready at (http:\/\/\S+)/.exec(this.output)?.[1] ??
      /"url":"(http:[^"]+)".* is ready\./.exec(this.output)?.[1];
    await until('the start', () => address() ?? this.child.exitCode !== null, { timeout: 60_000 });
    const url = address();
    if (url === undefined) throw new Error(`It ended with ${this.child.exitCode} before it was ready:\n${this.output}`);
    return url;
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.ended;
  }
}
