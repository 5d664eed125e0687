import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { until } from './until.js';

const ROOT = join(__dirname, '../..');

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

export interface ProcessOptions {
  role?: 'all' | 'api' | 'worker';
  env?: Record<string, string>;
}

/** The application as it is shipped, in a process that tests may kill. Build first: it runs dist/. */
export class AppProcess {
  private output = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    readonly adminKey: string,
    private readonly role: string,
  ) {
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Starts it and waits until it is ready. Processes that share a database need the same `secrets`. */
  static async start(secrets: Secrets, { role = 'all', env = {} }: ProcessOptions = {}): Promise<AppProcess> {
    const port = await freePort();
    const child = spawn(process.execPath, [join(ROOT, 'dist/src/main.js'), '--role', role], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        PORT: String(port),
        HOST: '127.0.0.1',
        LOG_FORMAT: 'json',
        LOG_LEVEL: 'info',
        EGRESS_ALLOW_PRIVATE: 'loopback',
        ADMIN_API_KEY: secrets.adminKey,
        ENCRYPTION_KEYS: secrets.encryptionKeys,
        ...env,
      },
    });
    const app = new AppProcess(child, port, secrets.adminKey, role);
    await app.ready();
    return app;
  }

  get log(): string {
    return this.output;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Waits until it says so itself: by its readiness route, a worker by its log. */
  async ready(): Promise<void> {
    const looks = this.role === 'worker' ? () => this.output.includes('worker is ready') : () => this.answersReady();
    await until(
      `the ${this.role} process to be ready`,
      async () => {
        if (this.child.exitCode !== null) throw new Error(`it ended with ${this.child.exitCode}:\n${this.output}`);
        return looks();
      },
      { timeout: 60_000, every: 50 },
    );
  }

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    key: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text ? JSON.parse(text) : null) as T };
  }

  /** A tenant of its own, whose users are not slowed by rate limits. */
  async makeClient(): Promise<{ id: string; masterKey: string }> {
    const { body } = await this.call<{ id: string; master_api_key: string }>('POST', '/clients', this.adminKey, {
      name: 'Faults',
    });
    await this.call('PATCH', `/clients/${body.id}`, this.adminKey, {
      limits: { messages_per_user_per_minute: 1_000_000 },
    });
    return { id: body.id, masterKey: body.master_api_key };
  }

  /** SIGKILL: nothing of it gets a chance to finish. */
  async kill(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  /** SIGTERM; the exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const exited = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.kill('SIGTERM');
    const [code] = await exited;
    return code;
  }

  private async answersReady(): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/health/ready`).catch(() => null);
    return answer?.ok ?? false;
  }
}

export interface Secrets {
  adminKey: string;
  encryptionKeys: string;
}

export const newSecrets = (): Secrets => ({
  adminKey: randomBytes(32).toString('hex'),
  encryptionKeys: `test:${randomBytes(32).toString('base64')}`,
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
