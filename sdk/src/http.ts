import createClient from 'openapi-fetch';
import type { MiddlewareCallbackParams, ParamsOption, RequestBodyOption } from 'openapi-fetch';
import type {
  FilterKeys,
  HttpMethod,
  MediaType,
  PathsWithMethod,
  Readable,
  RequiredKeysOf,
  SuccessResponse,
} from 'openapi-typescript-helpers';
import { ChatError, isProblem, transient } from './errors.js';
import type { paths } from './generated/rest.js';
import { headerText, keySource } from './key.js';
import type { KeyInput } from './key.js';
import { backoff, pause, throwIfAborted } from './wait.js';

/** How requests are made. */
export interface HttpOptions {
  /** Where the service is, such as `https://chat.example.com`. */
  url: string;
  /** A key, or a function that gives one (asked again when the service no longer takes it). */
  key: KeyInput;
  /** With a master key: the user to act for. */
  userId?: string | undefined;
  /** In the place of the global `fetch`. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** How often a request that may be repeated is sent again (3). */
  retries?: number | undefined;
  /** The time limit of each try in milliseconds (40,000: a long poll of `/sync` takes 30 s). */
  timeoutMs?: number | undefined;
}

/** A good answer: failures are thrown as `ChatError`. */
export interface Answer<T> {
  /** The parsed body. */
  data: T;
  /** Status and headers. */
  response: Response;
}

/** What a call takes besides what its route does. */
export interface Init {
  /** Headers besides those that are set by themselves. */
  headers?: Record<string, string>;
  /** Ends the call, and its repetition. */
  signal?: AbortSignal | null | undefined;
}

/** What a route takes: `params` (path, query, header) and `body`, by its document. */
type InitOf<Operation> = Init & ParamsOption<Operation> & RequestBodyOption<Operation>;
/** May be left out where nothing of it is required. */
type Rest<T> = RequiredKeysOf<T> extends never ? [T?] : [T];
/** The body of a good answer. */
export type Good<Operation> = Operation extends { responses: infer Answers extends Record<number, unknown> }
  ? Readable<SuccessResponse<Answers, MediaType>>
  : never;
/** One method of HTTP, for the paths that have it. */
type Method<M extends HttpMethod> = <P extends PathsWithMethod<paths, M>>(
  path: P,
  ...init: Rest<InitOf<FilterKeys<paths[P], M>>>
) => Promise<Answer<Good<FilterKeys<paths[P], M>>>>;

/**
 * Every route of the API, typed by its document: `http.GET('/api/v1/rooms', { params: { query: { limit: 10 } }, signal })`.
 * An answer that is not 2xx is thrown as `ChatError`, an aborted call as the reason of its signal.
 */
export interface Http {
  /** Reads. */
  GET: Method<'get'>;
  /** Makes, or does. An `Idempotency-Key` is added where there is none, and kept when it is sent again. */
  POST: Method<'post'>;
  /** Sets. */
  PUT: Method<'put'>;
  /** Changes some fields. */
  PATCH: Method<'patch'>;
  /** Removes. */
  DELETE: Method<'delete'>;
}

const RETRIES = 3;
const TIMEOUT_MS = 40_000;
const FIRST_WAIT_MS = 250;
/** Who is asked to wait longer than this is told so by an error, which says when to try again. */
const LONGEST_WAIT_MS = 30_000;

/** POSTs that may be sent any number of times: they read, or set what is absolute. They take no key. */
const REPEATABLE = /\/(query|rules\/test|sync|heartbeat|read|delivered|unread|typing)$/;

/** Makes the typed client of the REST API. */
export function createHttp(options: HttpOptions): Http {
  const { url, userId } = options;
  if (!/^https?:\/\//.test(url)) {
    throw new TypeError(`url must begin with http:// or https://, but is ${JSON.stringify(url)}`);
  }
  const client = createClient<paths>({
    baseUrl: url.replace(/\/+$/, ''),
    headers: { 'X-User-Id': userId && headerText('userId', userId) },
    credentials: 'omit',
    Request: Sending as unknown as typeof Request,
    fetch: sender(options) as unknown as (request: Request) => Promise<Response>,
  });
  client.use({ onRequest: prepare });
  const request = client.request as unknown as (method: string, path: string, init: object) => Promise<Answer<string>>;
  const call = (method: string) => async (path: string, init?: object) => {
    const { data: text, response } = await request(method, path, { ...init, parseAs: 'text' });
    return { data: contentOf(response, text), response };
  };
  return {
    GET: call('get'),
    POST: call('post'),
    PUT: call('put'),
    PATCH: call('patch'),
    DELETE: call('delete'),
  } as unknown as Http;
}

