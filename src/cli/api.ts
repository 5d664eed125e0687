import { randomUUID } from 'node:crypto';

/** A room's, user's, message's … JSON, as far as the commands read it. */
export type JsonObject = Record<string, unknown>;

/** The HTTP API of a server, with one key. */
export class Api {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  withKey(key: string): Api {
    return new Api(this.url, key);
  }

  get<T = JsonObject>(path: string): Promise<T> {
    return this.call('GET', path);
  }

  /** Safe to repeat: carries an Idempotency-Key. */
  post<T = JsonObject>(path: string, body: object, headers: Record<string, string> = {}): Promise<T> {
    return this.call('POST', path, body, { 'idempotency-key': randomUUID(), ...headers });
  }

  put<T = JsonObject>(path: string, body: object): Promise<T> {
    return this.call('PUT', path, body);
  }

  /** @throws Error that tells what the server answered when that was not 2xx */
  private async call<T>(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}
