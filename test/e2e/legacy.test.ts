import { randomUUID as newUuid } from 'node:crypto';
import type { Answer, TestClient } from '../support/app.js';
import { ok } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { connect } from '../support/socket.js';
import { until } from '../support/until.js';

/** What a row has to work with: a room of ann, the owner, and bob, with what its messages are. */
interface World {
  client: TestClient;
  as: (user: string | undefined, method: string, path: string, body?: object) => Promise<Answer>;
  room: any;
  sent: any[];
}

/** One line of the table of docs/migrating.md: a request of the first version, and what is in its answer. */
interface Row {
  what: string;
  user?: string;
  request: (world: World) => [method: string, path: string, body?: object];
  answer: (world: World) => object;
  /** What the same request is answered without the setting. */
  without: number | ((body: any) => void);
}

const FILE = {
  file_url: 'https://cdn.example.com/a.png',
  file_name: 'a.png',
  file_size: 12,
  mime_type: 'image/png',
};
const ATTACHED = { type: 'image', url: FILE.file_url, name: 'a.png', size: 12, mime_type: 'image/png' };
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
const lacks = (field: string) => (body: any) => expect(body).not.toHaveProperty(field);
const eachLacks = (field: string) => (body: any) => body.data.forEach(lacks(field));

const ROWS: Row[] = [
  {
    what: 'a room without room_type and max_members is a group of 100, its members named',
    request: () => [
      'POST',
      '/rooms',
      { name: 'Old', members: [{ user_id: 'zoe', display_name: 'Zoe', role: 'admin' }] },
    ],
    answer: () => ({
      room_type: 'group',
      max_members: 100,
      is_active: true,
      created_by_user_id: null,
      member_count: 1,
    }),
    without: 422,
  },
  {
    what: 'a direct room has no max_members of its own, nulls are left out',
    user: 'ann',
    request: () => ['POST', '/rooms', { room_type: 'direct', members: ['bob'], name: null, max_members: null }],
    answer: () => ({ room_type: 'direct', max_members: 2, created_by_user_id: 'ann' }),
    without: 422,
  },
  {
    what: 'a room, with its members',
    request: ({ room }) => ['GET', `/rooms/${room.id}?include_members=True`],
    answer: () => ({
      is_active: true,
      members: expect.arrayContaining([
        expect.objectContaining({
          user_id: 'ann',
          display_name: 'Ann',
          is_active: true,
          left_at: null,
          last_read_at: TIME,
        }),
        expect.objectContaining({ user_id: 'bob', display_name: 'bob', left_at: null, last_read_at: null }),
      ]),
    }),
    without: 422,
  },
  {
    what: 'my rooms, with their members',
    user: 'ann',
    request: () => ['GET', '/rooms?include_members=true'],
    answer: () => ({
      data: [
        expect.objectContaining({
          is_active: true,
          members: expect.arrayContaining([expect.objectContaining({ display_name: 'Ann', last_read_at: TIME })]),
        }),
      ],
    }),
    without: 422,
  },
  {
    what: "all of the client's rooms",
    request: () => ['GET', '/rooms/all'],
    answer: () => ({ data: [expect.objectContaining({ is_active: true })] }),
    without: eachLacks('is_active'),
  },
  {
    what: 'is_active: false deactivates, beside other changes',
    user: 'ann',
    request: ({ room }) => ['PUT', `/rooms/${room.id}`, { is_active: false, name: 'Shut', description: null }],
    answer: () => ({ is_active: false, status: 'inactive', deactivated_reason: 'manual', name: 'Shut' }),
    without: 422,
  },
  {
    what: 'a PATCH is of this version: null clears',
    user: 'ann',
    request: ({ room }) => ['PATCH', `/rooms/${room.id}`, { name: null }],
    answer: () => ({ name: null, is_active: true }),
    without: lacks('is_active'),
  },
  {
    what: 'members',
    request: ({ room }) => ['GET', `/rooms/${room.id}/members`],
    answer: () => ({
      data: expect.arrayContaining([expect.objectContaining({ display_name: 'Ann', is_active: true })]),
    }),
    without: eachLacks('left_at'),
  },
  {
    what: 'a member is added with a name, and is the answer',
    request: ({ room }) => [
      'POST',
      `/rooms/${room.id}/members`,
      { user_id: 'cleo', display_name: 'Cleo', role: 'admin' },
    ],
    answer: () => ({ user_id: 'cleo', display_name: 'Cleo', role: 'admin', is_active: true, left_at: null }),
    without: 422,
  },
  {
    what: 'a role is read',
    request: ({ room }) => ['GET', `/rooms/${room.id}/members/ann/role`],
    answer: ({ room }) => ({ room_id: room.id, user_id: 'ann', role: 'owner', is_active: true, last_read_at: TIME }),
    without: lacks('is_active'),
  },
  {
    what: 'a role is set',
    request: ({ room }) => ['PUT', `/rooms/${room.id}/members/bob/role`, { role: 'admin' }],
    answer: () => ({ user_id: 'bob', display_name: 'bob', is_active: true, left_at: null }),
    without: lacks('left_at'),
  },
  {
    what: 'a file is an attachment, room_id in the body',
    user: 'ann',
    request: ({ room }) => ['POST', '/messages', { room_id: room.id, content: 'See', content_type: 'file', ...FILE }],
    answer: () => ({ ...FILE, content_type: 'file', attachments: [{ ...ATTACHED, type: 'file' }] }),
    without: 422,
  },
  {
    what: 'a file alone, its kind by its media type',
    user: 'bob',
    request: ({ room }) => ['POST', `/rooms/${room.id}/messages`, { ...FILE, content: null }],
    answer: () => ({
      ...FILE,
      content_type: 'image',
      attachments: [ATTACHED],
      sender_user_id: 'bob',
      is_edited: false,
      is_deleted: false,
    }),
    without: 422,
  },
  {
    what: 'a message edited',
    user: 'ann',
    request: ({ sent }) => ['PUT', `/messages/${sent[0].id}`, { content: 'new', file_url: null }],
    answer: () => ({ content: 'new', is_edited: true, is_deleted: false, sender_user_id: 'ann', file_url: null }),
    without: 422,
  },
  {
    what: 'a message read',
    user: 'bob',
    request: ({ sent }) => ['GET', `/messages/${sent[1].id}`],
    answer: ({ sent }) => ({ id: sent[1].id, sender_user_id: 'ann', is_edited: false, file_name: null }),
    without: lacks('sender_user_id'),
  },
  {
    what: 'messages before one, by its id',
    user: 'bob',
    request: ({ room, sent }) => ['GET', `/messages/rooms/${room.id}?before_message_id=${sent[2].id}&limit=1`],
    answer: ({ sent }) => ({ data: [expect.objectContaining({ id: sent[1].id, sender_user_id: 'ann' })] }),
    without: 422,
  },
  {
    what: 'messages without replies',
    user: 'bob',
    request: ({ room }) => ['GET', `/rooms/${room.id}/messages?include_replies=false`],
    answer: ({ sent }) => ({ data: [sent[0], sent[1], sent[2]].map(({ id }) => expect.objectContaining({ id })) }),
    without: 422,
  },
  {
    what: 'messages with replies',
    user: 'bob',
    request: ({ room }) => ['GET', `/rooms/${room.id}/messages?include_replies=true`],
    answer: ({ sent }) => ({ data: sent.map(({ id }) => expect.objectContaining({ id, is_deleted: false })) }),
    without: 422,
  },
  {
    what: 'unread messages themselves',
    user: 'bob',
    request: ({ room }) => ['GET', `/messages/rooms/${room.id}/unread?limit=2`],
    answer: ({ sent }) => ({
      unread: 4,
      data: [sent[0], sent[1]].map(({ id }) => expect.objectContaining({ id, sender_user_id: 'ann' })),
      page: expect.objectContaining({ has_more: true }),
    }),
    without: lacks('data'),
  },
  {
    what: 'many are invited at once, each on its own',
    user: 'ann',
    request: ({ room }) => [
      'POST',
      `/rooms/${room.id}/invites`,
      { user_ids: ['dan', 'bob', 'eve'], message: 'Come', role: null },
    ],
    answer: () => ({
      data: [
        expect.objectContaining({ kind: 'user', user_id: 'dan', message: 'Come', status: 'pending' }),
        expect.objectContaining({ user_id: 'eve' }),
      ],
      results: [
        expect.objectContaining({ index: 0, status: 201, invite: expect.objectContaining({ user_id: 'dan' }) }),
        expect.objectContaining({ index: 1, status: 409, error: expect.objectContaining({ code: 'conflict' }) }),
        expect.objectContaining({ index: 2, status: 201 }),
      ],
    }),
    without: 422,
  },
  {
    what: 'one is invited without a kind',
    user: 'ann',
    request: ({ room }) => ['POST', `/rooms/${room.id}/invites`, { user_id: 'fay' }],
    answer: () => ({ kind: 'user', user_id: 'fay' }),
    without: 422,
  },
  {
    what: 'a mail',
    request: () => [
      'POST',
      '/notifications',
      {
        type: 'email',
        subject: 'Hi',
        content: '<p>Hello</p>',
        to_email: 'x@example.com',
        from_email: 'me@example.com',
        cc: ['c@example.com'],
        bcc: null,
        priority: 'high',
        meta: { order: 1 },
        max_retry_attempts: 0,
      },
    ],
    answer: () => ({
      type: 'email',
      subject: 'Hi',
      content: '<p>Hello</p>',
      to_email: 'x@example.com',
      cc: ['c@example.com'],
      meta: { order: 1 },
      metadata: { order: 1 },
      priority: 'high',
    }),
    without: 422,
  },
  {
    what: 'something told to a room',
    request: ({ room }) => [
      'POST',
      '/notifications/send',
      { type: 'websocket', subject: 'Hi', content: 'All', room_id: room.id, meta: { a: 1 } },
    ],
    answer: ({ room }) => ({
      type: 'websocket',
      room_id: room.id,
      meta: { a: 1 },
      counts: expect.objectContaining({ total: 2 }),
    }),
    without: 422,
  },
  {
    what: 'notifications by type',
    request: () => ['GET', '/notifications?type=email&offset=0&limit=5'],
    answer: () => ({ data: [] }),
    without: 422,
  },
  {
    what: 'messages found',
    user: 'bob',
    request: () => ['GET', '/messages/search?q=three'],
    answer: () => ({ data: expect.any(Array) }),
    without: () => {},
  },
];