/** In the place of `Request`, whose body is gone when it was sent once. */
class Sending {
  constructor(
    readonly url: string,
    readonly init: RequestInit & { method: string; headers: Headers },
  ) {}
}

/** The names of the ids in a path, in their order. */
export const namesIn = (path: string): string[] => Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name!);

/** Refuses what would ask for something else, and gives a key to what acts twice when it is sent twice. */
function prepare({ request, schemaPath, params }: MiddlewareCallbackParams): void {
  for (const name of namesIn(schemaPath)) {
    const value = params.path?.[name];
    // Another route: the list, or one above.
    if (/^\.{0,2}$/.test(String(value ?? ''))) {
      throw new TypeError(`${name} must be an id, but is ${JSON.stringify(value)}`);
    }
  }
  const { method, headers } = (request as unknown as Sending).init;
  if (method === 'POST' && !headers.has('Idempotency-Key') && !REPEATABLE.test(schemaPath)) {
    headers.set('Idempotency-Key', randomId());
  }
}

/** What a good answer says; a page is what a proxy or the portal of a network shows. */
function contentOf(response: Response, text = ''): unknown {
  const type = response.headers.get('Content-Type') ?? '';
  const isJson = type.startsWith('application/json');
  const data = isJson ? parsed(text) : text || undefined;
  if ((isJson && data === undefined) || type.startsWith('text/html')) throw errorOf(response, text);
  return data;
}

/** Sends requests: keys, time limits, repetition and errors. */
function sender(options: HttpOptions) {
  const { retries = RETRIES, timeoutMs = TIMEOUT_MS } = options;
  const keys = keySource(options.key);
  // Looked up late, and called without `this`: both matter to browsers and to tests.
  const send = options.fetch ?? ((url: string, init: RequestInit) => globalThis.fetch(url, init));

  const attempt = async (sending: Sending, key: string): Promise<Response> => {
    sending.init.headers.set('Authorization', `Bearer ${key}`);
    const { response, text } = await inTime(sending, timeoutMs, send);
    if (!response.ok) throw errorOf(response, text);
    // It has been read, and is told again.
    return Object.assign(response, { text: () => Promise.resolve(text) });
  };

  return async (sending: Sending): Promise<Response> => {
    const { method, signal } = sending.init;
    throwIfAborted(signal);
    let key = await keys.get();
    let asked = false;
    for (let tried = 0; ;) {
      throwIfAborted(signal);
      try {
        return await attempt(sending, key);
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        // Nothing was done: another key is tried at once, whatever the method.
        const other = error.code === 'invalid_key' && !asked ? await keys.renew(key) : undefined;
        if (other !== undefined) {
          key = other;
          asked = true;
          continue;
        }
        const waitMs = Math.max(backoff(FIRST_WAIT_MS, tried), (error.retry_after_s ?? 0) * 1000);
        if (method === 'PATCH' || !error.retryable || tried >= retries || waitMs > LONGEST_WAIT_MS) throw error;
        tried++;
        await pause(waitMs, signal);
      }
    }
  };
}

/** One try, its body included: a server that stops in the middle of an answer is as silent as one that never began. */
async function inTime({ url, init }: Sending, timeoutMs: number, send: NonNullable<HttpOptions['fetch']>) {
  const { signal } = init;
  const controller = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, timeoutMs);
  const stop = () => controller.abort();
  signal?.addEventListener('abort', stop);
  try {
    const response = await send(url, { ...init, signal: controller.signal });
    return { response, text: await response.text() };
  } catch (cause) {
    throwIfAborted(signal);
    const what = late ? `was not answered within ${timeoutMs} ms` : 'could not be reached';
    throw transient(late ? 'timed_out' : 'unreachable', `${init.method} ${url} ${what}`, cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

function errorOf({ status, headers }: Response, text: string): ChatError {
  // A date is not a number, and none is none.
  const retry_after_s = Number(headers.get('Retry-After')) || undefined;
  const problem = parsed(text);
  if (isProblem(problem)) return new ChatError(problem.code, problem.detail, { retry_after_s, ...problem });
  // A proxy's page: who is behind it may be back soon.
  const retryable = status === 429 || status >= 500;
  const detail = `The answer, with status ${status}, was not one of ChatAPI: ${text.slice(0, 200)}`;
  return new ChatError('bad_answer', detail, { status, retryable, retry_after_s });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A random id (UUID version 4), also where `crypto.randomUUID` is missing: insecure pages, React Native. */
export function randomId(): string {
  const { crypto } = globalThis as { crypto?: Crypto };
  if (crypto?.randomUUID) return crypto.randomUUID();
  // Unique is enough, nothing rests on its being hard to guess.
  return 'xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx'.replaceAll('x', () => Math.floor(Math.random() * 16).toString(16));
}
