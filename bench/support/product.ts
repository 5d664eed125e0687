import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Child } from './child.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** The whole product in one process, as `npm start` runs it, on a database of the bench's. */
export class Product {
  private constructor(
    readonly child: Child,
    private readonly adminKey: string,
  ) {}

  /** @param options.main of another build, where two versions are compared */
  static async start(
    databaseUrl: string,
    options: { env?: Record<string, string>; node?: string[]; main?: string } = {},
  ) {
    const adminKey = options.env?.ADMIN_API_KEY ?? randomBytes(32).toString('hex');
    const child = await Child.start([...(options.node ?? []), options.main ?? MAIN], {
      HOST: '127.0.0.1',
      DATABASE_URL: databaseUrl,
      ADMIN_API_KEY: adminKey,
      ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
      EGRESS_ALLOW_PRIVATE: 'loopback',
      // As an operator would run it under load: a line per request is the reverse proxy's work.
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
      ...options.env,
    });
    await child.ready('/health/ready');
    return new Product(child, adminKey);
  }

  get port(): number {
    return this.child.port;
  }

  stop(): Promise<void> {
    return this.child.stop();
  }

  /** One JSON request; throws on anything but 2xx. */
  async call<T>(method: string, path: string, key: string, body?: object, headers: object = {}): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** A tenant whose users are never slowed by the rate limit. */
  async tenant(): Promise<Tenant> {
    const client = await this.call<{ id: string; master_api_key: string }>('POST', '/clients', this.adminKey, {
      name: 'Bench',
    });
    await this.call('PATCH', `/clients/${client.id}`, this.adminKey, {
      limits: { messages_per_user_per_minute: 1_000_000 },
    });
    return new Tenant(this, client.master_api_key);
  }
}

export interface BenchRoom {
  id: string;
  /** user ids */
  members: string[];
}

export class Tenant {
  private readonly keys = new Map<string, string>();

  constructor(
    private readonly product: Product,
    readonly masterKey: string,
  ) {}

  get port(): number {
    return this.product.port;
  }

  get server(): Child {
    return this.product.child;
  }

  call<T>(method: string, path: string, body?: object, headers?: object): Promise<T> {
    return this.product.call<T>(method, path, this.masterKey, body, headers);
  }

  async login(userId: string): Promise<string> {
    const known = this.keys.get(userId);
    if (known) return known;
    const { api_key } = await this.call<{ api_key: string }>('POST', '/auth/login', { user_id: userId });
    this.keys.set(userId, api_key);
    return api_key;
  }

  async room(name: string, members: string[]): Promise<BenchRoom> {
    const [owner, ...others] = members;
    const { id } = await this.call<{ id: string }>(
      'POST',
      '/rooms',
      { room_type: 'group', name, members: others },
      { 'x-user-id': owner },
    );
    return { id, members };
  }

  /** `count` rooms, each user in several of them. */
  async rooms(count: number, membersEach: number, users: number): Promise<BenchRoom[]> {
    const rooms: BenchRoom[] = [];
    let next = 0;
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        while (next < count) {
          const index = next++;
          const members = Array.from({ length: membersEach }, (_, m) => `user-${(index * 7 + m) % users}`);
          rooms[index] = await this.room(`Room ${index}`, members);
        }
      }),
    );
    return rooms;
  }
}
