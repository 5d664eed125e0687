import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChatError, ChatServer, verifyWebhook, type ChatEvent } from '@chatapi/sdk';
import { oneApp } from '../support/one-app.js';
import { Receiver } from '../support/receiver.js';

/** Stands before the service. Each answer passes by `answer`, which may keep it back. */
class Door {
  readonly passed: string[] = [];
  private readonly server: Server;

  private constructor(target: string, answer: (index: number) => 'pass' | 'drop') {
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { authorization, 'content-type': type, 'idempotency-key': key } = request.headers;
      const headers = { authorization, 'content-type': type, 'idempotency-key': key } as Record<string, string>;
      for (const name of Object.keys(headers)) if (headers[name] === undefined) delete headers[name];
      const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
      const answered = await fetch(target + request.url, { method: request.method!, headers, ...body });
      const text = await answered.text();
      // What was asked has been done by now, whether or not who asked hears of it.
      const index = this.passed.push(`${request.method} ${request.url} ${key ?? ''}`) - 1;
      if (answer(index) === 'drop') request.socket.destroy();
      else response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type')! }).end(text);
    });
  }

  static async open(target: string, answer: (index: number) => 'pass' | 'drop'): Promise<Door> {
    const door = new Door(target, answer);
    await new Promise<void>((resolve) => door.server.listen(0, '127.0.0.1', resolve));
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

const failure = (call: Promise<unknown>): Promise<ChatError> =>
  call.then(
    () => Promise.reject(new Error('It did not fail')),
    (error: ChatError) => error,
  );

describe('ChatServer', () => {
  const the = oneApp();
  let server: ChatServer;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await Receiver.start();
  });
  afterAll(() => receiver.stop());
  beforeEach(() => {
    server = new ChatServer({ url: the.app.url, key: the.client.key });
  });

  const group = (...members: string[]) => server.rooms.create({ room_type: 'group', name: 'Room', members });

  it('makes users and logs them in', async () => {
    const made = await server.users.put('alice', { display_name: 'Alice', metadata: { plan: 'pro' } });
    expect(made).toMatchObject({ user_id: 'alice', display_name: 'Alice', metadata: { plan: 'pro' } });
    expect(await server.users.get('alice')).toEqual(made);
    await server.users.putMany({ users: [{ user_id: 'bob' }, { user_id: 'carol' }] });
    expect((await server.users.list().take(10)).map(({ user_id }) => user_id).toSorted()).toEqual([
      'alice',
      'bob',
      'carol',
    ]);

    const { api_key } = await server.users.login('alice', { device_id: 'phone' });
    const own = new ChatServer({ url: the.app.url, key: api_key });
    expect((await own.users.get('me')).user_id).toBe('alice');
    await server.users.logout('alice');
    expect(await failure(own.users.get('me'))).toMatchObject({ code: 'invalid_key', status: 401 });
  });

  it('makes rooms, and says and changes messages as their members', async () => {
    const room = await group('alice');
    await server.rooms.addMembers(room.id, { members: ['bob', { user_id: 'carol', role: 'admin' }] });
    await server.rooms.removeMember(room.id, 'bob');
    const members = await server.rooms.members(room.id).take(10);
    expect(members.map(({ user_id, role }) => [user_id, role]).toSorted()).toEqual([
      ['alice', 'member'],
      ['carol', 'admin'],
    ]);
    expect((await server.rooms.update(room.id, { name: 'Other' })).name).toBe('Other');
    expect((await server.rooms.freeze(room.id)).frozen).toBe(true);
    expect(await failure(server.as('alice').messages.send(room.id, { content: 'Hi' }))).toMatchObject({
      code: 'room_frozen',
      status: 403,
    });
    await server.rooms.unfreeze(room.id);

    const alice = server.as('alice');
    const said = await alice.messages.send(room.id, { content: 'Hello', client_msg_id: 'm-1' });
    expect(said).toMatchObject({ sender_id: 'alice', sender_type: 'user', seq: 1 });
    expect(await alice.messages.send(room.id, { content: 'Hello', client_msg_id: 'm-1' })).toMatchObject({
      id: said.id,
      deduplicated: true,
    });
    expect(await server.messages.send(room.id, { content: 'Welcome' })).toMatchObject({ sender_type: 'client' });
    expect((await alice.messages.edit(room.id, said.id, { content: 'Hello!' })).content).toBe('Hello!');
    const reactions = await server.as('carol').messages.react(room.id, said.id, '👍');
    expect(reactions).toMatchObject([{ key: '👍', count: 1 }]);
    expect(await server.as('carol').rooms.read(room.id, { seq: 1 })).toMatchObject({ last_read_seq: 1, unread: 1 });
    await alice.messages.delete(room.id, said.id);
    expect((await server.messages.get(room.id, said.id)).deleted_at).not.toBeNull();
    expect(
      await server
        .as('carol')
        .rooms.query({ filter: { member: 'carol' } })
        .take(5),
    ).toMatchObject([{ id: room.id }]);
    await server.rooms.delete(room.id);
    expect(await server.rooms.restore(room.id)).toMatchObject({ id: room.id, status: 'active' });
  });

  it('reads lists over their pages, forwards and backwards, and stops when it is told', async () => {
    const room = await group('alice');
    for (let n = 1; n <= 7; n++) await server.messages.send(room.id, { content: String(n) });

    const seqs = [];
    for await (const { seq } of server.messages.list(room.id, { limit: 2 })) seqs.push(seq);
    expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const back = await server.messages.history(room.id, { limit: 3 }).take(100);
    expect(back.map(({ seq }) => seq)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect((await server.messages.list(room.id, { after_seq: 5 }).first()).data).toMatchObject([
      { seq: 6 },
      { seq: 7 },
    ]);
    expect((await server.messages.history(room.id, { before_seq: 3 }).first()).data).toMatchObject([
      { seq: 2 },
      { seq: 1 },
    ]);
    const sizes = [];
    for await (const { data } of server.messages.list(room.id, { limit: 3 }).pages()) sizes.push(data.length);
    expect(sizes).toEqual([3, 3, 1]);

    const controller = new AbortController();
    const all = server.messages.list(room.id, { limit: 2 }, { signal: controller.signal });
    const read = async () => {
      for await (const { seq } of all) if (seq === 2) controller.abort();
    };
    await expect(read()).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('throws what the service refuses with: code, fields and request_id', async () => {
    const wrong = { name: 'x'.repeat(300) } as Parameters<typeof server.rooms.create>[0];
    const error = await failure(server.rooms.create(wrong));
    expect(error).toBeInstanceOf(ChatError);
    expect(error).toMatchObject({ code: 'validation_failed', status: 422, retryable: false });
    expect(error.errors.map(({ field }) => field).toSorted()).toEqual(['name', 'room_type']);
    expect((await the.app.log()).some((line) => line.includes(error.request_id!))).toBe(true);
    const gone = await failure(server.rooms.get('0199c2d4-7e1a-7000-8000-000000000000'));
    expect(gone).toMatchObject({ code: 'not_found', status: 404 });
    const nobody = new ChatServer({ url: 'http://127.0.0.1:9', key: 'k', retries: 0 });
    expect(await failure(nobody.rooms.list().first())).toMatchObject({ code: 'unreachable', retryable: true });
  });

  it('asks a key’s function again when its key has ended', async () => {
    const old = await server.users.login('alice');
    const keys = [old.api_key];
    const own = new ChatServer({
      url: the.app.url,
      key: async () => keys.pop() ?? (await server.users.login('alice')).api_key,
    });
    await own.users.get('me');
    await server.users.logout('alice');
    expect((await own.users.get('me')).user_id).toBe('alice');
  });

  describe('notifications', () => {
    it('reach an endpoint that verifies them, as events do, by both kinds of signature', async () => {
      for (const signature of ['v1', 'v1a'] as const) {
        const endpoint = await server.endpoints.create({
          url: `${receiver.url}/${signature}`,
          event_types: ['message.created'],
          signature,
        });
        const payload = { order: 17 };
        const sent = await server.notifications.send({
          channels: { webhook: { endpoint_id: endpoint.id, payload } },
        });
        const room = await group('alice');
        await server.messages.send(room.id, { content: 'Hello' });

        const mine = () => receiver.requests.filter(({ path }) => path === `/${signature}`);
        while (mine().length < 2) await receiver.waitFor(receiver.requests.length + 1);
        const got = await Promise.all(
          mine().map(({ body, headers }) => verifyWebhook<ChatEvent | typeof payload>(body, headers, endpoint.secret!)),
        );
        expect(got).toContainEqual(payload);
        expect(got).toContainEqual(
          expect.objectContaining({ type: 'message.created', data: expect.objectContaining({ content: 'Hello' }) }),
        );
        const { body, headers } = mine()[0]!;
        const forged = verifyWebhook(Buffer.concat([body, Buffer.from(' ')]), headers, endpoint.secret!);
        await expect(forged).rejects.toMatchObject({ code: 'bad_signature' });
        expect((await server.notifications.get(sent.id)).counts.total).toBe(1);
        await server.endpoints.delete(endpoint.id);
      }
    });

    const NOTHING = { channels: { webhook: { url: 'http://127.0.0.1:9/', payload: {} } }, max_retry_attempts: 0 };

    it('are sent again when the answer got lost, and exist once', async () => {
      const door = await Door.open(the.app.url, (index) => (index === 0 ? 'drop' : 'pass'));
      const through = new ChatServer({ url: door.url, key: the.client.key });
      const sent = await through.notifications.send(NOTHING);
      expect(door.passed).toHaveLength(2);
      expect(door.passed[1]).toBe(door.passed[0]);
      const all = await server.notifications.list().take(10);
      expect(all.map(({ id }) => id)).toEqual([sent.id]);
      await door.close();
    });

    it('are not sent again after an abort', async () => {
      const controller = new AbortController();
      const door = await Door.open(the.app.url, () => {
        controller.abort(new Error('the page was closed'));
        return 'drop';
      });
      const through = new ChatServer({ url: door.url, key: the.client.key });
      const { signal } = controller;
      await expect(through.notifications.send(NOTHING, { signal })).rejects.toThrow('the page was closed');
      expect(door.passed).toHaveLength(1);
      await door.close();
    });

    it('are cancelled, batched, found and counted', async () => {
      const later = new Date(Date.now() + 3_600_000).toISOString();
      const sent = await server.notifications.send({ ...NOTHING, scheduled_for: later, tags: ['sdk'] });
      expect(await server.notifications.cancel(sent.id)).toMatchObject({ status: 'cancelled' });
      const batch = await server.notifications.sendBatch({
        notifications: [
          { ...NOTHING, scheduled_for: later },
          { ...NOTHING, channels: {} },
        ],
      });
      expect(batch.results.map(({ status }) => status)).toEqual([202, 422]);
      expect(await server.notifications.list({ tag: 'sdk' }).take(5)).toMatchObject([{ id: sent.id }]);
      expect(await server.deliveries.list({ notification_id: sent.id }).take(5)).toMatchObject([
        { status: 'cancelled' },
      ]);
      expect((await server.analytics.ledger()).balanced).toBe(true);
      expect(await server.recoveries.start({ filter: { channel: 'webhook' }, dry_run: true })).toMatchObject({
        matched: 0,
      });
      const entry = await server.suppressions.add({ channel: 'email', address: 'a@example.com', reason: 'manual' });
      await server.suppressions.remove(entry.id);
      expect(await server.suppressions.list().take(5)).toEqual([]);
    });
  });

  it('makes sources and rules that act', async () => {
    const source = await server.sources.create({
      name: 'CI',
      allow_unsigned: true,
      verification: { template: 'none' },
    });
    const room = await group('alice');
    const rule = await server.rules.create({
      source_id: source.id,
      name: 'Tell',
      actions: [{ type: 'send_message', params: { room_id: room.id, content: { $jsonata: 'text' } } }],
    });
    const { name, actions } = rule;
    const tried = await server.rules.test({ rule: { name, actions }, sample: { payload: { text: 'Built' } } });
    expect(tried.matched).toBe(true);
    await fetch(source.url, { method: 'POST', body: JSON.stringify({ text: 'Built' }) });
    const told = () => server.messages.list(room.id).take(1);
    while ((await told()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await told()).toMatchObject([{ content: 'Built', sender_type: 'bot' }]);
    expect(await server.sources.events(source.id).take(2)).toMatchObject([{ status: 'processed' }]);
  });
});
