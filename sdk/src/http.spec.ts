import { ChatError } from './errors.js';
import { createHttp } from './http.js';
import type { HttpOptions } from './http.js';
import { ChatServer } from './server/server.js';

type Reply = Response | Error | 'hang' | 'half';

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

const problem = (code: string, status: number, more: object = {}) =>
  json(
    {
      type: '',
      title: 'T',
      status,
      detail: 'D',
      instance: '/',
      code,
      request_id: 'r-1',
      retryable: false,
      errors: [],
      ...more,
    },
    status,
  );

const overloaded = (more: object = {}) => problem('overloaded', 503, { retryable: true, ...more });
const rooms = () => json({ data: [], page: { next_cursor: null, prev_cursor: null, has_more: false } });

/** A service that gives these answers one after the other, and keeps what it was asked. */
function service(replies: Reply[], options: Partial<HttpOptions> = {}) {
  const asked: { url: string; method: string; headers: Headers; body: unknown }[] = [];
  const http = createHttp({
    url: 'http://chat.test/',
    key: 'k1',
    ...options,
    fetch: (url, { method, headers, body, signal }) => {
      asked.push({ url, method: method!, headers: new Headers(headers), body });
      const reply = replies.shift() ?? 'hang';
      if (reply instanceof Error) return Promise.reject(reply);
      if (reply === 'half') return Promise.resolve(new Response(silence(signal!)));
      if (reply !== 'hang') return Promise.resolve(reply);
      return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)));
    },
  });
  return { http, asked };
}

/** A body that begins and never ends. */
const silence = (signal: AbortSignal) =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"data"'));
      signal.addEventListener('abort', () => controller.error(signal.reason));
    },
  });

const failure = async (call: Promise<unknown>): Promise<ChatError> => {
  const error = await call.then(
    () => new Error('It did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ChatError)) throw error;
  return error;
};

const room = { body: { room_type: 'group' as const } };

/** Waits are run through at once; what was waited is kept. */
const waits: number[] = [];
/** A wait that has no end of its own. */
const NEVER_MS = 20_000;
beforeEach(() => {
  waits.length = 0;
  const real = globalThis.setTimeout;
  jest.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, ms: number) => {
    if (ms === NEVER_MS) return 0;
    if (ms >= 5_000 || ms < 20) return real(run, ms);
    waits.push(ms);
    return real(run, 0);
  }) as typeof setTimeout);
});
afterEach(() => jest.restoreAllMocks());

