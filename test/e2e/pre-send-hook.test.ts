import { Webhook } from 'standardwebhooks';
import { makeRoom, ok } from '../support/chat.js';
import { inTime } from '../support/in-time.js';
import { oneApp } from '../support/one-app.js';
import { Receiver, type ReceivedRequest, type Reply } from '../support/receiver.js';
import { connect } from '../support/socket.js';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await Receiver.start(() => saying({ action: 'accept' }));
});
afterEach(() => receiver.stop());
const on = oneApp();

const saying = (answer: unknown): Reply => ({ body: typeof answer === 'string' ? answer : JSON.stringify(answer) });
const as = (user: string | undefined, method: string, path: string, body?: object, of = on.client) =>
  of.master(user).request(method, path, body ? { body } : {});
const send = (user: string | undefined, roomId: string, body: object | string, of = on.client) =>
  as(user, 'POST', `/rooms/${roomId}/messages`, typeof body === 'string' ? { content: body } : body, of);
const hook = async (fields: object = {}, of = on.client) =>
  ok(await as(undefined, 'PUT', '/clients/me/hooks/pre-send', { url: `${receiver.url}/ask`, ...fields }, of));
const answer = (reply: unknown): void => receiver.respond(() => saying(reply));
const questions = () => receiver.requests.map(({ body }) => JSON.parse(String(body)));

const verify = (request: ReceivedRequest, secret: string): unknown =>
  new Webhook(secret).verify(String(request.body), request.headers as Record<string, string>);

it('is set, read and removed by the client', async () => {
  const path = '/clients/me/hooks/pre-send';
  expect((await on.client.request('GET', path)).status).toBe(404);
  const set = await hook();
  expect(set).toEqual({ url: `${receiver.url}/ask`, timeout_ms: 2_000, on_failure: 'allow' });
  const other = await hook({ timeout_ms: 500, on_failure: 'reject', room_types: ['group', 'group', 'support'] });
  expect(other).toMatchObject({ timeout_ms: 500, on_failure: 'reject', room_types: ['group', 'support'] });
  expect(ok(await on.client.request('GET', path))).toEqual(other);
  for (const wrong of [
    { url: 'ftp://example.com' },
    { url: 'https://me:secret@example.com' },
    { timeout_ms: 5_001 },
    { on_failure: 'ignore' },
    { room_types: ['lounge'] },
    { room_types: [] },
    { secret: 'x' },
  ]) {
    const { status, body } = await on.client.request('PUT', path, { body: { url: receiver.url, ...wrong } });
    expect([status, body.errors[0].field]).toEqual([422, Object.keys(wrong)[0]]);
  }
  expect(ok(await on.client.request('GET', path))).toEqual(other);
  expect((await on.client.request('DELETE', path)).status).toBe(204);
  expect((await on.client.request('DELETE', path)).status).toBe(204);
  expect((await on.client.request('GET', path)).status).toBe(404);
  const ann = await on.client.login('ann');
  expect((await ann.request('PUT', path, { body: { url: receiver.url } })).status).toBe(403);
});

