import type { LoginAnswerDto, LoginDto } from '../../src/tenancy/users/auth.dto.js';
import type { CreateClientDto, CreatedClientDto } from '../../src/tenancy/clients/clients.dto.js';
import { serverSetting, TestDatabase } from './postgres.js';
import { SharedProcess } from './shared-process.js';
import { TestProcess } from './test-process.js';
import { until } from './until.js';

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
  /** Embedded mode: with a PostgreSQL of its own in this directory. */
  dataDir?: string;
}

/** What every application of a run is set to (scripts/test-apps.mjs), so that several of them can be one cluster. */
export const TEST_SETTINGS: { ADMIN_API_KEY: string; ENCRYPTION_KEYS: string; EGRESS_ALLOW_PRIVATE: string } =
  JSON.parse(serverSetting('TEST_APP_SETTINGS'));

const ADMIN_KEY = TEST_SETTINGS.ADMIN_API_KEY;

/** Requests to an application, wherever it runs. */
export class Api {
  constructor(readonly url: string) {}

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
}

/** ChatAPI as it is shipped, on a free port of loopback, with a database of its own. */
export class TestApp extends Api {
  private stopped: Promise<void> | undefined;
  private wasKilled = false;

  private constructor(
    url: string,
    private readonly process: TestProcess | SharedProcess,
    readonly database: TestDatabase,
    private readonly ownsDatabase: boolean,
  ) {
    super(url);
  }

  /** Starts it and waits until it is ready. */
  static async start({ env = {}, database: given, dataDir }: TestAppOptions = {}): Promise<TestApp> {
    const created = given || dataDir ? undefined : await TestDatabase.create();
    const place: Record<string, string> = dataDir
      ? { CHATAPI_DATA_DIR: dataDir }
      : { DATABASE_URL: (given ?? created)!.url };
    const started = new TestProcess({ ...TEST_SETTINGS, ...place, ...env });
    try {
      const url = await started.ready();
      const database = given ?? created ?? TestDatabase.embedded(dataDir!);
      return new TestApp(url, started, database, given === undefined);
    } catch (error) {
      await started.end('SIGKILL');
      await created?.drop();
      throw error;
    }
  }

  /**
   * The one that files of tests share, set to nothing beyond the defaults of tests: only what belongs to other clients is
   * in it besides. It goes on after {@link stop}.
   */
  static async shared(): Promise<TestApp> {
    const process = await SharedProcess.ask();
    return new TestApp(process.url, process, TestDatabase.at(process.databaseUrl), false);
  }

  /** Rows of one statement in its database: to look at what the API does not show, and to age it. */
  sql<T = any>(text: string, params: unknown[] = []): Promise<T[]> {
    return this.database.query<T>(text, params);
  }

  /** Everything that it logged as an error so far. */
  async errors(): Promise<string[]> {
    return (await this.log()).filter((line) => /"level":"(error|fatal)"/.test(line));
  }

  /** Every line that it logged so far. */
  async log(): Promise<string[]> {
    // Lines come in order, but after the answer: a thread writes them. What it has told before this line has come with it.
    const last = (await this.request('GET', '//health/live')).headers.get('x-request-id')!;
    const isWhole = () => this.process.output.includes(last);
    await until('the line of the last request', isWhole);
    return this.process.output.split('\n');
  }

  /** SIGKILL: nothing of it gets a chance to finish. */
  async kill(): Promise<void> {
    this.wasKilled = true;
    await this.process.end('SIGKILL');
  }

  /** SIGSTOP: it stands still, its connections stay open. */
  pause(): void {
    process.kill(this.process.pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.process.pid, 'SIGCONT');
  }

  /**
   * SIGTERM, unless it was killed, and then its database goes. Any number of times.
   * @throws Error when it does not end in order, with exit code 0
   */
  stop(): Promise<void> {
    return (this.stopped ??= this.end()); // a second signal would end it at once
  }

  private async end(): Promise<void> {
    const code = await this.process.end('SIGTERM');
    if (this.ownsDatabase) await this.database.drop();
    else if (this.process instanceof SharedProcess) await this.database.close();
    if (code !== 0 && !this.wasKilled) throw new Error(`It did not stop in order: ${code}.`);
  }
}

export type Requester = <T = any>(method: string, path: string, options?: RequestOptions) => Promise<Answer<T>>;

/** A tenant made for one test. */
export class TestClient {
  readonly id: string;
  readonly slug: string;

  constructor(
    private readonly app: Api,
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

export const sharedApp = (): Promise<TestApp> => TestApp.shared();

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
