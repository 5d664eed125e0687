import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShownProcess } from './test-process.js';

export const root = join(__dirname, '../..');

/** The built command, as `npx chatapi` runs it. */
export const BIN = join(root, 'dist/src/cli.js');

export interface CliOptions {
  env?: Record<string, string>;
  /** Standard input; nothing unless told. */
  input?: string;
}

export interface Ended {
  code: number | NodeJS.Signals;
  stdout: string;
  stderr: string;
}

const environmentOf = (home: string, env: Record<string, string>): Record<string, string> => ({
  PATH: process.env.PATH!,
  HOME: home,
  XDG_CONFIG_HOME: join(home, 'config'),
  ...env,
});

/** Does the commands that need no process of their own: what runs is the same, but for the start of Node. */
class CliHost {
  private readonly asked = new Map<number, { resolve(ended: Ended): void; reject(error: Error): void }>();
  private last = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ id, ...ended }: Ended & { id: number }) => {
      this.asked.get(id)?.resolve(ended);
      this.asked.delete(id);
    });
    child.on('exit', () => {
      for (const { reject } of this.asked.values()) reject(new Error('The process of the commands has ended.'));
    });
  }

  static async start(): Promise<CliHost> {
    const child = fork(join(__dirname, 'cli-host.mjs'), [join(root, 'dist/src/cli/run-command.js')], {
      cwd: tmpdir(),
      execArgv: [],
    });
    await new Promise((resolve, reject) => child.once('message', resolve).once('error', reject).once('exit', reject));
    return new CliHost(child);
  }

  run(args: string[], home: string, { env = {}, input = '' }: CliOptions): Promise<Ended> {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.asked.set(id, { resolve, reject });
      this.child.send({ id, args, home, input, env: environmentOf(home, env) });
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.disconnect();
    });
  }
}

let host: Promise<CliHost> | undefined;
afterAll(async () => (await host)?.stop());

/** One command in a process of its own, in a folder of its own: no `.env` and no `.data` of this checkout. */
export class CliProcess extends ShownProcess {
  stdout = '';
  stderr = '';
  protected override readonly title: string;
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;

  constructor(args: string[], home: string, { env = {}, input = '' }: CliOptions = {}) {
    super();
    this.title = `chatapi ${args.join(' ')}`;
    this.child = spawn(process.execPath, [BIN, ...args], {
      cwd: home,
      stdio: 'pipe',
      env: environmentOf(home, env),
    });
    this.child.stdout!.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.child.stdin!.on('error', () => undefined);
    this.child.stdin!.end(input);
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) =>
        resolve({ code: code ?? signal ?? 1, stdout: this.stdout, stderr: this.stderr }),
      );
    });
  }

  override get output(): string {
    return this.stdout + this.stderr;
  }

  override get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** What it wrote so far as lines of JSON. */
  get documents(): any[] {
    const lines = this.stdout.split('\n');
    return lines.slice(0, -1).map((line) => JSON.parse(line));
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  protected override get howItEnded(): string {
    return String(this.child.exitCode ?? this.child.signalCode);
  }
}

/** Somebody at a terminal: a home folder, and settings that hold for each command. */
export class Shell {
  readonly home = mkdtempSync(join(tmpdir(), 'chatapi-cli-'));
  private readonly started: CliProcess[] = [];

  constructor(public env: Record<string, string> = {}) {}

  start(args: string[], { env = {}, ...options }: CliOptions = {}): CliProcess {
    const child = new CliProcess(args, this.home, { ...options, env: { ...this.env, ...env } });
    this.started.push(child);
    return child;
  }

  /** A command as a process. */
  spawn(args: string[], options: CliOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** A command that is neither interrupted nor watched. */
  async run(args: string[], { env = {}, ...options }: CliOptions = {}): Promise<Ended> {
    host ??= CliHost.start();
    return (await host).run(args, this.home, { ...options, env: { ...this.env, ...env } });
  }

  /** A command that has to succeed; what it says with --json. */
  async json<T = any>(args: string[], options: CliOptions = {}): Promise<T> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], options);
    if (code !== 0) throw new Error(`chatapi ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** Ends what goes on, and takes the folder away. */
  async close(): Promise<void> {
    for (const child of this.started) if (!child.hasEnded) child.signal('SIGKILL');
    await Promise.all(this.started.map(({ ended }) => ended));
    rmSync(this.home, { recursive: true, force: true });
  }
}
