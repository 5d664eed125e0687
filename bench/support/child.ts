import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { freePort } from '../../src/platform/common/free-port.js';

/** A Node process under measurement. */
export class Child {
  private output = '';

  private constructor(
    readonly process: ChildProcess,
    readonly port: number,
  ) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-20_000)));
    }
  }

  /** Starts `node <args>` with PORT set to a free port. */
  static async start(args: string[], env: Record<string, string>): Promise<Child> {
    const port = await freePort();
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', PORT: String(port), ...env },
    });
    // However this process ends, what it started ends too.
    process.once('exit', () => child.kill('SIGKILL'));
    return new Child(child, port);
  }

  /** Waits until `GET path` answers 200; false where it never does within a minute. */
  async ready(path: string): Promise<void> {
    for (let tries = 0; tries < 2400; tries++) {
      if (this.process.exitCode !== null) break;
      const answer = await fetch(`http://127.0.0.1:${this.port}${path}`).catch(() => null);
      if (answer?.ok) return;
      await sleep(25);
    }
    throw new Error(`not ready:\n${this.output}`);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGTERM');
    await once(this.process, 'exit');
  }

  /** Collects garbage, then reads the heap and what hangs on it. */
  async memory(): Promise<{ rss: number; used: number }> {
    return this.inspect(async (call) => {
      await call('HeapProfiler.collectGarbage');
      await call('HeapProfiler.collectGarbage');
      const expression = 'JSON.stringify(process.memoryUsage())';
      const { result } = await call<{ result: { value: string } }>('Runtime.evaluate', { expression });
      const usage = JSON.parse(result.value) as Record<'rss' | 'heapUsed' | 'external', number>;
      return { rss: usage.rss, used: usage.heapUsed + usage.external };
    });
  }

  /** What the process does while `work` runs, as V8's sampling profiler sees it. */
  async profile(work: () => Promise<unknown>): Promise<CpuProfile> {
    return this.inspect(async (call) => {
      await call('Profiler.enable');
      await call('Profiler.start');
      await work();
      const { profile } = await call<{ profile: CpuProfile }>('Profiler.stop');
      return profile;
    });
  }

  /** A session with its inspector (start with `--inspect=0`). */
  private async inspect<T>(use: (call: InspectorCall) => Promise<T>): Promise<T> {
    const url = /ws:\/\/\S+/.exec(this.output)?.[0];
    if (!url) throw new Error('start the process with --inspect=0');
    const inspector = new WebSocket(url, { maxPayload: 1 << 30 });
    await once(inspector, 'open');
    const answers = new Map<number, (result: unknown) => void>();
    inspector.on('message', (raw: Buffer) => {
      const { id, result } = JSON.parse(raw.toString()) as { id?: number; result?: unknown };
      if (id !== undefined) answers.get(id)?.(result);
    });
    let asked = 0;
    const call: InspectorCall = (method, params = {}) =>
      new Promise((resolve) => {
        answers.set(++asked, resolve as (result: unknown) => void);
        inspector.send(JSON.stringify({ id: asked, method, params }));
      });
    try {
      return await use(call);
    } finally {
      inspector.close();
    }
  }
}

type InspectorCall = <T = unknown>(method: string, params?: object) => Promise<T>;

/** As the DevTools protocol has it. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string }; children?: number[] }[];
  samples: number[];
  /** Microseconds before each sample. */
  timeDeltas: number[];
}
