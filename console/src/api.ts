import type { components, paths } from '@chatapi/sdk';
import createClient, { type Client } from 'openapi-fetch';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];
export type PageInfo = Schemas['PageInfo'];
/** What a list answers. */
export interface Page<Row> {
  data: Row[];
  page: PageInfo;
}

/** What the API answered in place of what was asked for, or that it couldn't be reached. */
export class ApiProblem extends Error {
  constructor(
    readonly problem: Pick<Problem, 'title' | 'detail' | 'code' | 'request_id' | 'status' | 'errors' | 'retryable'>,
  ) {
    super(problem.detail);
    this.name = 'ApiProblem';
  }
}

export type Api = Client<paths>;

const TIME_LIMIT_MS = 30_000;
const BEARER = 'Bearer ';

export interface ApiOptions {
  /** Asked at each call. */
  key: () => string;
  /** The client that the admin key looks at; the API refuses the key where it may not. */
  clientId?: string | null;
  /** Told which key is no longer taken. */
  onInvalidKey?: (key: string) => void;
}

/**
 * The typed client of the API. Its calls reject with {@link ApiProblem} by {@link answer}; each has a time limit.
 */
export function apiFor({ key, clientId, onInvalidKey }: ApiOptions): Api {
  const api = createClient<paths>({ baseUrl: location.origin, fetch: fetchInTime, credentials: 'omit' });
  const unanswered = new Unanswered();
  api.use({
    async onRequest({ request }) {
      request.headers.set('Authorization', `${BEARER}${key()}`);
      if (clientId) request.headers.set('X-Client-Id', clientId);
      if (request.method === 'POST') request.headers.set('Idempotency-Key', await unanswered.keyOf(request));
      return request;
    },
    onResponse({ request, response }) {
      if (isOver(response)) unanswered.forget(request.headers.get('Idempotency-Key'));
      if (response.status === 401) onInvalidKey?.(request.headers.get('Authorization')!.slice(BEARER.length));
    },
  });
  return api;
}

/**
 * Idempotency-Keys of what was sent and is not known to be over: sent again word for word, because the answer was lost, it acts
 * once. Once it is over, the same may be made again.
 */
class Unanswered {
  private readonly keys = new Map<string, string>();

  async keyOf(request: Request): Promise<string> {
    const what = `${request.url}\n${await request.clone().text()}`;
    const key = this.keys.get(what) ?? crypto.getRandomValues(new Uint32Array(4)).join('-');
    this.keys.set(what, key);
    return key;
  }

  forget(key: string | null): void {
    for (const [what, one] of this.keys) if (one === key) this.keys.delete(what);
  }
}

/** Not where it may have acted all the same, or acts still. */
const isOver = ({ status, headers }: Response): boolean =>
  status < 500 && !(status === 409 && headers.has('Retry-After'));

const fetchInTime = (request: Request): Promise<Response> =>
  fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIME_LIMIT_MS)]) }).catch(
    (error: unknown) => {
      if (request.signal.aborted) throw error;
      const late = error instanceof DOMException && error.name === 'TimeoutError';
      throw new ApiProblem({
        status: 0,
        title: 'No answer',
        detail: late
          ? `There was no answer within ${TIME_LIMIT_MS / 1000} seconds. Try again.`
          : 'The service could not be reached. Is it running, and are you online?',
        code: 'unavailable',
        request_id: '',
        retryable: true,
        errors: [],
      });
    },
  );

/** @returns what a call answered @throws ApiProblem */
export async function answer<Data>(
  call: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<NonNullable<Data>> {
  const { data, error, response } = await call.catch((fault: unknown) => {
    throw fault instanceof SyntaxError ? new ApiProblem(NO_JSON) : fault;
  });
  if (response.ok) return (data ?? {}) as NonNullable<Data>;
  throw new ApiProblem(isProblem(error) ? error : unknownProblem(response));
}

const NO_JSON: ApiProblem['problem'] = {
  status: 0,
  title: 'Unexpected answer',
  detail: 'Something before the service answered, and not in JSON: a proxy, or a page to log in to the network.',
  code: 'internal',
  request_id: '',
  retryable: true,
  errors: [],
};

const isProblem = (error: unknown): error is Problem =>
  typeof error === 'object' && error !== null && 'code' in error && 'detail' in error;

const unknownProblem = ({ status, statusText, headers }: Response): ApiProblem['problem'] => ({
  status,
  title: statusText || 'Unexpected answer',
  detail: `Something before the service answered ${status}.`,
  code: 'internal',
  request_id: headers.get('x-request-id') ?? '',
  retryable: status >= 500,
  errors: [],
});
