import { randomUUID } from 'node:crypto';
import { PERMISSIONS, type Permission } from '../../src/tenancy/access/permissions.js';
import { startApp, type TestApp } from '../support/app.js';
import { inParallel } from '../support/in-parallel.js';
import { JUNK_BODIES, JUNK_QUERIES, JUNK_SEGMENTS, JUNK_VALUES } from '../support/junk.js';
import { fillPath, operationsOf, type Operation, type Schema } from '../support/routes.js';
import { SmtpSink } from '../support/smtp.js';
import { until } from '../support/until.js';
import { makeTenant, type Tenant } from '../support/world.js';

/** Routes on which another tenant's id names one of the caller's own: users are made by their first mention. */
const OWN_NAMES = ['PUT /api/v1/users/{user_id}'];

/** Routes that answer 204 whether or not the caller has something of that name: another tenant's stays as it is. */
const GONE_ANYWAY = [
  'DELETE /api/v1/clients/me/providers/{name}',
  'DELETE /api/v1/clients/me/email-providers/{name}',
  'DELETE /api/v1/users/me/blocks/{user_id}',
];

/** Routes on which a user of another tenant is what an unknown one is to a user: 422. */
const UNAVAILABLE = ['PUT /api/v1/users/me/blocks/{user_id}'];

/** What no value of a type may look like. */
const WRONG_TYPES: Record<string, unknown[]> = {
  string: [1, true, {}, []],
  integer: ['x', true, {}, 0.5],
  boolean: ['x', 1, {}],
  array: ['x', 1, {}],
  object: ['x', 1, []],
};