describe('a call', () => {
  it('carries the key, the user and the query, and gives what was answered', async () => {
    const { http, asked } = service([rooms()], { userId: 'alice' });
    const { data, response } = await http.GET('/api/v1/rooms', { params: { query: { limit: 5 } } });
    expect(data.data).toEqual([]);
    expect(response.status).toBe(200);
    expect(asked[0]!.url).toBe('http://chat.test/api/v1/rooms?limit=5');
    expect(asked[0]!.headers.get('authorization')).toBe('Bearer k1');
    expect(asked[0]!.headers.get('x-user-id')).toBe('alice');
  });

  it('sends the body of a POST with an Idempotency-Key, or the one that it is given', async () => {
    const { http, asked } = service([json({ id: 'r' }, 201), json({ id: 'r' }, 201)]);
    await http.POST('/api/v1/rooms', room);
    await http.POST('/api/v1/rooms', { ...room, params: { header: { 'Idempotency-Key': 'mine' } } });
    expect(JSON.parse(asked[0]!.body as string)).toEqual({ room_type: 'group' });
    expect(asked[0]!.headers.get('idempotency-key')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
    expect(asked[1]!.headers.get('idempotency-key')).toBe('mine');
  });

  it('takes an empty answer', async () => {
    const { http } = service([new Response(null, { status: 204 })]);
    expect((await http.DELETE('/api/v1/rooms/{room_id}', { params: { path: { room_id: 'r' } } })).data).toBeUndefined();
  });

  it('writes ids and lists as they are', async () => {
    const { http, asked } = service([json({}), rooms(), new Response('a,b')]);
    await http.GET('/api/v1/users/{user_id}', { params: { path: { user_id: 'a/b c?ü' } } });
    await http.GET('/api/v1/presence/online', { params: { query: { user_ids: ['a&b', 'c'], cursor: undefined } } });
    expect(asked.map(({ url }) => url.slice('http://chat.test/api/v1'.length))).toEqual([
      '/users/a%2Fb%20c%3F%C3%BC',
      '/presence/online?user_ids=a%26b&user_ids=c',
    ]);
    expect((await http.GET('/api/v1/suppressions/export')).data).toBe('a,b');
  });

  it.each(['', '.', '..', undefined])('takes no %p for an id: that would be another route', async (user_id) => {
    const { http, asked } = service([]);
    const read = () => http.GET('/api/v1/users/{user_id}', { params: { path: { user_id: user_id! } } });
    await expect(read()).rejects.toThrow('user_id must be an id');
    await expect(http.GET('/api/v1/users/{user_id}', {} as never)).rejects.toThrow('user_id must be an id');
    expect(asked).toEqual([]);
  });

  it('refuses a URL that is none', () => {
    expect(() => createHttp({ url: 'chat.test', key: 'k' })).toThrow('url must begin with http:// or https://');
  });

  it.each([undefined, null, '', 'ck_\u{1f511}', 'a\nb', 5])('refuses %j for a key, and tells no key', (key) => {
    const make = () => new ChatServer({ url: 'http://chat.test', key: key as string });
    expect(make).toThrow(new TypeError(`key must be Latin text, but is ${key && 'another'}`));
  });

  it('takes a key with the end of its line, as files have it, and any text of one byte a letter for a user', async () => {
    const { http, asked } = service([rooms()], { key: 'k1\n', userId: 'Zoë' });
    await http.GET('/api/v1/rooms');
    expect(asked.map(({ headers }) => [headers.get('authorization'), headers.get('x-user-id')])).toEqual([
      ['Bearer k1', 'Zoë'],
    ]);
  });

  it('refuses a user that no header can carry', () => {
    const server = new ChatServer({ url: 'http://chat.test', key: 'k' });
    expect(() => server.as('Łukasz')).toThrow(new TypeError('userId must be Latin text, but is another'));
  });
});

describe('a failure', () => {
  it('is thrown as what the problem document says', async () => {
    const errors = [{ field: 'name', message: 'is too long' }];
    const { http } = service([problem('validation_failed', 422, { errors })]);
    const error = await failure(http.POST('/api/v1/rooms', room));
    expect(error).toMatchObject({
      code: 'validation_failed',
      status: 422,
      detail: 'D',
      message: 'D',
      request_id: 'r-1',
      retryable: false,
      errors,
    });
  });

  it('of a proxy is told apart, and tried again', async () => {
    const page = () => new Response('<h1>Bad gateway</h1>', { status: 502 });
    const { http, asked } = service([page(), page()], { retries: 1 });
    const error = await failure(http.GET('/api/v1/rooms'));
    expect(error).toMatchObject({ code: 'bad_answer', status: 502, retryable: true });
    expect(error.detail).toContain('<h1>Bad gateway</h1>');
    expect(asked).toHaveLength(2);
  });

  it('is a good status with something else behind it', async () => {
    const pages = ['<h1>Log in to this network</h1>', '{"data":'].map(
      (text, index) => new Response(text, { headers: { 'content-type': ['text/html', 'application/json'][index]! } }),
    );
    const { http } = service(pages);
    for (let n = 0; n < 2; n++) {
      expect(await failure(http.GET('/api/v1/rooms'))).toMatchObject({
        code: 'bad_answer',
        status: 200,
        retryable: false,
      });
    }
  });

  it.each(['hang', 'half'] as const)('is a time limit, where the service says nothing: %s', async (silent) => {
    const { http } = service([silent], { timeoutMs: 10, retries: 0 });
    expect(await failure(http.GET('/api/v1/rooms'))).toMatchObject({ code: 'timed_out', status: 0, retryable: true });
  });

  it('is the network, with its cause', async () => {
    const cause = new TypeError('fetch failed');
    const { http } = service([cause], { retries: 0 });
    expect(await failure(http.GET('/api/v1/rooms'))).toMatchObject({ code: 'unreachable', cause });
  });
});

describe('repetition', () => {
  it('waits twice as long each time, and gives up after the retries', async () => {
    const { http, asked } = service([overloaded(), overloaded(), new Error('reset'), overloaded()]);
    expect(await failure(http.GET('/api/v1/rooms'))).toMatchObject({ code: 'overloaded' });
    expect(asked).toHaveLength(4);
    for (const [index, ms] of waits.entries()) {
      expect(ms).toBeGreaterThanOrEqual(125 * 2 ** index);
      expect(ms).toBeLessThanOrEqual(250 * 2 ** index);
    }
    expect(waits).toHaveLength(3);
  });

  it('keeps the Idempotency-Key and the body', async () => {
    const { http, asked } = service([new Error('reset'), json({ id: 'r' }, 201)]);
    await http.POST('/api/v1/rooms', room);
    expect(asked[1]!.headers.get('idempotency-key')).toBe(asked[0]!.headers.get('idempotency-key'));
    expect(asked[1]!.body).toBe(asked[0]!.body);
  });

  it('waits as long as Retry-After says', async () => {
    const { http } = service([overloaded({ retry_after_s: 3 }), rooms()]);
    await http.GET('/api/v1/rooms');
    expect(waits).toEqual([3000]);
  });

  it('is left to the caller where Retry-After is longer than one waits', async () => {
    const { http, asked } = service([problem('rate_limited', 429, { retryable: true, retry_after_s: 3600 })]);
    expect(await failure(http.GET('/api/v1/rooms'))).toMatchObject({ code: 'rate_limited', retry_after_s: 3600 });
    expect(asked).toHaveLength(1);
  });

  it('is not for what would fail again, nor for a PATCH', async () => {
    const { http, asked } = service([problem('not_found', 404), overloaded()]);
    const path = { params: { path: { room_id: 'r' } } };
    await failure(http.GET('/api/v1/rooms/{room_id}', path));
    await failure(http.PATCH('/api/v1/rooms/{room_id}', { ...path, body: { name: 'n' } }));
    expect(asked).toHaveLength(2);
  });

  it('is for what a marker says, without a key', async () => {
    const { http, asked } = service([overloaded(), json({})]);
    await http.POST('/api/v1/rooms/{room_id}/read', { params: { path: { room_id: 'r' } }, body: { seq: 3 } });
    expect(asked).toHaveLength(2);
    expect(asked[0]!.headers.has('idempotency-key')).toBe(false);
  });
});

describe('an abort', () => {
  it('ends a call that is under way, with the reason of the signal', async () => {
    const { http, asked } = service(['hang']);
    const controller = new AbortController();
    const call = http.GET('/api/v1/rooms', { signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toHaveLength(1);
  });

  it('ends the wait before the next try', async () => {
    const { http, asked } = service([overloaded({ retry_after_s: NEVER_MS / 1000 })]);
    const controller = new AbortController();
    const call = http.GET('/api/v1/rooms', { signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toHaveLength(1);
  }, 20_000);

  it('that came before asks for nothing', async () => {
    const { http, asked } = service([rooms()]);
    await expect(http.GET('/api/v1/rooms', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(asked).toEqual([]);
  });
});

describe('a key that is a function', () => {
  it('is asked once, and again when the service refuses its key', async () => {
    const keys = ['old', 'new'];
    const key = jest.fn(() => keys.shift()!);
    const { http, asked } = service([rooms(), problem('invalid_key', 401), json({ id: 'r' }, 201)], { key });
    await http.GET('/api/v1/rooms');
    await http.POST('/api/v1/rooms', room);
    expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer old',
      'Bearer old',
      'Bearer new',
    ]);
    expect(key).toHaveBeenCalledTimes(2);
  });

  it('is asked once for many calls that are refused together', async () => {
    const keys = ['old', 'new', 'newer'];
    const key = jest.fn(async () => keys.shift()!);
    const replies = [...Array.from({ length: 3 }, () => problem('invalid_key', 401)), rooms(), rooms(), rooms()];
    const { http } = service(replies, { key });
    await Promise.all(Array.from({ length: 3 }, () => http.GET('/api/v1/rooms')));
    expect(key).toHaveBeenCalledTimes(2);
  });

  it('is asked no third time', async () => {
    const key = jest.fn(() => 'bad');
    const { http } = service([problem('invalid_key', 401), problem('invalid_key', 401)], { key });
    expect(await failure(http.GET('/api/v1/rooms'))).toMatchObject({ code: 'invalid_key' });
    expect(key).toHaveBeenCalledTimes(2);
  });

  it.each([undefined, '', 'ck_\u{1f511}'])('that gives %j says so, and nothing is sent', async (given) => {
    const { http, asked } = service([rooms()], { key: () => given as string });
    const told = new TypeError(`key must be Latin text, but is ${given && 'another'}`);
    await expect(http.GET('/api/v1/rooms')).rejects.toThrow(told);
    expect(asked).toEqual([]);
  });

  it('that fails is asked again by the next call', async () => {
    const key = jest.fn().mockRejectedValueOnce(new Error('logged out')).mockResolvedValue('k');
    const { http } = service([rooms()], { key });
    await expect(http.GET('/api/v1/rooms')).rejects.toThrow('logged out');
    await http.GET('/api/v1/rooms');
  });
});
