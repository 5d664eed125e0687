import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { WebSocket } from 'ws';

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
    return new Child(child, port);
  }

  /** Waits until `GET path` answers 200; false where it never does within a minute. */
  async ready(path: string): Promise<void> {
    for (let tries = 0; tries < 2400; tries++) {
      if (this.process.exitCode !== null) break;
      const answer = await fetch(`http://127.0.0.1:${this.port}${path}`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`not ready:\n${this.output}`);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGTERM');
    await once(this.process, 'exit');
  }

  /** Collects garbage, then reads the heap and what hangs on it, over the inspector (start with `--inspect=0`). */
  async memory(): Promise<{ rss: number; used: number }> {
    const url = /ws:\/\/\S+/.exec(this.output)?.[0];
    if (!url) throw new Error('start the process with --inspect=0');
    const inspector = new WebSocket(url);
    await once(inspector, 'open');
    const call = (id: number, method: string, params: object = {}) =>
      new Promise<{ result?: { result?: { value?: string } } }>((resolve) => {
        inspector.on('message', function read(raw: Buffer) {
          const message = JSON.parse(raw.toString()) as { id?: number };
          if (message.id !== id) return;
          inspector.off('message', read);
          resolve(message as object);
        });
        inspector.send(JSON.stringify({ id, method, params }));
      });
    await call(1, 'HeapProfiler.collectGarbage');
    await call(2, 'HeapProfiler.collectGarbage');
    const answer = await call(3, 'Runtime.evaluate', { expression: 'JSON.stringify(process.memoryUsage())' });
    inspector.close();
    const usage = JSON.parse(answer.result!.result!.value!) as Record<'rss' | 'heapUsed' | 'external', number>;
    return { rss: usage.rss, used: usage.heapUsed + usage.external };
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
