import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { until } from './until.js';

const root = join(__dirname, '../..');

/** What process-environment.mjs shows of when a test fails. */
const running = ((globalThis as { testProcesses?: Set<ShownProcess> }).testProcesses ??= new Set());

/** A process whose words are shown when a test fails. */
export abstract class ShownProcess {
  /** Standard output and error so far. */
  abstract readonly output: string;
  protected abstract readonly title: string;
  private shown = 0;

  constructor() {
    running.add(this);
  }

  abstract get hasEnded(): boolean;

  /** A test begins: what was written before is not about it, and who has ended has no more to say. */
  nextTest(): void {
    this.shown = this.output.length;
    if (this.hasEnded) running.delete(this);
  }

  /** What it wrote since the test began and was not told yet, for who reads why that failed. */
  report(): string {
    const output = this.output;
    const lines = output.slice(this.shown).trimEnd().split('\n');
    this.shown = output.length;
    const left = lines.length > REPORTED_LINES ? [`… ${lines.length - REPORTED_LINES} lines before …`] : [];
    const end = this.hasEnded ? [`It has ended: ${this.howItEnded}.`] : [];
    return [`${this.title} wrote:`, ...left, ...lines.slice(-REPORTED_LINES), ...end].join('\n');
  }

  /** Its exit code or the signal. */
  protected abstract get howItEnded(): string;
}

/** ChatAPI as it is shipped (dist/, which scripts/test.mjs builds), in a process of its own that may be killed. */
export class TestProcess extends ShownProcess {
  override output = '';
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  protected override readonly title: string;
  private readonly child: ChildProcess;

  /** Starts main.js, or another entry below dist/src. Nothing of this environment but PATH is passed on. */
  constructor(env: Record<string, string>, args: string[] = [], entry = 'main.js') {
    super();
    this.child = spawn(process.execPath, [join(root, 'dist/src', entry), ...args], {
      cwd: root,
      // By the channel it learns of our end, however that comes, and stops too.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', LOG_FORMAT: 'json', ...env },
    });
    this.title = [entry, ...args, `(pid ${this.child.pid})`].join(' ');
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

  override get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Where it listens, as soon as it does; on a busy machine that takes as long as it takes. */
  async ready(): Promise<string> {
    const address = (): string | undefined =>
      /ChatAPI is ready at (http:\/\/\S+)/.exec(this.output)?.[1] ??
      /"url":"(http:[^"]+)".* is ready\./.exec(this.output)?.[1];
    await until('the start', () => address() ?? this.hasEnded, { timeout: 150_000 });
    const url = address();
    if (url === undefined) throw new Error(`It ended with ${await this.ended} before it was ready:\n${this.output}`);
    return url;
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    if (!this.hasEnded) this.child.kill(signal);
    return this.ended;
  }

  protected override get howItEnded(): string {
    return String(this.child.exitCode ?? this.child.signalCode);
  }
}

const REPORTED_LINES = 60;