describe("the first version's callers", () => {
  const on = oneApp();

  async function world(firstVersion: boolean): Promise<World> {
    const client = await on.app.client({ settings: { first_version: firstVersion } as any });
    const as: World['as'] = (user, method, path, body) =>
      client.master(user).request(method, path, body ? { body } : {});
    ok(await as(undefined, 'PUT', '/users/ann', { display_name: 'Ann' }));
    const body = { room_type: 'group', name: 'R', members: [{ user_id: 'ann', role: 'owner' }, 'bob'] };
    const room = ok(await as(undefined, 'POST', '/rooms', body));
    const say = async (more: object) => ok(await as('ann', 'POST', `/rooms/${room.id}/messages`, more));
    const sent = [await say({ content: 'one' }), await say({ content: 'two' }), await say({ content: 'three' })];
    sent.push(await say({ content: 'four', reply_to_id: sent[0].id }));
    return { client, as, room, sent };
  }

  it.each(ROWS)('$what', async ({ user, request, answer }) => {
    const old = await world(true);
    const { status, body } = await old.as(user, ...request(old));
    expect(body).toEqual(expect.objectContaining(answer(old)));
    expect(status).toBeLessThan(300);
  });

  it('nobody else sees any of it', async () => {
    const now = await world(false);
    for (const { what, user, request, without } of ROWS) {
      const { status, body } = await now.as(user, ...request(now));
      if (typeof without === 'number') expect({ what, status }).toEqual({ what, status: without });
      else {
        expect({ what, status, body }).toMatchObject({ what, body: expect.anything() });
        expect(status).toBeLessThan(300);
        without(body);
      }
    }
  });

  it('are answered the same for the same Idempotency-Key', async () => {
    const old = await world(true);
    const send = (path: string, body: object) =>
      old.client.master('ann').request('POST', path, { body, headers: { 'idempotency-key': path } });
    for (const [path, body] of [
      [`/rooms/${old.room.id}/messages`, { ...FILE }],
      [`/rooms/${old.room.id}/invites`, { user_ids: ['gil', 'hal'] }],
      ['/notifications', { type: 'websocket', subject: 'S', content: 'C', room_id: old.room.id }],
    ] as const) {
      const first = await send(path, body);
      const again = await send(path, body);
      expect(first.status).toBe(path === '/notifications' ? 202 : 201);
      expect(again).toMatchObject({ status: first.status, body: first.body });
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    }
  });

  it('get a mail as it was meant, and see it in their fields', async () => {
    const old = await world(true);
    const mail = {
      type: 'email',
      subject: 'Old',
      content: 'Plain',
      to_email: 'old@example.com',
      from_email: 'a@example.com',
    };
    const { id } = ok(await old.as(undefined, 'POST', '/notifications', mail));
    const seen = await until('its delivery', async () => {
      const { body } = await old.as(undefined, 'GET', `/notifications/${id}`);
      return body.deliveries?.length > 0 && body;
    });
    expect(seen).toMatchObject({
      type: 'email',
      to_email: 'old@example.com',
      meta: {},
      retry_count: expect.any(Number),
    });
    const listed = ok(await old.as(undefined, 'GET', '/notifications?type=email'));
    expect(listed.data).toEqual([
      expect.objectContaining({ id, meta: {}, type: 'email', to_email: expect.any(String), retry_count: 0 }),
    ]);
    expect(listed.data[0]).not.toHaveProperty('deliveries');
  });

  it.each([
    ['a type that there was not', { type: 'fax', subject: 'a', content: 'b' }, 'type'],
    ['a mail to nobody', { type: 'email', subject: 'a', content: 'b' }, 'to_email'],
    ['told to nobody', { type: 'websocket', subject: 'a', content: 'b' }, 'room_id'],
    [
      'settings of a provider',
      { type: 'email', subject: 'a', content: 'b', to_email: 'a@b.example', provider_config: { host: 'h' } },
      'provider_config',
    ],
    [
      'a provider that is not there',
      { type: 'email', subject: 'a', content: 'b', to_email: 'a@b.example', provider_config: { name: 'no' } },
      'channels.email.provider',
    ],
  ])('are refused %s', async (_, body, field) => {
    const old = await on.app.client({ settings: { first_version: true } as any });
    const answer = await old.request('POST', '/notifications', { body });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  it('are refused flags and numbers that are none, each by its name', async () => {
    const old = await world(true);
    const { id } = old.room;
    for (const [field, method, path, body] of [
      ['is_active', 'PUT', `/rooms/${id}`, { is_active: 'closed' }],
      ['include_members', 'GET', '/rooms?include_members=maybe'],
      ['include_members', 'GET', '/rooms/all?include_members=maybe'],
      ['include_members', 'GET', `/rooms/${id}?include_members=maybe`],
      ['include_replies', 'GET', `/rooms/${id}/messages?include_replies=7`],
      ['limit', 'GET', `/messages/rooms/${id}/unread?limit=0`],
    ] as const) {
      const user = path.endsWith('limit=0') ? 'bob' : undefined;
      const answer = await old.as(user, method, path, body);
      expect([path, answer.status, answer.body.errors?.map((one: any) => one.field)]).toEqual([path, 422, [field]]);
    }
  });

  it.each([null, [], 'x', 7, { user_ids: 7 }, { user_ids: [] }, { members: 7 }, { notifications: {} }])(
    'are refused junk: %j',
    async (body) => {
      const old = await world(true);
      for (const path of [
        '/rooms',
        '/messages',
        '/notifications',
        `/rooms/${old.room.id}/invites`,
        `/rooms/${old.room.id}/members`,
      ]) {
        const { status } = await old.client.request('POST', path, { body: JSON.stringify(body) });
        expect(status).toBeLessThan(500);
      }
    },
  );

  it('fall back to mail for who is not there', async () => {
    const old = await world(true);
    const mail = { to_email: 'bob@example.com', subject: 'Missed', content: 'You were away' };
    const body = { type: 'websocket', subject: 'S', content: 'C', room_id: old.room.id, email_fallback: mail };
    const told = ok(await old.as('ann', 'POST', '/notifications', body));
    expect(told).toMatchObject({ type: 'websocket', strategy: 'fallback', email_fallback: mail });
    const alone = ok(await old.as(undefined, 'POST', '/notifications', { ...body, room_id: null }));
    await until('the mail', async () => {
      const { deliveries } = ok(await old.as(undefined, 'GET', `/notifications/${alone.id}`));
      return deliveries.some(
        ({ channel, recipient }: any) => channel === 'email' && recipient.address === mail.to_email,
      );
    });
    ok(await old.as(undefined, 'POST', `/rooms/${old.room.id}/members`, { user_id: 'cleo' }));
    expect(await old.as('ann', 'POST', '/notifications', body)).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'email_fallback.to_email' }] },
    });
  });

  it('see rooms come back, people of all rooms and what was deleted', async () => {
    const old = await world(true);
    const { id } = old.room;
    for (const is_active of [false, true])
      expect(ok(await old.as('ann', 'PUT', `/rooms/${id}`, { is_active }))).toMatchObject({
        is_active,
        status: is_active ? 'active' : 'inactive',
      });
    const all = ok(await old.as(undefined, 'GET', '/rooms/all?include_members=true')).data;
    expect(all).toMatchObject([{ id, is_active: true, created_by_user_id: null }]);
    expect(all[0].members.map((member: any) => [member.user_id, member.display_name]).toSorted()).toEqual([
      ['ann', 'Ann'],
      ['bob', 'bob'],
    ]);
    const people = { members: [{ user_id: 'cleo', display_name: 'Cleo', role: null }, 'dan'] };
    const added = ok(await old.as(undefined, 'POST', `/rooms/${id}/members`, people));
    expect(added.data.map(({ member }: any) => member ?? {})).toHaveLength(2);
    expect(ok(await old.as(undefined, 'GET', '/users/cleo')).display_name).toBe('Cleo');
    expect((await old.as('ann', 'DELETE', `/messages/${old.sent[1].id}`)).status).toBe(204);
    expect(ok(await old.as('bob', 'GET', `/messages/${old.sent[1].id}`))).toMatchObject({
      is_deleted: true,
      sender_user_id: 'ann',
      file_url: null,
    });
    const beyond = await old.as(undefined, 'GET', '/notifications?offset=5');
    expect(beyond).toMatchObject({ status: 422, body: { errors: [{ field: 'offset' }] } });
    const named = { name: 'named', provider_type: 'smtp', from_email: 'p@example.com' };
    const config = { host: '127.0.0.1', port: 1, secure: false };
    ok(await old.as(undefined, 'POST', '/clients/me/email-providers?verify=false', { ...named, config }));
    const mail = {
      type: 'email',
      subject: 'S',
      content: 'C',
      to_email: 'x@example.com',
      provider_config: { name: 'named' },
    };
    const sent = ok(await old.as(undefined, 'POST', '/notifications', mail));
    const tried = await until('the attempt', async () => {
      const { body } = await old.as(undefined, 'GET', `/notifications/${sent.id}`);
      return body.error_message && body;
    });
    expect(tried).toMatchObject({ type: 'email', to_email: 'x@example.com', sent_at: null, retry_count: 0 });
    expect(tried.deliveries[0].routing).toMatchObject({ decision: 'named', reason: 'explicit' });
  });

  it('send many at once, change and cancel one', async () => {
    const old = await world(true);
    const mail = { type: 'email', subject: 'A', content: 'B', to_email: 'a@example.com' };
    const { type: _, ...untyped } = mail;
    const toRoom = { type: 'websocket', room_id: old.room.id, subject: 'S', content: 'C' };
    const fallback = { to_email: 'x@example.com' };
    const many = [
      mail,
      { ...mail, type: 'fax' },
      untyped,
      { ...mail, to_email: null },
      { ...toRoom, email_fallback: 'x' },
      { ...toRoom, room_id: newUuid(), email_fallback: fallback },
      { ...mail, to_email: 'nobody' },
      toRoom,
      { recipients: [{ user_id: 'ann' }], channels: { websocket: { title: 'T' } } },
    ];
    const headers = { 'idempotency-key': 'many' };
    const sendMany = () =>
      old.client.request('POST', '/notifications/batch', { body: { notifications: many }, headers });
    const batch = ok(await sendMany());
    expect(batch.results.map(({ status, error }: any) => [status, error?.errors[0]?.field])).toEqual([
      [202, undefined],
      [422, 'type'],
      [422, 'type'],
      [422, 'to_email'],
      [422, 'email_fallback'],
      [404, undefined],
      [422, 'recipients[0].email'],
      [202, undefined],
      [202, undefined],
    ]);
    expect(batch.results[0]).toMatchObject({ index: 0, notification: { ...mail, meta: {} } });
    expect(batch.results[1].error).toMatchObject({
      code: 'validation_failed',
      errors: [{ field: 'type', message: 'must be one of email, websocket' }],
    });
    const alone = await old.as(undefined, 'POST', '/notifications', many[4] as object);
    expect([alone.status, alone.body.errors]).toEqual([422, batch.results[4].error.errors]);
    expect((await sendMany()).body).toEqual(batch);
    const tooMany = { notifications: Array.from({ length: 101 }, () => mail) };
    expect(await old.as(undefined, 'POST', '/notifications/batch', tooMany)).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'notifications' }] },
    });
    const scheduled_for = new Date(Date.now() + 86_400_000).toISOString();
    const later = ok(await old.as(undefined, 'POST', '/notifications', { ...mail, scheduled_for, meta: { a: 1 } }));
    const change = { priority: 'high', meta: { b: 2 }, subject: null };
    expect(ok(await old.as(undefined, 'PUT', `/notifications/${later.id}`, change))).toMatchObject({
      priority: 'high',
      meta: expect.objectContaining({ b: 2 }),
    });
    const said = { subject: 'New', content: '<p>New</p>', cc: ['c@example.com'] };
    const changed = await old.as(undefined, 'PUT', `/notifications/${later.id}`, said);
    expect(changed).toMatchObject({ status: 200, body: { ...said, id: later.id, meta: { a: 1, b: 2 } } });
    const sends = async (id: string) =>
      (await on.app.sql('select channels from notifications where id = $1', [id]))[0].channels;
    expect(await sends(later.id)).toEqual({
      email: { subject: 'New', html: '<p>New</p>', cc: [{ name: '', address: 'c@example.com' }] },
    });
    const faulty = await old.as(undefined, 'PUT', `/notifications/${later.id}`, { subject: 'a\nb' });
    expect(faulty).toMatchObject({ status: 422, body: { errors: [{ field: 'channels.email.subject' }] } });
    expect((await old.as(undefined, 'DELETE', `/notifications/${later.id}`)).status).toBe(204);
    const over = await old.as(undefined, 'PUT', `/notifications/${later.id}`, { subject: 'Late' });
    expect(over).toMatchObject({ status: 409, body: { code: 'not_pending' } });
    expect((await old.as(undefined, 'PUT', `/notifications/${newUuid()}`, said)).status).toBe(404);

    const room = { type: 'websocket', subject: 'S', content: 'C', room_id: old.room.id, meta: { a: 1 }, scheduled_for };
    const told = ok(await old.as('ann', 'POST', '/notifications', room));
    expect((await old.as('bob', 'PUT', `/notifications/${told.id}`, { content: 'No' })).status).toBe(200);
    expect(await sends(told.id)).toEqual({
      websocket: { title: 'S', body: 'No', data: { a: 1, room_id: old.room.id } },
    });
    const bob = await old.client.login('bob', { permissions: ['send_notifications'] });
    const byBob = await bob.request('PUT', `/notifications/${told.id}`, { body: { content: 'No more' } });
    expect([byBob.status, byBob.body.code]).toEqual([403, 'forbidden']);

    const now = await on.app.client();
    const send = { channels: { email: { subject: 's', text: 't' } }, recipients: [{ email: 'a@example.com' }] };
    const { body: other } = await now.request('POST', '/notifications', { body: { ...send, scheduled_for } });
    const refused = await now.request('PUT', `/notifications/${other.id}`, { body: { subject: 'New' } });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: 'subject' }] } });
  });

  describe('over sockets', () => {
    const socketOf = async (old: World, user: string) => connect(on.app, (await old.client.login(user)).key);

    it('are greeted, and hear what is told in their words beside ours', async () => {
      const old = await world(true);
      const ann = await socketOf(old, 'ann');
      expect(await ann.waitFor('connected')).toEqual({ user_id: 'ann', client_id: old.client.id });
      const bob = await socketOf(old, 'bob');
      expect(await ann.waitFor('user_online')).toEqual({ user_id: 'bob', client_id: old.client.id });
      await bob.waitFor('connected');

      const body = { room_id: old.room.id, content: 'See', sender_id: 'somebody else', ...FILE };
      const sent = await bob.get('send_message', body);
      expect(sent).toMatchObject({ ...FILE, message_id: sent.id, sender_user_id: 'bob', is_edited: false });
      expect(await ann.waitFor('message')).toMatchObject({
        ...FILE,
        message_id: sent.id,
        room_id: old.room.id,
        content: 'See',
        sender_user_id: 'bob',
        sender_name: 'bob',
        is_deleted: false,
      });
      expect(await ann.waitFor('message.created')).toMatchObject({ data: { id: sent.id } });

      await ann.get('mark_messages_read', { room_id: old.room.id });
      expect(await bob.waitFor('messages_read')).toEqual({ room_id: old.room.id, user_id: 'ann', last_read_seq: 5 });

      const told = {
        recipients: [{ user_id: 'ann' }],
        channels: { websocket: { title: 'Hi', body: 'You', data: { a: 1 } } },
      };
      const { id } = ok(await old.as(undefined, 'POST', '/notifications', told));
      expect(await ann.waitFor('notification')).toMatchObject({
        type: 'websocket',
        notification_id: id,
        subject: 'Hi',
        content: 'You',
        metadata: { a: 1 },
        timestamp: TIME,
      });

      const ofRoom = { type: 'websocket', room_id: old.room.id, subject: 'Room', content: 'You', meta: { b: 2 } };
      ok(await old.as(undefined, 'POST', '/notifications', ofRoom));
      expect(await ann.waitFor('notification', ({ subject }: any) => subject === 'Room')).toMatchObject({
        room_id: old.room.id,
        metadata: { b: 2 },
      });

      ok(await old.as(undefined, 'POST', `/rooms/${old.room.id}/members`, { user_id: 'cleo' }));
      expect(await ann.waitFor('user_joined_room')).toMatchObject({ room_id: old.room.id, user_id: 'cleo' });
      await bob.get('join_room', { room_id: old.room.id, user_id: 'bob' });
      expect(await ann.waitFor('user_joined_room', ({ user_id }: any) => user_id === 'bob')).toEqual({
        room_id: old.room.id,
        user_id: 'bob',
        display_name: null,
      });
      expect(bob.bodies('user_joined_room').filter(({ user_id }) => user_id === 'bob')).toEqual([]);
    });

    it('ask in their words, with an ack or without', async () => {
      const old = await world(true);
      const bob = await socketOf(old, 'bob');
      await bob.waitForReady();
      const { id } = old.room;
      expect(await bob.get('get_rooms')).toMatchObject({ rooms: [{ id, is_active: true }], page: { has_more: false } });
      const before = { room_id: id, before_message_id: old.sent[2].id, limit: 1 };
      expect(await bob.get('get_messages', before)).toMatchObject({
        room_id: id,
        messages: [{ id: old.sent[1].id, sender_user_id: 'ann' }],
      });
      expect((await bob.get('get_messages', { room_id: id, include_replies: false })).messages).toHaveLength(3);
      expect(await bob.get('mark_messages_read', { room_id: id, message_id: old.sent[1].id })).toMatchObject({
        unread: 2,
      });
      expect(await bob.get('online_users')).toEqual({ users: [], data: [] });
      const ann = await socketOf(old, 'ann');
      await ann.waitForReady();
      await until('ann there', async () => (await bob.get('online_users', { room_id: id })).users.includes('ann'));
      expect((await bob.get('online_users')).users).toEqual(['ann']);
      await bob.get('typing_start', { room_id: id });
      expect(await ann.waitFor('typing.updated')).toMatchObject({ data: { user_ids: ['bob'] } });
      await bob.get('typing_stop', { room_id: id });
      await ann.waitFor('typing.updated', ({ data }) => data.user_ids.length === 0);
      await bob.get('leave_room', { room_id: id });
      expect((await bob.get('get_messages', { room_id: id, include_replies: null })).messages).toHaveLength(4);
      for (const [wrong, code] of [
        [{ include_replies: 'maybe' }, 'validation_failed'],
        [{ before_message_id: 7 }, 'not_found'],
      ] as const) {
        const answer = await bob.ask('get_messages', { room_id: id, ...wrong });
        expect(answer).toMatchObject({ ok: false, error: { code } });
      }
      expect(await bob.ask('get_messages', { room_id: newUuid() })).toMatchObject({
        ok: false,
        error: { code: 'not_found' },
      });
      expect(await bob.ask('send_message', { content: 'x' })).toMatchObject({
        ok: false,
        error: { code: 'validation_failed' },
      });

      ann.tell('ping');
      expect(await ann.waitFor('pong')).toEqual({});
      ann.tell('send_message', { room_id: id, content: 'no ack' });
      expect(await ann.waitFor('message_sent')).toMatchObject({ content: 'no ack', sender_user_id: 'ann' });
      ann.tell('get_rooms');
      expect(await ann.waitFor('rooms')).toMatchObject({ rooms: [{ id }] });
      ann.tell('get_messages', { room_id: id, limit: 1 });
      expect(await ann.waitFor('messages')).toMatchObject({ room_id: id, messages: [{ content: 'no ack' }] });
      ann.tell('online_users', {});
      expect(await ann.waitFor('online_users')).toMatchObject({ users: ['bob'] });
      ann.tell('join_room', { room_id: newUuid() });
      expect(await ann.waitFor('error')).toMatchObject({ code: 'not_found', message: expect.any(String) });
    });

    it('nobody else hears any of it, or is understood', async () => {
      const now = await world(false);
      const ann = await socketOf(now, 'ann');
      const bob = await socketOf(now, 'bob');
      await Promise.all([ann.waitForReady(), bob.waitForReady()]);
      for (const name of ['send_message', 'join_room', 'get_rooms', 'online_users']) {
        expect(await bob.ask(name, { room_id: now.room.id })).toMatchObject({
          ok: false,
          error: { code: 'bad_request' },
        });
      }
      ann.tell('ping');
      await bob.get('message.send', { room_id: now.room.id, content: 'now' });
      await ann.waitFor('message.created');
      await ann.get('ping', {});
      const ours = new Set(ann.received.map(({ name }) => name).filter((name) => !name.includes('.')));
      expect([...ours]).toEqual([]);
    });
  });
});
