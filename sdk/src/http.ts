import createClient from 'openapi-fetch';
import type { MaybeOptionalInit, ParseAsResponse } from 'openapi-fetch';
import type {
  HttpMethod,
  MediaType,
  PathsWithMethod,
  Readable,
  RequiredKeysOf,
  SuccessResponse,
} from 'openapi-typescript-helpers';
import { ChatError, isProblem } from './errors.js';
import type { paths } from './generated/rest.js';
import { keySource } from './key.js';
import type { KeyInput } from './key.js';

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

type InitOf<Init> =
  RequiredKeysOf<Init> extends never ? [(Init & Record<string, unknown>)?] : [Init & Record<string, unknown>];
type Good<Operation, Init> = Operation extends { responses: infer Answers extends Record<number, unknown> }
  ? ParseAsResponse<Readable<SuccessResponse<Answers, MediaType>>, Init>
  : never;
type Method<M extends HttpMethod> = <
  P extends PathsWithMethod<paths, M>,
  Init extends MaybeOptionalInit<paths[P], M & keyof paths[P]>,
>(
  path: P,
  ...init: InitOf<Init>
) => Promise<Answer<Good<paths[P][M & keyof paths[P]], Init>>>;

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
const REPEATABLE = /\/(rooms\/query|rules\/test|sync|heartbeat|rooms\/[^/]+\/(read|delivered|unread|typing))$/;

/** Makes the typed client of the REST API. */
export function createHttp(options: HttpOptions): Http {
  if (!/^https?:\/\//.test(options.url)) {
    throw new TypeError(`url must begin with http:// or https://, but is ${JSON.stringify(options.url)}`);
  }
  // Of the typed client's answers only the good ones are left, since what sends throws the others.
  return createClient<paths>({ baseUrl: options.url, fetch: sender(options) }) as unknown as Http;
}

interface Sending {
  url: string;
  method: string;
  headers: Headers;
  body: string | undefined;
  signal: AbortSignal | undefined;
}

/** What stands in the place of `fetch` below the typed client: keys, time limits, repetition and errors. */
function sender(options: HttpOptions) {
  const { retries = RETRIES, timeoutMs = TIMEOUT_MS, userId } = options;
  const keys = keySource(options.key);
  // Looked up late, and called without `this`: both matter to browsers and to tests.
  const send = options.fetch ?? ((url: string, init: RequestInit) => globalThis.fetch(url, init));

  const attempt = async (sending: Sending, key: string) => {
    sending.headers.set('Authorization', `Bearer ${key}`);
    const response = await inTime(sending, timeoutMs, send);
    if (response.ok) return response;
    throw await errorOf(response);
  };

  return async (request: Request): Promise<Response> => {
    const sending = await sendingOf(request, userId);
    const mayRepeat = canRepeat(sending);
    let key = await keys.get();
    let asked = false;
    for (let tried = 0; ;) {
      throwIfAborted(sending.signal);
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
        const waitMs = waitBefore(tried, error);
        if (!mayRepeat || !error.retryable || tried >= retries || waitMs > LONGEST_WAIT_MS) throw error;
        tried++;
        await pause(waitMs, sending.signal);
      }
    }
  };
}

/** The parts of a request, which unlike itself can be sent more than once. */
async function sendingOf(request: Request, userId: string | undefined): Promise<Sending> {
  const { method, headers, url } = request;
  const text = method === 'GET' || method === 'HEAD' ? '' : await request.text();
  if (userId !== undefined && !headers.has('X-User-Id')) headers.set('X-User-Id', userId);
  if (method === 'POST' && !headers.has('Idempotency-Key') && !REPEATABLE.test(pathOf(url))) {
    headers.set('Idempotency-Key', randomId());
  }
  // React Native's requests have no signal of their own.
  return { url, method, headers, body: text === '' ? undefined : text, signal: request.signal ?? undefined };
}

const pathOf = (url: string) => url.split('?', 1)[0]!;

function canRepeat({ method, headers, url }: Sending): boolean {
  if (method === 'POST') return headers.has('Idempotency-Key') || REPEATABLE.test(pathOf(url));
  return method !== 'PATCH';
}

/** One try, its body included: a server that stops in the middle of an answer is as silent as one that never began. */
async function inTime({ signal, url, ...init }: Sending, timeoutMs: number, send: NonNullable<HttpOptions['fetch']>) {
  const controller = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, timeoutMs);
  const stop = () => controller.abort();
  signal?.addEventListener('abort', stop);
  try {
    const given = { ...init, credentials: 'omit', signal: controller.signal } as RequestInit;
    const response = await send(url, given);
    const { status, statusText, headers } = response;
    const body = status === 204 ? null : await response.text();
    return new Response(body, { status, statusText, headers });
  } catch (cause) {
    throwIfAborted(signal);
    throw late
      ? new ChatError('timed_out', `${url} did not answer within ${timeoutMs} ms`, { retryable: true, cause })
      : new ChatError('unreachable', `${url} could not be reached`, { retryable: true, cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

async function errorOf(response: Response): Promise<ChatError> {
  const { status, headers } = response;
  const text = await response.text();
  const problem = parsed(text);
  const retry_after_s = Number(headers.get('Retry-After') ?? Number.NaN);
  const after = Number.isFinite(retry_after_s) ? { retry_after_s } : {};
  if (isProblem(problem)) return new ChatError(problem.code, problem.detail, { ...after, ...problem });
  return new ChatError(
    'bad_answer',
    `The answer, with status ${status}, was not one of ChatAPI: ${text.slice(0, 200)}`,
    {
      status,
      // A proxy's page: who is behind it may be back soon.
      retryable: status === 429 || status >= 500,
      ...after,
    },
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Doubled each time, and drawn from its upper half so that many clients don't return at once. */
function waitBefore(tried: number, { retry_after_s }: ChatError): number {
  const backoff = FIRST_WAIT_MS * 2 ** tried * (0.5 + Math.random() / 2);
  return Math.max(backoff, (retry_after_s ?? 0) * 1000);
}

/** Throws the signal's reason, as `fetch` does. */
export function throwIfAborted(signal: AbortSignal | null | undefined): void {
  if (!signal?.aborted) return;
  throw signal.reason ?? Object.assign(new Error('The call was aborted'), { name: 'AbortError' });
}

/** Waits; throws the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal?: AbortSignal | null): Promise<void> {
  throwIfAborted(signal);
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
  throwIfAborted(signal);
}

/** A random id (UUID version 4), also where `crypto.randomUUID` is missing: insecure pages, React Native. */
export function randomId(): string {
  const { crypto } = globalThis as { crypto?: Crypto };
  if (crypto?.randomUUID) return crypto.randomUUID();
  // Unique is enough, nothing rests on its being hard to guess.
  return 'xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx'.replaceAll('x', () => Math.floor(Math.random() * 16).toString(16));
}