/** Generated from the OpenAPI document: a new route is tested when it is there, or fails for want of an id to test it with. */
describe('every route', () => {
  let app: TestApp;
  let smtp: SmtpSink;
  let a: Tenant;
  let b: Tenant;
  let operations: Operation[];
  let secured: Operation[];

  beforeAll(async () => {
    smtp = await SmtpSink.start();
    app = await startApp({ env: { FAILED_KEYS_PER_MINUTE: '1000000' } });
    operations = operationsOf((await app.request('GET', '/openapi.json')).body);
    secured = operations.filter((operation) => operation.secured);
    [a, b] = await Promise.all([makeTenant(app, smtp, 'a'), makeTenant(app, smtp, 'b')]);
  });

  afterAll(async () => {
    await app.stop();
    await smtp.stop();
  });

  afterEach(async () => {
    expect(await app.errors()).toEqual([]);
  });

  /** Sends a well-formed request about A's resources. */
  const call = (operation: Operation, key: string | undefined, headers: Record<string, string> = {}) =>
    app.request(operation.method, `/${fillPath(operation.path, a.ids)}`, {
      key,
      headers,
      ...(operation.body && { body: bodyOf(operation) }),
    });

  /** The documented example, about A's resources where it names any. */
  const bodyOf = ({ example, body }: Operation): unknown => {
    if (typeof example !== 'object' || example === null || Array.isArray(example)) return example;
    return body?.properties?.room_id ? { ...example, room_id: a.ids.rooms } : example;
  };

  /** A key that the route takes. */
  const rightKey = ({ access }: Operation): string => (access === 'admin' ? app.admin().key : a.client.key);

  it('is covered', () => {
    expect(secured.length).toBeGreaterThan(20);
    for (const { path } of operations) fillPath(path, a.ids);
    const accesses = new Set(['public', 'admin', 'master', 'manager', 'key', ...PERMISSIONS]);
    expect(operations.filter(({ access }) => !accesses.has(access))).toEqual([]);
    const open = operations.filter((operation) => !operation.secured);
    expect(open.map(({ access }) => access)).toEqual(open.map(() => 'public'));
  });

  it('answers 401 without a key, and to keys that are none', async () => {
    const forged = a.client.key.slice(0, -1) + (a.client.key.endsWith('A') ? 'B' : 'A');
    const attempts: [string, string | undefined, Record<string, string>][] = [
      ['unauthenticated', undefined, {}],
      ['invalid_key', 'junk', {}],
      ['invalid_key', forged, {}],
      ['invalid_key', undefined, { 'x-api-key': forged.repeat(50) }],
    ];
    const wrong = await inParallel(secured, async (operation) => {
      for (const [code, key, headers] of attempts) {
        const { status, body } = await call(operation, key, headers);
        if (status !== 401 || body.code !== code) return `${operation.name} with ${key}: ${status} ${body?.code}`;
      }
      return undefined;
    });
    expect(wrong).toEqual([]);
  });

  it('answers 403 to the wrong kind of key and to one that lacks its permission', async () => {
    const admin = app.admin().key;
    const refused = ({ access }: Operation): string[] => {
      if (access === 'admin') return [a.client.key, a.scoped.full];
      if (access === 'master') return [admin, a.scoped.full, a.narrowed.read_messages];
      if (access === 'manager') return [a.scoped.full, a.narrowed.read_messages];
      if (access === 'key') return [admin];
      return [admin, a.scoped.without[access as Permission], a.narrowed[access as Permission]];
    };
    const wrong = await inParallel(secured, async (operation) => {
      for (const key of refused(operation)) {
        const { status, body } = await call(operation, key);
        if (status !== 403 || body.code !== 'forbidden') {
          return `${operation.name} with ${key.slice(0, 9)}…: ${status} ${body?.code}`;
        }
      }
      return undefined;
    });
    expect(wrong).toEqual([]);
  });

  it("answers 404 to another tenant's ids", async () => {
    const naming = secured.filter(
      ({ access, path, body, name }) =>
        access !== 'admin' && !OWN_NAMES.includes(name) && (path.includes('{') || body?.properties?.room_id),
    );
    expect(naming.length).toBeGreaterThan(10);
    const before = await everythingOf(a);
    const wrong = await inParallel(naming, async (operation) => {
      for (const key of [b.client.key, ...(operation.access === 'master' ? [] : [b.scoped.full])]) {
        const { status, body } = await call(operation, key);
        if (GONE_ANYWAY.includes(operation.name) && status === 204) continue;
        if (UNAVAILABLE.includes(operation.name) && body.code === 'user_unavailable') continue;
        if (status !== 404 || body.code !== 'not_found') {
          return `${operation.name} with ${key.slice(0, 9)}…: ${status} ${JSON.stringify(body)}`;
        }
      }
      return undefined;
    });
    expect(wrong).toEqual([]);
    expect(await everythingOf(a)).toEqual(before);
  });

  /** What A can read by the ids that B was given, and of its providers, which are read by no id. */
  const everythingOf = async ({ client }: Tenant): Promise<unknown> => {
    const reads = secured.filter(
      ({ method, path, access }) =>
        method === 'GET' && (path.includes('{') || path.endsWith('/me/providers')) && access !== 'admin',
    );
    const answers = await Promise.all(reads.map((operation) => call(operation, client.key)));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    // Reading uses A's own keys, which moves nothing but this.
    return answers.map(({ body }) => ({ ...body, last_used_at: null }));
  };

  it('answers the same whatever the case of its ids', async () => {
    const settled = async () =>
      (await a.client.request('GET', `/notifications/${a.ids.notifications}`)).body.status === 'completed';
    await until('the notification', settled);
    const ids = { ...a.ids, clients: a.client.id };
    // Names and user ids are the caller's own.
    const loud = Object.fromEntries(
      Object.entries(ids).map(([name, id]) => [name, /^[\da-f]{8}(-[\da-f]{4}){3}-/.test(id) ? id.toUpperCase() : id]),
    );
    const reads = secured.filter(({ method, path }) => method === 'GET' && /\{(id|room_id)\}/.test(path));
    expect(reads.length).toBeGreaterThan(5);
    const wrong = await inParallel(reads, async (operation) => {
      const [plain, upper] = await Promise.all(
        [ids, loud].map((values) =>
          app.request('GET', `/${fillPath(operation.path, values)}`, { key: rightKey(operation) }),
        ),
      );
      const same = JSON.stringify(plain!.body) === JSON.stringify(upper!.body);
      return plain!.status === 200 && same ? undefined : `${operation.name}: ${JSON.stringify(upper!.body)}`;
    });
    expect(wrong).toEqual([]);
  });

  it('refuses bodies that are no JSON object', async () => {
    const withBody = operations.filter(({ body }) => body);
    const wrong = await inParallel(withBody, async (operation) => {
      const path = `/${fillPath(operation.path, a.ids)}`;
      for (const body of JUNK_BODIES) {
        // A list is what some routes take, and nothing at all may be fine, too.
        const mayPass = body === '' || body === '[]' || body === 'null';
        // The key makes the body be read before it is validated.
        const headers = { 'idempotency-key': randomUUID() };
        const { status } = await app.request(operation.method, path, { key: rightKey(operation), body, headers });
        if (status >= 500 || (status < 400 && !mayPass))
          return `${operation.name} with ${body.slice(0, 60)}: ${status}`;
      }
      return undefined;
    });
    expect(wrong).toEqual([]);
  });

  it('refuses fields of the wrong type, and junk in any field without a 5xx', async () => {
    const fields = operations.flatMap((operation) =>
      Object.entries(operation.body?.properties ?? {}).map(([field, schema]) => ({ operation, field, schema })),
    );
    expect(fields.length).toBeGreaterThan(20);
    const wrong = await inParallel(fields, async ({ operation, field, schema }) => {
      const path = `/${fillPath(operation.path, { ...a.ids, clients: a.client.id })}`;
      const send = (value: unknown) =>
        app.request(operation.method, path, {
          key: rightKey(operation),
          body: { ...(bodyOf(operation) as object), [field]: value },
        });
      for (const value of wrongFor(schema)) {
        const { status } = await send(value);
        if (status < 400 || status >= 500) return `${operation.name} ${field}=${JSON.stringify(value)}: ${status}`;
      }
      for (const value of JUNK_VALUES) {
        const { status } = await send(value);
        if (status >= 500) return `${operation.name} ${field}=${JSON.stringify(value).slice(0, 60)}: ${status}`;
      }
      return undefined;
    });
    expect(wrong).toEqual([]);
  });

  const wrongFor = (schema: Schema): unknown[] =>
    Array.isArray(schema.type) ? (WRONG_TYPES[schema.type[0]!] ?? []) : (WRONG_TYPES[schema.type ?? ''] ?? []);

  it('refuses junk in its path', async () => {
    const withParameters = operations.filter(({ path }) => path.includes('{'));
    const wrong = await inParallel(withParameters, async (operation) => {
      for (const segment of JUNK_SEGMENTS) {
        for (const path of junkPaths(operation.path, segment)) {
          const { status } = await app.request(operation.method, `/${path}`, {
            key: rightKey(operation),
            ...(operation.body && { body: bodyOf(operation) }),
          });
          // The caller's own names of users may look like anything.
          const isName = /\{(user_id|name)\}/.test(operation.path);
          if (status >= 500 || (status < 400 && !isName)) return `${operation.method} ${path.slice(0, 100)}: ${status}`;
        }
      }
      return undefined;
    });
    expect(wrong).toEqual([]);
  });

  /** With the junk in place of each parameter in turn. */
  const junkPaths = (path: string, junk: string): string[] => {
    const parameters = [...path.matchAll(/\{\w+\}/g)];
    return parameters.map(({ index, 0: parameter }) =>
      fillPath(`${path.slice(0, index)}JUNK${path.slice(index + parameter.length)}`, a.ids).replace('JUNK', junk),
    );
  };

  it('refuses junk in its query', async () => {
    const reads = operations.filter(({ method }) => method === 'GET');
    const wrong = await inParallel(reads, async (operation) => {
      const path = `/${fillPath(operation.path, a.ids)}`;
      const known = new Set(operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name));
      for (const query of JUNK_QUERIES) {
        const { status } = await app.request('GET', `${path}?${query}`, { key: rightKey(operation) });
        const mustRefuse = known.has(/^\w+/.exec(query)?.[0] ?? '');
        if (status >= 500 || (mustRefuse && status < 400)) return `${operation.name}?${query.slice(0, 60)}: ${status}`;
      }
      return undefined;
    });
    expect(wrong).toEqual([]);
  });
});
