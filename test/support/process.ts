import { randomBytes } from 'node:crypto';
import { TestProcess } from './test-process.js';

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

export interface ProcessOptions {
  role?: 'all' | 'api' | 'worker';
  env?: Record<string, string>;
}

export interface Secrets {
  adminKey: string;
  encryptionKeys: string;
}

export const newSecrets = (): Secrets => ({
  adminKey: randomBytes(32).toString('hex'),
  encryptionKeys: `test:${randomBytes(32).toString('base64')}`,
});

/** A ready application in a process that faults may kill, and requests to it. */
export class AppProcess {
  private constructor(
    private readonly process: TestProcess,
    readonly url: string,
    readonly adminKey: string,
  ) {}

  /** Starts it and waits until it is ready. Processes that share a database need the same `secrets`. */
  static async start(secrets: Secrets, { role = 'all', env = {} }: ProcessOptions = {}): Promise<AppProcess> {
    const settings = {
      EGRESS_ALLOW_PRIVATE: 'loopback',
      ADMIN_API_KEY: secrets.adminKey,
      ENCRYPTION_KEYS: secrets.encryptionKeys,
      ...env,
    };
    const started = new TestProcess(settings, ['--role', role]);
    try {
      return new AppProcess(started, await started.ready(), secrets.adminKey);
    } catch (error) {
      await started.end('SIGKILL');
      throw error;
    }
  }

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    key: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
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
    await this.process.end('SIGKILL');
  }

  /** SIGSTOP: it stands still, its connections stay open. */
  pause(): void {
    process.kill(this.process.pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.process.pid, 'SIGCONT');
  }

  /** SIGTERM; the exit code. */
  async stop(): Promise<number | NodeJS.Signals> {
    return this.process.end('SIGTERM');
  }
}