it('is asked, signed, about what users send and edit, over REST and sockets, and not about the client’s own', async () => {
  const room = await makeRoom(on.client, ['ann', 'bob']);
  await hook();
  const ann = await on.client.login('ann', { display_name: 'Ann' });
  const metadata = { a: 1 };
  const sent = ok(
    await ann.request('POST', `/rooms/${room.id}/messages`, {
      body: { content: 'hi', metadata, client_msg_id: 'm1', mentions: [{ type: 'user', user_id: 'bob' }] },
    }),
  );
  expect(sent).toMatchObject({ content: 'hi', metadata });
  const question = {
    room_id: room.id,
    sender: { user_id: 'ann', display_name: 'Ann' },
    message: {
      content: 'hi',
      content_type: 'text',
      attachments: [],
      mentions: [{ type: 'user', user_id: 'bob' }],
      metadata,
      client_msg_id: 'm1',
    },
  };
  const { secret } = ok(await on.client.request('GET', '/clients/me/signing-secret'));
  expect(verify(receiver.requests[0]!, secret)).toEqual(question);
  const socket = await connect(on.app, ann.key);
  await socket.get('message.send', { room_id: room.id, content: 'two' });
  await socket.get('message.edit', { room_id: room.id, message_id: sent.id, content: 'three' });
  ok(await ann.request('PATCH', `/rooms/${room.id}/messages/${sent.id}`, { body: { content: 'four' } }));
  ok(await send(undefined, room.id, 'by the client'));
  expect(questions().map(({ message }) => message.content)).toEqual(['hi', 'two', 'three', 'four']);
  // Both secrets sign while a rotation overlaps.
  const rotated = ok(await on.client.request('POST', '/clients/me/signing-secret/rotate', { body: {} }));
  ok(await send('bob', room.id, 'five'));
  for (const one of [secret, rotated.secret]) verify(receiver.requests.at(-1)!, one);
  expect(receiver.requests).toHaveLength(5);
  // Who may not write there is none of the hook's business.
  expect((await send('zoe', room.id, 'six')).status).toBe(404);
  expect(receiver.requests).toHaveLength(5);
});

it('rejects with its reason, as a line that can be shown', async () => {
  const room = await makeRoom(on.client, ['ann']);
  await hook();
  const refused = async (reply: unknown) => {
    answer(reply);
    const { body } = await send('ann', room.id, 'x');
    expect(body).toMatchObject({ status: 422, code: 'message_rejected', retryable: false });
    return body.detail as string;
  };
  expect(await refused({ action: 'reject', reason: 'No\nway\u0000!' })).toBe('No way!');
  expect(await refused({ action: 'reject', reason: '😀'.repeat(501) })).toBe('😀'.repeat(500));
  for (const reason of [undefined, null, 7, '', '\u0001']) {
    expect(await refused({ action: 'reject', reason })).toBe('The message was rejected.');
  }
  const socket = await on.socketOf('ann');
  answer({ action: 'reject', reason: 'No.' });
  const error = { code: 'message_rejected', status: 422, detail: 'No.' };
  expect(await socket.ask('message.send', { room_id: room.id, content: 'x' })).toMatchObject({ ok: false, error });
  answer({ action: 'accept' });
  const sent = ok(await send('ann', room.id, 'x'));
  expect(sent.seq).toBe(1);
  answer({ action: 'reject', reason: 'No.' });
  const path = `/rooms/${room.id}/messages/${sent.id}`;
  expect((await as('ann', 'PATCH', path, { content: 'y' })).body).toMatchObject(error);
  expect(ok(await as('ann', 'GET', path)).content).toBe('x');
});

it('replaces what it names of the message', async () => {
  const room = await makeRoom(on.client, ['ann', 'bob']);
  await hook();
  const replacedBy = async (message: object, body: object = { content: 'x', metadata: { a: 1, b: 2 } }) => {
    answer({ action: 'replace', message });
    return ok(await send('ann', room.id, body));
  };
  expect(await replacedBy({ content: 'y' })).toMatchObject({ content: 'y', metadata: { a: 1, b: 2 } });
  expect(await replacedBy({ metadata: { a: 3 } })).toMatchObject({ content: 'x', metadata: { a: 3 } });
  const attachments = [{ type: 'link', url: 'https://example.com' }];
  const mentions = [{ type: 'user', user_id: 'bob' }];
  expect(await replacedBy({ content: null, attachments, mentions, id: 'ours', unknown: 1 })).toMatchObject({
    content: null,
    attachments: [{ type: 'link', name: null }],
    mentions,
  });
  // The whole question's message comes back changed.
  receiver.respond(({ body }) => {
    const { message } = JSON.parse(String(body));
    return saying({ action: 'replace', message: { ...message, content: message.content.toUpperCase() } });
  });
  expect(ok(await send('ann', room.id, 'loud'))).toMatchObject({ content: 'LOUD' });
  const sent = await replacedBy({ content: 'y' });
  answer({ action: 'replace', message: { content: 'z' } });
  expect(ok(await as('ann', 'PATCH', `/rooms/${room.id}/messages/${sent.id}`, { content: 'edit' })).content).toBe('z');
});

