import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomBytes } from 'node:crypto';
import { createApp } from '../../src/app.js';
import { configureLogger } from '../../src/platform/common/logger.js';
import { loadConfig } from '../../src/platform/config/config.js';
import { prepareDatabase } from '../../src/platform/database/prepare.js';
import type { LoginAnswerDto, LoginDto } from '../../src/tenancy/users/auth.dto.js';
import type { CreateClientDto, CreatedClientDto } from '../../src/tenancy/clients/clients.dto.js';
import { TestDatabase } from './postgres.js';

export interface Answer<T = any> {
  status: number;
  headers: Headers;
  /** Parsed JSON; the text when it is none; undefined when empty. */
  body: T;
}

export interface RequestOptions {
  /** Sent as Authorization: Bearer. */
  key?: string | undefined;
  /** A string goes out as it is, everything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestAppOptions {
  /** Settings beyond the defaults of tests. */
  env?: Record<string, string>;
  /** A database of another app, to be a second node of its cluster (with the same `REDIS_URL` in `env`). */
  database?: TestDatabase;
}

const ADMIN_KEY = randomBytes(32).toString('hex');
const ENCRYPTION_KEYS = `test:${randomBytes(32).toString('base64')}`;

/** The whole application on a free port, with a database of its own. */
export class TestApp {
  private constructor(
    readonly nest: NestFastifyApplication,
    readonly url: string,
    readonly database: TestDatabase,
    private readonly release: () => Promise<void>,
  ) {}

  static async start({ env = {}, database: given }: TestAppOptions = {}): Promise<TestApp> {
    const database = given ?? (await TestDatabase.create());
    const config = loadConfig({
      DATABASE_URL: database.url,
      ADMIN_API_KEY: ADMIN_KEY,
      ENCRYPTION_KEYS,
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'fatal',
      LOG_FORMAT: 'json',
      EGRESS_ALLOW_PRIVATE: 'loopback',
      ...env,
    });
    configureLogger(config);
    const place = await prepareDatabase(config, () => {});
    const nest = await createApp(config);
    await nest.listen(0, '127.0.0.1');
    return new TestApp(nest, await nest.getUrl(), database, async () => {
      await nest.close();
      await place.release();
      if (!given) await database.drop();
    });
  }

  /** The operator. */
  admin(): { key: string; request: Requester } {
    return { key: ADMIN_KEY, request: this.requester(ADMIN_KEY) };
  }

  /** A new tenant. */
  async client(options: Partial<CreateClientDto> = {}): Promise<TestClient> {
    const body = { name: 'Test', ...options };
    const { body: created } = await this.admin().request<CreatedClientDto>('POST', '/clients', { body });
    return new TestClient(this, created);
  }

  /** To a path below /api/v1, or anywhere with a path that begins with `//`. */
  async request<T = any>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    const { key, body, headers = {} } = options;
    const response = await fetch(this.url + (path.startsWith('//') ? path.slice(1) : `/api/v1${path}`), {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(text) as T };
  }

  /** `request` with a key set. */
  requester(key: string): Requester {
    return (method, path, options = {}) => this.request(method, path, { key, ...options });
  }

  /** Something of the application itself. */
  get<T>(token: Token<T>): T {
    return this.nest.get(token as never, { strict: false }) as T;
  }

  async stop(): Promise<void> {
    await this.release();
  }
}

/** A class, also one whose constructor is private. */
type Token<T> = Function & { prototype: T };

export type Requester = <T = any>(method: string, path: string, options?: RequestOptions) => Promise<Answer<T>>;

/** A tenant made for one test. */
export class TestClient {
  readonly id: string;
  readonly slug: string;

  constructor(
    private readonly app: TestApp,
    readonly created: CreatedClientDto,
  ) {
    this.id = created.id;
    this.slug = created.slug;
  }

  /** The first master key. */
  get key(): string {
    return this.created.master_api_key;
  }

  /** With its master key; `user` acts for one by X-User-Id. */
  master(user?: string): { key: string; request: Requester } {
    const headers: Record<string, string> = user === undefined ? {} : { 'x-user-id': user };
    return {
      key: this.key,
      request: (method, path, options = {}) =>
        this.app.request(method, path, { key: this.key, ...options, headers: { ...headers, ...options.headers } }),
    };
  }

  /** Logs a user in, making it when it is new. */
  async login(
    userId: string,
    options: Partial<LoginDto> = {},
  ): Promise<LoginAnswerDto & { key: string; request: Requester }> {
    const body = { user_id: userId, ...options };
    const answer = await this.app.request<LoginAnswerDto>('POST', '/auth/login', { key: this.key, body });
    if (answer.status !== 201) throw new Error(`login of ${userId}: ${JSON.stringify(answer.body)}`);
    return { ...answer.body, key: answer.body.api_key, request: this.app.requester(answer.body.api_key) };
  }

  /** With the master key, unless `options.key` names another. */
  request<T = any>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    return this.app.request<T>(method, path, { key: this.key, ...options });
  }
}

export const startApp = (options: TestAppOptions = {}): Promise<TestApp> => TestApp.start(options);

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
