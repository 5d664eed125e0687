import { randomUUID } from 'node:crypto';
import type { ProblemDocument } from '../platform/common/problem.js';
import { Interrupted, Unreachable } from './exit.js';

/** A room's, user's, message's … JSON, as far as the commands read it. */
export type JsonObject = Record<string, unknown>;

export type Query = Record<string, string | number | boolean | undefined>;

/** The API said no. */
export class Refused extends Error {
  constructor(
    readonly problem: Partial<ProblemDocument> & { status: number },
    asked: string,
  ) {
    super(`${asked} was answered ${problem.status}: ${problem.detail ?? problem.title ?? ''}`);
  }
}

interface Sent {
  body?: string | undefined;
  headers?: Record<string, string>;
  timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
/** What a server that is no ChatAPI says is shown up to here. */
const SHOWN = 300;
const JSON_TYPE = { 'content-type': 'application/json' };

/** The HTTP API of a server, with one key. Every call has a time limit, and ends with the signal. */
export class Api {
  constructor(
    readonly url: string,
    readonly key: string,
    /** For whom a master key acts. */
    readonly user?: string,
    private readonly signal?: AbortSignal,
  ) {}

  withKey(key: string): Api {
    return new Api(this.url, key, undefined, this.signal);
  }

  as(user: string | undefined): Api {
    return new Api(this.url, this.key, user, this.signal);
  }

  get<T = JsonObject>(path: string, query: Query = {}): Promise<T> {
    return this.json('GET', path + queryOf(query));
  }

  /** Safe to repeat: carries an Idempotency-Key. */
  post<T = JsonObject>(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<T> {
    return this.json('POST', path, body, { 'idempotency-key': randomUUID(), ...headers });
  }

  put<T = JsonObject>(path: string, body: object): Promise<T> {
    return this.json('PUT', path, body);
  }

  patch<T = JsonObject>(path: string, body: object): Promise<T> {
    return this.json('PATCH', path, body);
  }

  delete(path: string, query: Query = {}): Promise<unknown> {
    return this.json('DELETE', path + queryOf(query));
  }

  /** A body that is no JSON. */
  async upload<T = JsonObject>(path: string, type: string, body: string): Promise<T> {
    const answer = await this.call('POST', path, { body, headers: { 'content-type': type }, timeoutMs: 300_000 });
    return (await answer.json()) as T;
  }

  /** An answer that is read as it comes, however long that takes. */
  async stream(path: string, query: Query = {}): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.call('GET', path + queryOf(query), { timeoutMs: 3_600_000 });
    return answer.body as unknown as AsyncIterable<Uint8Array>;
  }

  private async json<T>(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<T> {
    const sent = { body: body && JSON.stringify(body), headers: { ...(body && JSON_TYPE), ...headers } };
    const text = await (await this.call(method, path, sent)).text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /**
   * @throws Refused with what the server answered when that was not 2xx
   * @throws Unreachable when nobody did
   */
  private async call(method: string, path: string, { body, headers, timeoutMs = TIMEOUT_MS }: Sent): Promise<Response> {
    const late = AbortSignal.timeout(timeoutMs);
    let answer: Response;
    try {
      answer = await fetch(`${this.url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.key}`,
          ...(this.user !== undefined && { 'x-user-id': this.user }),
          ...headers,
        },
        body: body ?? null,
        signal: this.signal ? AbortSignal.any([this.signal, late]) : late,
      });
    } catch (error) {
      if (this.signal?.aborted) throw new Interrupted();
      throw new Unreachable(
        `${this.url} cannot be reached: ${late.aborted ? `no answer in ${timeoutMs / 1000} s` : whyOf(error)}.`,
      );
    }
    if (!answer.ok) throw new Refused(await problemOf(answer), `${method} ${path}`);
    return answer;
  }
}

const queryOf = (query: Query): string => {
  const given = Object.entries(query).filter((pair) => pair[1] !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`;
};

async function problemOf(answer: Response): Promise<Refused['problem']> {
  const text = await answer.text().catch(() => '');
  try {
    return { ...(JSON.parse(text) as ProblemDocument), status: answer.status };
  } catch {
    return { status: answer.status, title: answer.statusText, detail: text.slice(0, SHOWN) };
  }
}

/** What Node tells of a connection that failed is in the cause, and of several addresses in its list. */
export function whyOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: Error & { code?: string; errors?: Error[] } };
  return cause?.errors?.[0]?.message || cause?.message || cause?.code || message;
}