describe('a hook that gives no proper answer', () => {
  const stranger = { type: 'user', user_id: 'a stranger' };
  const FAILURES: [string, () => Reply | Promise<Reply>][] = [
    ['500', () => ({ status: 500, body: '{"action":"accept"}' })],
    ['a redirect', () => ({ status: 302, headers: { location: `${receiver.url}/elsewhere` } })],
    ['no JSON', () => saying('accept')],
    ['no object', () => saying('null')],
    ['no action', () => saying({})],
    ['another action', () => saying({ action: 'Accept' })],
    ['a replacement without message', () => saying({ action: 'replace' })],
    ['a wrong replacement', () => saying({ action: 'replace', message: { content: 7 } })],
    ['an empty replacement', () => saying({ action: 'replace', message: { content: null } })],
    ['a system message', () => saying({ action: 'replace', message: { content_type: 'system' } })],
    ['what can’t be stored', () => saying({ action: 'replace', message: { content: 'a\u0000' } })],
    ['too long a message', () => saying({ action: 'replace', message: { content: 'x'.repeat(10_001) } })],
    ['a mention of nobody there', () => saying({ action: 'replace', message: { mentions: [stranger] } })],
    ['too much', () => saying({ action: 'accept', more: 'x'.repeat(1_000_000) })],
    ['nothing, with the connection cut', () => 'reset'],
    ['nothing', () => 'hang'],
  ];

  it.each(FAILURES)('with %s', async (_, reply) => {
    const room = await makeRoom(on.client, ['ann']);
    receiver.respond(reply);
    await hook({ on_failure: 'reject', timeout_ms: 300 });
    const refused = await send('ann', room.id, 'x');
    expect(refused.body).toMatchObject({ status: 503, code: 'hook_unavailable', retryable: true });
    expect(refused.headers.get('retry-after')).toBe('1');
    await hook({ on_failure: 'allow', timeout_ms: 300 });
    expect(ok(await send('ann', room.id, 'x'))).toMatchObject({ content: 'x', seq: 1 });
    expect(receiver.requests.every(({ path }) => path === '/ask')).toBe(true);
  });

  it('because nobody is there, or it leads into a private network', async () => {
    const room = await makeRoom(on.client, ['ann']);
    const gone = await Receiver.start();
    const url = gone.url;
    await gone.stop();
    for (const nowhere of [url, 'http://10.1.2.3/', 'http://169.254.169.254/', 'http://[fd00::1]/']) {
      await hook({ url: nowhere, on_failure: 'reject' });
      expect((await send('ann', room.id, 'x')).body.code).toBe('hook_unavailable');
    }
  });
});

it('is asked about rooms of its types only', async () => {
  await hook({ room_types: ['support'] });
  answer({ action: 'reject' });
  const group = await makeRoom(on.client, ['ann']);
  const support = await makeRoom(on.client, ['ann'], { room_type: 'support' });
  expect((await send('ann', group.id, 'x')).status).toBe(201);
  expect((await send('ann', support.id, 'x')).status).toBe(422);
  expect(receiver.requests).toHaveLength(1);
});

it('holds for the next send when it is changed, also for messages that are being asked about', async () => {
  const room = await makeRoom(on.client, ['ann']);
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  receiver.respond(async () => {
    await released;
    return saying({ action: 'reject', reason: 'of the old hook' });
  });
  await hook({ timeout_ms: 5_000 });
  const waiting = send('ann', room.id, 'x');
  await receiver.waitFor(1);
  expect((await on.client.request('DELETE', '/clients/me/hooks/pre-send')).status).toBe(204);
  expect(ok(await send('ann', room.id, 'y')).content).toBe('y');
  release();
  expect((await waiting).status).toBe(201);
  expect(receiver.requests).toHaveLength(1);
});

