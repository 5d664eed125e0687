import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, ok, say } from '../support/chat.js';
import { closeSockets, connect, type TestSocket } from '../support/socket.js';
import { until } from '../support/until.js';

/** What a socket was told of others, in order: `bob online`. */
const told = (socket: TestSocket): string[] =>
  socket
    .bodies('presence.updated')
    .flatMap(({ data }) => data.users.map(({ user_id, state }: any) => `${user_id} ${state}`));

const statesOf = (users: any[]): string[] => users.map(({ user_id, state }) => `${user_id} ${state}`);

describe('presence where nobody is patient', () => {
  let app: TestApp;
  let client: TestClient;
  beforeAll(async () => {
    app = await startApp({ env: { PRESENCE_GRACE_MS: '200', PRESENCE_HEARTBEAT_MS: '1500' } });
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    client = await app.client();
  });
  afterEach(closeSockets);

  const presenceOf = async (user: string): Promise<any> =>
    ok(await client.request('GET', `/presence/online?user_ids=${user}`)).data[0];

  it('comes and goes with the connections of all devices, and is told to who subscribed only', async () => {
    await makeRoom(client, ['alice', 'bob', 'carol']);
    const alice = await connect(app, (await client.login('alice')).key);
    const carol = await connect(app, (await client.login('carol')).key);
    const { key } = await client.login('bob');
    expect(await alice.get('presence.subscribe', { user_ids: ['bob'] })).toEqual({
      users: [{ user_id: 'bob', state: 'offline', text: null, last_seen_at: null }],
    });
    const [phone, laptop] = [await connect(app, key), await connect(app, key)];
    expect(await alice.waitFor('presence.updated')).toEqual({
      id: expect.any(String),
      type: 'presence.updated',
      v: 1,
      client_id: client.id,
      stream: 'user:alice',
      room_id: null,
      occurred_at: expect.any(String),
      actor: { id: null, type: 'system' },
      data: { users: [{ user_id: 'bob', state: 'online', text: null, last_seen_at: expect.any(String) }] },
    });
    phone.socket.disconnect();
    await laptop.get('presence.set', { state: 'away' });
    await until('away', () => told(alice).at(-1) === 'bob away');
    laptop.socket.disconnect();
    await until('offline', () => told(alice).at(-1) === 'bob offline');
    expect(told(alice)).toEqual(['bob online', 'bob away', 'bob offline']);
    expect(told(carol)).toEqual([]);
  });

  it('is what the user chose, durably, and invisible is offline to others', async () => {
    await makeRoom(client, ['alice', 'bob']);
    const bob = await client.login('bob');
    const put = async (body: object) => ok(await bob.request('PUT', '/presence', { body }));
    expect(await put({ state: 'dnd', text: 'In a meeting' })).toEqual({
      user_id: 'bob',
      state: 'dnd',
      text: 'In a meeting',
      last_seen_at: expect.any(String),
      next_heartbeat_ms: 1500,
    });
    // Twice changes nothing, and what is left out stays.
    expect(await put({ state: 'dnd' })).toMatchObject({ state: 'dnd', text: 'In a meeting' });
    const socket = await connect(app, bob.key);
    expect(await presenceOf('bob')).toMatchObject({ state: 'dnd', text: 'In a meeting' });
    const alice = await connect(app, (await client.login('alice')).key);
    await alice.get('presence.subscribe', { user_ids: ['bob'] });
    expect(await socket.get('presence.set', { state: 'invisible', text: null })).toMatchObject({
      state: 'invisible',
      text: null,
    });
    await until('offline', () => told(alice).join() === 'bob offline');
    expect(statesOf((await alice.get('presence.get', { user_ids: ['bob'] })).data)).toEqual(['bob offline']);
    // Coming and going shows nothing.
    socket.socket.disconnect();
    await connect(app, bob.key);
    await put({ state: 'online' });
    await until('online', () => told(alice).at(-1) === 'bob online');
    expect(told(alice)).toEqual(['bob offline', 'bob online']);
  });

  it('shows of who is invisible no new text, until they are visible again', async () => {
    await makeRoom(client, ['alice', 'bob', 'carol']);
    const bob = await connect(app, (await client.login('bob')).key);
    const alice = await connect(app, (await client.login('alice')).key);
    await bob.get('presence.set', { text: 'at lunch' });
    await alice.get('presence.subscribe', { user_ids: ['bob', 'carol'] });
    const seen = async (user = 'bob') =>
      (({ state, text }) => [state, text])((await alice.get('presence.get', { user_ids: [user] })).data[0]);
    const textsTold = () =>
      alice.bodies('presence.updated').flatMap(({ data }) => data.users.map(({ text }: any) => text));
    expect(await seen()).toEqual(['online', 'at lunch']);
    const set = async (body: object) => bob.get('presence.set', body);
    expect(await set({ state: 'invisible', text: 'with the doctor' })).toMatchObject({ text: 'with the doctor' });
    expect(await seen()).toEqual(['offline', 'at lunch']);
    expect(await set({ text: 'still there' })).toMatchObject({ state: 'invisible', text: 'still there' });
    expect(await seen()).toEqual(['offline', 'at lunch']);
    await until('offline', () => told(alice).join() === 'bob offline');
    expect(await set({ state: 'online' })).toMatchObject({ state: 'online', text: 'still there' });
    expect(await seen()).toEqual(['online', 'still there']);
    await until('online', () => told(alice).at(-1) === 'bob online');
    expect(textsTold()).toEqual(['at lunch', 'still there']);
    // Also of who was never seen otherwise.
    ok(await client.master('carol').request('PUT', '/presence', { body: { state: 'invisible', text: 'hiding' } }));
    expect(await seen('carol')).toEqual(['offline', null]);
    ok(await client.master('carol').request('PUT', '/presence', { body: { state: 'online', text: null } }));
    expect(await seen('carol')).toEqual(['offline', null]);
  });

  it('lasts without a socket as long as heartbeats or requests come', async () => {
    await makeRoom(client, ['alice', 'bob']);
    const alice = await connect(app, (await client.login('alice')).key);
    const bob = await client.login('bob');
    await alice.get('presence.subscribe', { user_ids: ['bob'] });
    const beat = await bob.request('POST', '/presence/heartbeat', { body: { state: 'away', text: 'by hand' } });
    expect(beat).toMatchObject({
      status: 200,
      body: { state: 'away', text: 'by hand', last_seen_at: expect.any(String), next_heartbeat_ms: 1500 },
    });
    await until('away', () => told(alice).at(-1) === 'bob away');
    await until('offline', () => told(alice).at(-1) === 'bob offline');
    /** Again, because who comes and goes between two looks is not told of. */
    const online = (what: string, ask: () => Promise<unknown>) =>
      until(what, async () => ok((await ask()) as any) && told(alice).at(-1) === 'bob online', { every: 200 });
    ok(await bob.request('PUT', '/presence', { body: { state: 'online' } }));
    await until('offline', () => told(alice).at(-1) === 'bob offline');
    await online('a heartbeat that a back end sends', () =>
      client.master('bob').request('POST', '/presence/heartbeat', { body: {} }),
    );
    await until('offline', () => told(alice).at(-1) === 'bob offline');
    // Any request of the user's own key; not one that a back end makes for the user.
    const before = told(alice).length;
    for (let i = 0; i < 3; i++) ok(await client.master('bob').request('GET', '/users/me'));
    await alice.get('presence.subscribe', { user_ids: ['alice'] });
    await alice.get('presence.set', { text: 'something else that is told' });
    await until('it', () => told(alice).at(-1) === 'alice online');
    expect(told(alice).slice(before)).toEqual(['alice online']);
    await online('a request', () => bob.request('GET', '/rooms'));
  });

  it('leaves when the user was last seen, gathered', async () => {
    const before = Date.now();
    const { key } = await client.login('bob');
    const socket = await connect(app, key);
    socket.socket.disconnect();
    const seen = await until('last seen', async () => ok(await client.request('GET', '/users/bob')).last_seen_at);
    expect(Math.abs(Date.parse(seen) - before)).toBeLessThan(60_000);
    const listed = ok(await client.request('GET', '/users')).data.find((user: any) => user.user_id === 'bob');
    expect(listed.last_seen_at).toBe(seen);
    // Not in the row of the user, whose version would be another.
    const versions = () => app.sql('select xmin::text, ctid::text from users where client_id = $1', [client.id]);
    const written = await versions();
    for (let i = 0; i < 3; i++) (await connect(app, key)).socket.disconnect();
    expect(await versions()).toEqual(written);
  });
});

