import { startApp, type Answer, type TestApp, type TestClient } from '../support/app.js';

/** Each another number, so that one that turns up is surely the one meant. */
const SET = {
  MAX_BODY_BYTES: 5_011,
  MAX_NOTIFICATION_BODY_BYTES: 9_013,
  MAX_RECIPIENTS: 3,
  MAX_DELIVERIES: 5,
  MAX_CONTENT_CHARS: 61,
  MAX_NAME_CHARS: 37,
  MAX_METADATA_BYTES: 131,
  MAX_USER_ID_CHARS: 23,
  MAX_ROOM_MEMBERS: 7,
  MAX_PAGE: 71,
  MAX_IDEMPOTENCY_KEY_CHARS: 41,
  MAX_PATH_PARAM_CHARS: 263,
  MAX_TAGS: 2,
  MAX_ATTACHMENTS: 4,
};

const long = (name: keyof typeof SET): string => 'x'.repeat(SET[name] + 1);
const many = <T>(name: keyof typeof SET, make: (n: number) => T): T[] =>
  Array.from({ length: SET[name] + 1 }, (_, n) => make(n));
const attachment = { type: 'file', url: 'https://example.com/a' };
const email = { subject: 's', text: 't' };
const websocket = { title: 't' };

type Attempt = (client: TestClient, roomId: string) => Promise<Answer>;
const post =
  (path: string, body: object, headers: Record<string, string> = {}): Attempt =>
  (client, roomId) =>
    client.request('POST', path.replace('ROOM', roomId), { body, headers });
const get =
  (path: string): Attempt =>
  (client) =>
    client.request('GET', path);

/** A request that goes one beyond, and the status of its refusal. */
const BEYOND: [keyof typeof SET, number, Attempt][] = [
  ['MAX_BODY_BYTES', 413, post('/rooms', { room_type: 'group', metadata: { a: long('MAX_BODY_BYTES') } })],
  [
    'MAX_NOTIFICATION_BODY_BYTES',
    413,
    post('/notifications', { channels: { email: { text: long('MAX_NOTIFICATION_BODY_BYTES') } } }),
  ],
  [
    'MAX_RECIPIENTS',
    422,
    post('/notifications', {
      recipients: many('MAX_RECIPIENTS', (n) => ({ user_id: `u${n}` })),
      channels: { websocket },
    }),
  ],
  [
    'MAX_DELIVERIES',
    422,
    post('/notifications', {
      recipients: ['a', 'b', 'c'].map((user_id) => ({ user_id })),
      channels: { email, websocket },
    }),
  ],
  ['MAX_CONTENT_CHARS', 422, post('/rooms/ROOM/messages', { content: long('MAX_CONTENT_CHARS') })],
  ['MAX_NAME_CHARS', 422, post('/rooms', { room_type: 'group', name: long('MAX_NAME_CHARS') })],
  ['MAX_METADATA_BYTES', 422, post('/rooms', { room_type: 'group', metadata: { a: long('MAX_METADATA_BYTES') } })],
  ['MAX_USER_ID_CHARS', 422, post('/auth/login', { user_id: long('MAX_USER_ID_CHARS') })],
  ['MAX_USER_ID_CHARS', 422, (client) => client.request('PUT', `/users/${long('MAX_USER_ID_CHARS')}`, { body: {} })],
  ['MAX_ROOM_MEMBERS', 422, post('/rooms', { room_type: 'group', max_members: SET.MAX_ROOM_MEMBERS + 1 })],
  ['MAX_ROOM_MEMBERS', 422, post('/rooms', { room_type: 'group', members: many('MAX_ROOM_MEMBERS', (n) => `u${n}`) })],
  ['MAX_PAGE', 422, get(`/users?limit=${SET.MAX_PAGE + 1}`)],
  [
    'MAX_IDEMPOTENCY_KEY_CHARS',
    422,
    post('/auth/login', { user_id: 'a' }, { 'idempotency-key': long('MAX_IDEMPOTENCY_KEY_CHARS') }),
  ],
  ['MAX_PATH_PARAM_CHARS', 400, get(`/users/${long('MAX_PATH_PARAM_CHARS')}`)],
  [
    'MAX_TAGS',
    422,
    post('/notifications', {
      recipients: [{ user_id: 'a' }],
      channels: { websocket },
      tags: many('MAX_TAGS', (n) => `t${n}`),
    }),
  ],
  ['MAX_ATTACHMENTS', 422, post('/rooms/ROOM/messages', { attachments: many('MAX_ATTACHMENTS', () => attachment) })],
];

describe('sizes and counts as the operator sets them', () => {
  let app: TestApp;
  let client: TestClient;
  let roomId: string;

  beforeAll(async () => {
    const env = Object.fromEntries(Object.entries(SET).map(([name, value]) => [name, String(value)]));
    app = await startApp({ env });
    client = await app.client({ name: 'Limits' });
    roomId = (await client.request('POST', '/rooms', { body: { room_type: 'group', name: 'Room' } })).body.id;
  });
  afterAll(() => app.stop());

  it.each(BEYOND)('%s is held to, with %i and the number', async (name, status, attempt) => {
    const answer = await attempt(client, roomId);
    expect({ status: answer.status, detail: answer.body.detail }).toEqual({
      status,
      detail: expect.stringMatching(new RegExp(`\\b${SET[name]}\\b`)),
    });
  });

  it('stand in the API reference', async () => {
    const { body } = await app.request('GET', '/openapi.json');
    const { parameters, schemas } = body.components;
    expect(schemas.Login.properties.user_id.maxLength).toBe(SET.MAX_USER_ID_CHARS);
    expect(parameters['X-User-Id'].schema.maxLength).toBe(SET.MAX_USER_ID_CHARS);
    expect(parameters['Idempotency-Key'].schema.maxLength).toBe(SET.MAX_IDEMPOTENCY_KEY_CHARS);
    const text = JSON.stringify(body).replaceAll(/(\d),(\d)/g, '$1$2');
    const absent = Object.entries(SET).filter(([, value]) => !new RegExp(`\\b${value}\\b`).test(text));
    expect(absent).toEqual([]);
  });
});
