import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ProblemDocument } from '../platform/common/problem.js';
import { Interrupted, Unreachable, Usage } from './exit.js';
import { request, textOf } from './http.js';

/** A room's, user's, message's … JSON, as far as the commands read it. */
export type JsonObject = Record<string, unknown>;

export type Query = Record<string, string | number | boolean | undefined>;

/**
 * A path of the API, of which each value is one segment.
 * @throws Usage for a value that would make another path of it
 */
export function at(parts: TemplateStringsArray, ...values: string[]): string {
  const wrong = values.find((value) => /^\.{0,2}$/.test(value));
  if (wrong !== undefined) throw new Usage(`${JSON.stringify(wrong)} is no id.`);
  return parts.reduce((path, part, index) => path + encodeURIComponent(values[index - 1]!) + part);
}

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
    return this.parsed(await this.call('POST', path, { body, headers: { 'content-type': type }, timeoutMs: 300_000 }));
  }

  /** An answer that is read as it comes, however long that takes. */
  async *stream(path: string, query: Query = {}): AsyncGenerator<Uint8Array> {
    const limit = this.limit(3_600_000);
    const answer = await this.ask('GET', path + queryOf(query), {}, limit);
    try {
      for await (const chunk of answer) yield chunk as Uint8Array;
    } catch (error) {
      throw this.lost(error, limit);
    }
  }

  private async json<T>(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<T> {
    const sent = { body: body && JSON.stringify(body), headers: { ...(body && JSON_TYPE), ...headers } };
    return this.parsed(await this.call(method, path, sent));
  }

  private parsed<T>(text: string): T {
    try {
      return (text === '' ? undefined : JSON.parse(text)) as T;
    } catch {
      throw new Usage(`${this.url} is no ChatAPI: its answer is no JSON. Say where the server is: --url.`);
    }
  }

  private async call(method: string, path: string, sent: Sent): Promise<string> {
    const limit = this.limit(sent.timeoutMs ?? TIMEOUT_MS);
    const answer = await this.ask(method, path, sent, limit);
    return textOf(answer).catch((error: unknown) => {
      throw this.lost(error, limit);
    });
  }

  private limit(ms: number): Limit {
    const late = AbortSignal.timeout(ms);
    return { ms, late, signal: this.signal ? AbortSignal.any([this.signal, late]) : late };
  }

  /**
   * @throws Refused with what the server answered when that was not 2xx
   * @throws Unreachable when nobody did
   */
  private async ask(method: string, path: string, { body, headers }: Sent, limit: Limit): Promise<IncomingMessage> {
    let answer: IncomingMessage;
    try {
      answer = await request(`${this.url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.key}`,
          ...(this.user !== undefined && { 'x-user-id': asHeader(this.user) }),
          ...headers,
        },
        body,
        signal: limit.signal,
      });
    } catch (error) {
      throw this.lost(error, limit);
    }
    const { statusCode: status = 0, headers: told } = answer;
    if (status >= 200 && status < 300) return answer;
    if (status < 400 && told.location !== undefined) {
      answer.destroy();
      const { origin } = new URL(told.location, this.url);
      throw new Usage(`${this.url} leads on to ${origin}: say --url ${origin}, or log in there.`);
    }
    throw new Refused(await problemOf(answer, status), `${method} ${path}`);
  }

  private lost(error: unknown, { late, ms }: Limit): Error {
    if (error instanceof Usage) return error;
    if (this.signal?.aborted) return new Interrupted();
    const why = late.aborted ? `no answer in ${ms / 1000} s` : whyOf(error);
    return new Unreachable(`${this.url} cannot be reached: ${why}.`);
  }
}

/** How long a call may take. */
interface Limit {
  ms: number;
  late: AbortSignal;
  signal: AbortSignal;
}

const queryOf = (query: Query): string => {
  const given = Object.entries(query).filter((pair) => pair[1] !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`;
};

async function problemOf(answer: IncomingMessage, status: number): Promise<Refused['problem']> {
  const text = await textOf(answer).catch(() => '');
  try {
    return { ...(JSON.parse(text) as ProblemDocument), status };
  } catch {
    return { status, title: answer.statusMessage ?? '', detail: text.slice(0, SHOWN) };
  }
}

/** Headers are Latin letters and some signs. @throws Usage that says so */
function asHeader(user: string): string {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(user)) return user;
  throw new Usage(`--as ${JSON.stringify(user)} cannot be sent: a user id is of letters, digits and signs of ASCII.`);
}

/** What Node tells of a connection that failed is in the cause, and of several addresses in its list. */
export function whyOf(error: unknown): string {
  const { message, cause, code, errors } = error as Failure & { cause?: Failure };
  return (
    (cause ?? { errors }).errors?.[0]?.message || cause?.message || cause?.code || message || code || String(error)
  );
}

type Failure = Error & { code?: string; errors?: Error[] };