describe('presence with the usual patience', () => {
  let app: TestApp;
  let client: TestClient;
  beforeAll(async () => {
    app = await startApp({ env: { PRESENCE_GRACE_MS: '60000' } });
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    client = await app.client();
  });
  afterEach(closeSockets);

  it('is that of people who share a room, and nobody else’s', async () => {
    await makeRoom(client, ['alice', 'bob']);
    const apart = await makeRoom(client, ['carol']);
    const other = await app.client();
    await makeRoom(other, ['alice', 'dave']);
    const alice = await client.login('alice');
    const socket = await connect(app, alice.key);
    await connect(app, (await client.login('bob')).key);
    await connect(app, (await client.login('carol')).key);
    await connect(app, (await other.login('dave')).key);
    const all = ['bob', 'carol', 'dave', 'nobody', 'alice'];
    const asked = ok(await alice.request('GET', `/presence/online?user_ids=${all.join(',')}`));
    expect(statesOf(asked.data)).toEqual(['bob online', 'alice online']);
    expect(asked.page).toEqual({ next_cursor: null, prev_cursor: null, has_more: false });
    expect(await alice.request('GET', `/presence/online?${all.map((id) => `user_ids=${id}`).join('&')}`)).toMatchObject(
      {
        body: { data: [{ user_id: 'bob' }, { user_id: 'alice' }] },
      },
    );
    expect(statesOf(ok(await alice.request('GET', '/presence/online')).data)).toEqual(['bob online']);
    expect(statesOf((await socket.get('presence.get', {})).data)).toEqual(['bob online']);
    expect(statesOf((await socket.get('presence.subscribe', { user_ids: all })).users)).toEqual([
      'bob online',
      'alice online',
    ]);
    // The client itself sees everybody of its own.
    expect(statesOf(ok(await client.request('GET', `/presence/online?user_ids=${all.join(',')}`)).data)).toEqual([
      'bob online',
      'carol online',
      'alice online',
    ]);
    expect((await client.request('GET', '/presence/online')).body.code).toBe('forbidden');
    expect((await client.request('POST', '/presence/heartbeat', { body: {} })).body.code).toBe('forbidden');
    expect((await alice.request('GET', `/rooms/${apart.id}/online`)).status).toBe(404);
    expect((await other.request('GET', `/rooms/${apart.id}/online`)).status).toBe(404);
    expect((await alice.request('PUT', '/presence', { body: { state: 'offline' } })).status).toBe(422);
  });

  it('ends to be told when the last common room is left', async () => {
    const room = await makeRoom(client, ['alice', 'bob']);
    const alice = await connect(app, (await client.login('alice')).key);
    const bob = await connect(app, (await client.login('bob')).key);
    await alice.get('presence.subscribe', { user_ids: ['bob'] });
    ok(await client.request('DELETE', `/rooms/${room.id}/members/bob`));
    expect((await alice.get('presence.subscribe', { user_ids: ['bob'] })).users).toEqual([]);
    let heard = -1;
    await until(
      'silence',
      async () => {
        await bob.get('presence.set', { text: String(Math.random()) });
        const quiet = heard === told(alice).length;
        heard = told(alice).length;
        return quiet;
      },
      { every: 2_500 },
    );
  });

  it('of a room is listed by pages', async () => {
    const names = Array.from({ length: 7 }, (_, n) => `user-${n}`);
    const room = await makeRoom(client, [...names, 'away-1', 'away-2']);
    for (const name of names) ok(await client.master(name).request('POST', '/presence/heartbeat', { body: {} }));
    ok(await client.master('user-3').request('PUT', '/presence', { body: { state: 'invisible' } }));
    const pages: string[][] = [];
    let cursor = '';
    do {
      const { data, page } = ok(await client.request('GET', `/rooms/${room.id}/online?limit=2${cursor}`));
      pages.push(data.map(({ user_id }: any) => user_id));
      cursor = page.has_more ? `&cursor=${page.next_cursor}` : '';
    } while (cursor);
    expect(pages.flat().toSorted()).toEqual(names.filter((name) => name !== 'user-3'));
    expect(pages.every((page) => page.length <= 2)).toBe(true);
  });

  it('holds one connection to a bounded number of people', async () => {
    const names = Array.from({ length: 501 }, (_, n) => `user-${n}`);
    for (let at = 0; at < names.length; at += 100) await makeRoom(client, ['alice', ...names.slice(at, at + 100)]);
    const alice = await connect(app, (await client.login('alice')).key);
    expect((await alice.get('presence.subscribe', { user_ids: names.slice(0, 300) })).users).toHaveLength(300);
    const beyond = { user_ids: names.slice(200) };
    expect(await alice.ask('presence.subscribe', beyond)).toMatchObject({
      ok: false,
      error: { code: 'validation_failed', errors: [{ field: 'user_ids' }] },
    });
    const replaced = await alice.get('presence.subscribe', { ...beyond, replace: true });
    expect(replaced.users).toHaveLength(301);
  });

  it('of hundreds who come at once costs each subscriber an event a second, and of their return nothing', async () => {
    const names = Array.from({ length: 200 }, (_, n) => `user-${n}`);
    await makeRoom(client, [...names, ...Array.from({ length: 20 }, (_, n) => `watcher-${n}`)]);
    const keys = await Promise.all(names.map(async (name) => (await client.login(name)).key));
    const watchers: TestSocket[] = [];
    for (let n = 0; n < 20; n++) {
      const watcher = await connect(app, (await client.login(`watcher-${n}`)).key);
      await watcher.get('presence.subscribe', { user_ids: names });
      watchers.push(watcher);
    }
    const began = performance.now();
    let sockets = await Promise.all(keys.map((key) => connect(app, key)));
    await until('everybody', () => watchers.every((watcher) => told(watcher).length >= 200));
    const seconds = (performance.now() - began) / 1_000;
    for (const watcher of watchers) {
      expect(watcher.bodies('presence.updated').length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
      expect(told(watcher).toSorted()).toEqual(names.map((name) => `${name} online`).toSorted());
      watcher.received.length = 0;
    }
    for (const { socket } of sockets) socket.disconnect();
    sockets = await Promise.all(keys.map((key) => connect(app, key)));
    await sockets[0]!.get('presence.set', { state: 'away' });
    await until('the one change', () => watchers.every((watcher) => told(watcher).length > 0));
    for (const watcher of watchers) expect(told(watcher)).toEqual(['user-0 away']);
    await say(client.master('user-1').request, (await client.request('GET', '/rooms')).body.data[0].id, 'the end');
    await watchers[0]!.waitFor('message.created');
    expect(told(watchers[0]!)).toEqual(['user-0 away']);
  });
});