it('is not asked again about a message that was sent before', async () => {
  const room = await makeRoom(on.client, ['ann']);
  await hook();
  const body = { content: 'x', client_msg_id: 'm1' };
  const sent = ok(await send('ann', room.id, body));
  answer({ action: 'reject' });
  expect((await send('ann', room.id, body)).body).toEqual({ ...sent, deduplicated: true });
  expect((await send('ann', room.id, { ...body, content: 'y' })).body.code).toBe('idempotency_conflict');
  expect(receiver.requests).toHaveLength(1);
  // Twenty at once are asked about before any is there; whichever is accepted is everybody's.
  receiver.respond((_, index) =>
    saying({ action: index % 2 === 1 ? 'accept' : 'replace', message: { content: `${index}` } }),
  );
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => send('ann', room.id, { content: 'z', client_msg_id: 'm2' })),
  );
  expect(new Set(answers.map(({ body }) => `${body.id} ${body.content}`)).size).toBe(1);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  // Refused when it was asked about, and there by then.
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const before = receiver.requests.length;
  receiver.respond(async (_, index) => {
    if (index > before) return saying({ action: 'accept' });
    await released;
    return saying({ action: 'reject' });
  });
  await hook({ timeout_ms: 5_000, on_failure: 'reject' });
  const late = send('ann', room.id, { content: 'w', client_msg_id: 'm3' });
  await receiver.waitFor(before + 1);
  const first = ok(await send('ann', room.id, { content: 'w', client_msg_id: 'm3' }));
  release();
  expect((await late).body).toMatchObject({ id: first.id, deduplicated: true });
});

it('sees what the word lists have left', async () => {
  const room = await makeRoom(on.client, ['ann']);
  const lists = [
    { name: 'a', words: ['damn'], action: 'mask' },
    { name: 'b', words: ['scum'], action: 'reject' },
    { name: 'c', words: ['odd'], action: 'flag' },
  ];
  ok(await on.client.request('PUT', '/clients/me/word-lists', { body: lists }));
  await hook();
  expect((await send('ann', room.id, 'scum')).body.code).toBe('message_rejected');
  answer({ action: 'replace', message: { metadata: { checked: true } } });
  const sent = ok(await send('ann', room.id, 'damn odd'));
  expect(sent).toMatchObject({ content: '**** odd', metadata: { checked: true } });
  expect(questions().map(({ message }) => message.content)).toEqual(['**** odd']);
  expect(questions()[0].message.flags).toBeUndefined();
  const [row] = await on.app.sql(
    `select (select flags from messages where client_id = $1 and id = $2) as flags,
            (select lists from reports where client_id = $1 and message_id = $2) as lists`,
    [on.client.id, sent.id],
  );
  expect(row.flags ?? row.lists).toEqual(['c']);
});

it('that hangs holds up its own client alone, and no more of that than is bounded', async () => {
  const other = await on.app.client();
  const [room, others] = [await makeRoom(on.client, ['ann']), await makeRoom(other, ['ann'])];
  await hook({ timeout_ms: 5_000 });
  await hook({ url: `${receiver.url}/other` }, other);
  // A hook is given up after 5 s at most: who takes longer than that for all this tries again.
  await inTime(async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    let answered = 0;
    const before = receiver.requests.length;
    receiver.respond(async ({ path }) => {
      if (path === '/ask') await released;
      return saying({ action: 'accept' });
    });
    const hanging = Array.from({ length: 200 }, async (_, n) => {
      const sent = await send('ann', room.id, `${n}`);
      answered++;
      return sent;
    });
    await receiver.waitFor(before + 100);
    const meanwhile = await Promise.all(Array.from({ length: 50 }, (_, n) => send('ann', others.id, `${n}`, other)));
    const own = await send(undefined, room.id, 'the client is not asked about its own');
    const tooMany = await send('ann', room.id, 'one more');
    const answeredMeanwhile = answered;
    release();
    const statuses = (await Promise.all(hanging)).map(({ status }) => status);
    expect(answeredMeanwhile).toBe(0);
    expect([...meanwhile, own].map(({ status }) => status)).toEqual(Array(51).fill(201));
    expect(tooMany.body).toMatchObject({ status: 503, code: 'overloaded' });
    expect(statuses).toEqual(Array(200).fill(201));
  });
});
