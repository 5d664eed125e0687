import { at, clientOf, contents, fakeTime, FakeService, pass, shown } from '../testing/world.js';
import { MemoryStorage } from './storage.js';
import type { ChatStorage } from './storage.js';

jest.mock('socket.io-client', () => ({
  io: (url: string) => jest.requireActual('../testing/fake-service.js').socketTo(url),
}));

fakeTime();

let service: FakeService;
beforeEach(() => (service = new FakeService()));

const texts = (client: ReturnType<typeof clientOf>, { id }: { id: string }) => contents(client.room(id).state.get());

describe('what is sent', () => {
  it('is one’s own at once, also where the line is lost before it is known who one is', async () => {
    const room = service.room('ann', 'bob');
    room.say('bob', 'one');
    service.hold(/^GET \/users\/me$/);
    const client = await at(service, [room]);
    await pass(1_000);
    expect([texts(client, room), client.me.get()]).toEqual([['one'], null]);
    client.disconnect();
    client.room(room.id).send({ content: 'two' });
    expect(client.room(room.id).state.get().messages).toMatchObject([
      { content: 'one' },
      { content: 'two', status: 'sending', sender_id: 'ann' },
    ]);
  });

  it('stays to be seen whatever is loaded, cut and read anew meanwhile, and is there once', async () => {
    const room = service.room('ann', 'bob');
    for (let n = 0; n < 60; n++) room.say('bob', `old ${n}`);
    const go = service.hold(/\/messages\?/);
    const client = await at(service, [room]);
    const loading = client.room(room.id);
    const { sent } = loading.send({ content: 'in the middle' });
    service.cut();
    await pass(10);
    loading.send({ content: 'without a line' });
    expect(texts(client, room).at(-1)).toBe('without a line');
    // More than a resume tells: the room is read anew, while it is loaded.
    for (let n = 0; n < 310; n++) room.say('bob', `new ${n}`);
    const again = service.hold(/\/messages\?/);
    service.isReachable = true;
    await pass(3_000);
    expect(texts(client, room)).toContain('without a line');
    go();
    again();
    await pass(5_000);
    await expect(sent).resolves.toMatchObject({ content: 'in the middle' });
    expect(room.messages.filter(({ sender_id }) => sender_id === 'ann').map(({ content }) => content)).toEqual([
      'in the middle',
      'without a line',
    ]);
    expect(shown(client)).toEqual(shown(await at(service, [room])));
  });

  it('before the client connects is sent after what was kept, each once', async () => {
    const room = service.room('ann', 'bob');
    const storage = new MemoryStorage();
    const first = await at(service, [room], { storage });
    await pass(1_000);
    service.cut();
    first.room(room.id).send({ content: 'one' });
    await first.close();
    service.isReachable = true;
    const second = clientOf(service, { storage });
    second.room(room.id).send({ content: 'two' });
    await pass();
    await at(service);
    void second.connect();
    await pass(1_000);
    expect(room.messages.map(({ content }) => content)).toEqual(['one', 'two']);
    expect((await storage.get('outbox')) as object).toMatchObject({ owner: 'ann', entries: [] });
  });

  it('is never said by somebody else, who logs in to what was kept', async () => {
    const room = service.room('ann', 'bob');
    service.keys.set('of bob', 'bob');
    const storage = new MemoryStorage();
    const first = await at(service, [room], { storage });
    await pass(1_000);
    await first.close();
    service.isReachable = false;
    const offline = await at(service, [], { storage });
    offline.room(room.id).send({ content: 'of ann' });
    await offline.close();
    service.isReachable = true;
    const bob = await at(service, [room], { storage, key: 'of bob' });
    await pass(1_000);
    expect([texts(bob, room), room.messages]).toEqual([[], []]);
  });

  it('is refused where another user takes over, and not shown to them', async () => {
    const room = service.room('ann', 'bob');
    service.keys.set('of bob', 'bob');
    let key = 'key';
    const client = await at(service, [room], { key: async () => key });
    await pass(1_000);
    service.cut();
    const { sent } = client.room(room.id).send({ content: 'of ann' });
    service.keys.delete('key');
    key = 'of bob';
    service.isReachable = true;
    await pass(5_000);
    await expect(sent).rejects.toMatchObject({ code: 'closed' });
    expect([client.me.get()?.user_id, texts(client, room), room.messages]).toEqual(['bob', [], []]);
  });
});

describe('a client', () => {
  it('that is disconnected before it has begun stays so', async () => {
    const client = clientOf(service);
    const connected = client.connect();
    client.disconnect();
    await expect(connected).rejects.toMatchObject({ code: 'closed' });
    await pass(1_000);
    expect([client.connection.get().status, service.sockets.size]).toEqual(['idle', 0]);
    await client.connect();
    expect(client.connection.get().status).toBe('online');
  });

  it('begins a session with a resume of what it has, and reads nothing anew', async () => {
    const room = service.room('ann', 'bob');
    const storage = new MemoryStorage();
    const first = await at(service, [room], { storage });
    await pass(1_000);
    await first.close();
    room.say('bob', 'meanwhile');
    service.tell('ann', 'notification.created', { delivery_id: 'd', title: 'missed' });
    service.asked.length = 0;
    const client = await at(service, [room], { storage });
    const heard: string[] = [];
    client.on('*', ({ type, rev }) => rev !== undefined && heard.push(type));
    await pass(1_000);
    expect(client.notifications.get()).toMatchObject([{ title: 'missed' }]);
    expect(texts(client, room)).toEqual(['meanwhile']);
    expect(service.asked.filter((one) => /rooms/.test(one))).toEqual([]);
  });

  it('hears of all that comes while it begins', async () => {
    const go = service.hold(/^POST \/rooms\/query/);
    const client = await at(service);
    const room = service.room('bob');
    room.join('ann');
    go();
    await pass(3_000);
    expect(client.rooms.get().map((one) => one.room.id)).toEqual([room.id]);
  });

  it('goes on where it was when a gap is filled, on each stream, without reading anew', async () => {
    const room = service.room('ann', 'bob');
    const client = await at(service, [room]);
    await pass(3_000);
    service.asked.length = 0;
    service.deliver = () => {};
    for (const n of [1, 2, 3]) {
      room.say('bob', `lost ${n}`);
      service.tell('ann', 'notification.created', { delivery_id: `lost ${n}`, title: null });
    }
    service.deliver = (_, send) => send();
    for (const n of [1, 2]) {
      room.say('bob', `early ${n}`);
      service.tell('ann', 'notification.created', { delivery_id: `early ${n}`, title: null });
    }
    await pass(3_000);
    expect(texts(client, room)).toEqual(['lost 1', 'lost 2', 'lost 3', 'early 1', 'early 2']);
    const ids = client.notifications.get().map(({ delivery_id }) => delivery_id);
    expect(ids).toEqual(['early 2', 'early 1', 'lost 3', 'lost 2', 'lost 1']);
    expect(service.said.filter(({ name }) => name === 'sync.resume').length).toBeLessThanOrEqual(3);
    expect(service.asked.filter((one) => /messages|query/.test(one))).toEqual([]);
  });

  it('tells of the events of who takes over, though it had told of more before', async () => {
    service.keys.set('of bob', 'bob');
    let key = 'key';
    const client = await at(service, [], { key: async () => key });
    const titles: string[] = [];
    client.on('notification.created', ({ data }) => titles.push(data.title));
    await pass(1_000);
    for (const title of ['1', '2', '3']) service.tell('ann', 'notification.created', { delivery_id: title, title });
    key = 'of bob';
    service.keys.delete('key');
    service.cut(true);
    await pass(3_000);
    service.tell('bob', 'notification.created', { delivery_id: 'd', title: 'of bob' });
    expect(titles).toEqual(['1', '2', '3', 'of bob']);
    expect(client.notifications.get().map(({ title }) => title)).toEqual(['of bob']);
  });

  it('comes back, types and refreshes when the clock of the device jumps', async () => {
    const room = service.room('ann', 'bob');
    const client = await at(service, [room]);
    await pass(1_000);
    const typed = () => service.said.filter(({ name }) => name === 'typing.start').length;
    client.room(room.id).setTyping(true);
    for (const socket of service.sockets) socket.tell('session.draining', { reconnect_after_ms: 1_000 });
    jest.setSystemTime(Date.now() - 24 * 3_600_000);
    service.cut(true);
    await pass(5_000);
    expect(client.connection.get().status).toBe('online');
    client.room(room.id).setTyping(true);
    expect(typed()).toBe(2);
  });

  it('stays bounded in what it tells when a thousand events come at once', async () => {
    const room = service.room('ann', 'bob');
    const client = await at(service, [room]);
    await pass(3_000);
    let told = 0;
    client.room(room.id).state.subscribe(() => told++);
    const before = service.said.length + service.asked.length;
    for (let n = 0; n < 1_000; n++) room.say('bob', `${n}`);
    await pass(3_000);
    expect(told).toBeLessThan(10);
    expect(service.said.length + service.asked.length - before).toBeLessThan(10);
    const { messages, unread, has_older } = client.room(room.id).state.get();
    expect([messages.length, messages.at(-1)!.content, unread, has_older]).toEqual([400, '999', 1_000, true]);
    expect(messages.every(({ seq }, n) => seq === messages[0]!.seq + n)).toBe(true);
    expect(client.unread.get().total_unread).toBe(1_000);
  });
});

describe('storage', () => {
  const broken: [string, (real: ChatStorage) => ChatStorage][] = [
    ['refuses everything', () => storageOf(async () => Promise.reject(new Error('no')))],
    [
      'throws at once',
      () =>
        storageOf(() => {
          throw new Error('no');
        }),
    ],
    ['never answers', () => storageOf(() => new Promise(() => {}))],
    [
      'reads, and is full',
      (real) => ({ ...storageOf(async () => Promise.reject(new Error('full'))), get: (key) => real.get(key) }),
    ],
    [
      'holds what nobody wrote',
      (real) => ({ ...storageOf(async () => {}), get: async (key) => (await real.get(key)) ?? 'junk' }),
    ],
  ];
  function storageOf(act: () => Promise<any>): ChatStorage {
    return { get: act, set: act, delete: act };
  }

  it.each(broken)('that %s costs no message', async (_, make) => {
    const room = service.room('ann', 'bob');
    room.say('bob', 'one');
    const client = await at(service, [room], { storage: make(new MemoryStorage()) });
    const { sent } = client.room(room.id).send({ content: 'two' });
    await pass(30_000);
    await expect(sent).resolves.toMatchObject({ content: 'two' });
    expect(shown(client)).toEqual(shown(await at(service, [room])));
    service.cut(true);
    room.say('bob', 'three');
    await pass(3_000);
    expect(texts(client, room)).toEqual(['one', 'two', 'three']);
  });

  it('that two clients share holds what each goes on from', async () => {
    const room = service.room('ann', 'bob');
    const storage = new MemoryStorage();
    const tabs = [await at(service, [room], { storage }), await at(service, [room], { storage })];
    await pass(1_000);
    for (const [n, tab] of tabs.entries()) {
      tab.room(room.id).send({ content: `tab ${n}` });
      room.say('bob', `bob ${n}`);
      service.room('bob').join('ann');
      await pass(150);
    }
    service.cut();
    for (const [n, tab] of tabs.entries()) tab.room(room.id).send({ content: `later ${n}` });
    await pass(1_000);
    service.isReachable = true;
    const third = await at(service, [room], { storage });
    await pass(10_000);
    const said = room.messages.map(({ content }) => content);
    expect(said.toSorted()).toEqual(['bob 0', 'bob 1', 'later 0', 'later 1', 'tab 0', 'tab 1']);
    for (const one of [...tabs, third]) expect(shown(one)).toEqual(shown(await at(service, [room])));
  });
});

describe('a stretch of history', () => {
  const long = (count = 200) => {
    const room = service.room('ann', 'bob');
    for (let n = 1; n <= count; n++) room.say('bob', `${n}`);
    return room;
  };
  const seqs = (client: ReturnType<typeof clientOf>, { id }: { id: string }) => {
    const { messages, has_older, has_newer } = client.room(id).state.get();
    const all = messages.map(({ seq }) => seq);
    expect(all).toEqual(all.map((_, n) => all[0]! + n));
    return { from: all[0], to: all.at(-1), has_older, has_newer };
  };

  it('has no hole when it is left for the latest while an older page is on its way', async () => {
    const room = long();
    const client = await at(service, [room]);
    await client.room(room.id).jumpTo(100);
    const go = service.hold(/before_seq/);
    const older = client.room(room.id).loadOlder();
    await pass();
    await client.room(room.id).jumpTo('latest');
    go();
    await older;
    expect(seqs(client, room)).toEqual({ from: 151, to: 200, has_older: true, has_newer: false });
  });

  it('has no hole when the room is read anew while a page is on its way', async () => {
    const room = long(120);
    const client = await at(service, [room]);
    for (const side of ['older', 'around'] as const) {
      const go = service.hold(/before_seq|around_seq/);
      const loading = side === 'older' ? client.room(room.id).loadOlder() : client.room(room.id).jumpTo(5);
      await pass();
      service.deliver = () => {};
      for (let n = 0; n < 320; n++) room.say('bob', `new ${n}`);
      service.deliver = (_, send) => send();
      room.say('bob', `after ${side}`);
      await pass(3_000);
      go();
      await loading;
      await pass(1_000);
      const { to, has_newer } = seqs(client, room);
      expect([side, has_newer || to === room.last_seq]).toEqual([side, true]);
      await client.room(room.id).jumpTo('latest');
      expect(seqs(client, room)).toMatchObject({ to: room.last_seq, has_newer: false });
    }
  });

  it('ends where the newest is after the first page came late', async () => {
    const room = long(60);
    const go = service.hold(/messages\?limit=50$/);
    const client = await at(service, [room]);
    service.deliver = () => {};
    for (let n = 0; n < 320; n++) room.say('bob', `new ${n}`);
    service.deliver = (_, send) => send();
    room.say('bob', 'the last');
    await pass(3_000);
    go();
    await pass(1_000);
    expect(seqs(client, room)).toMatchObject({ to: room.last_seq, has_newer: false });
  });

  it('of a room that is deleted meanwhile is nowhere', async () => {
    const room = long();
    const client = await at(service, [room]);
    const go = service.hold(/before_seq/);
    const loading = client.room(room.id).loadOlder();
    await pass();
    room.delete();
    go();
    expect(await loading).toBe(false);
    await pass(1_000);
    expect([client.rooms.get(), client.room(room.id).state.get().messages]).toEqual([[], []]);
    // And one that is deleted while it is read for the first time.
    const other = long(3);
    const answered = service.hold(new RegExp(`^GET /rooms/${other.id}$`));
    const opened = client.room(other.id).open();
    await pass();
    other.delete();
    answered();
    await opened.catch(() => {});
    await pass(1_000);
    expect([client.rooms.get(), client.room(other.id).state.get().room]).toEqual([[], null]);
  });

  it('of a room that one came into is shown, also when it is opened while its last message is read for the list', async () => {
    const client = await at(service);
    const room = service.room('bob');
    room.say('bob', 'before');
    const go = service.hold(/messages\?limit=1$/);
    room.join('ann');
    await pass(10);
    await client.room(room.id).open();
    expect(texts(client, room)).toEqual(['before']);
    go();
    await pass(10);
    room.say('bob', 'after');
    await pass(1_000);
    expect(texts(client, room)).toEqual(['before', 'after']);
    const other = await at(service, [room]);
    await pass(1_000);
    expect(shown(client)).toEqual(shown(other));
  });

  it('takes what happens to messages that it does not hold, and shows it when they are loaded', async () => {
    const room = long();
    const client = await at(service, [room]);
    room.edit(room.messages[9]!.id, 'edited');
    room.remove(room.messages[10]!.id);
    room.react('bob', room.messages[11]!.id, '+');
    expect(seqs(client, room)).toEqual({ from: 151, to: 200, has_older: true, has_newer: false });
    await client.room(room.id).jumpTo(11);
    const { messages } = client.room(room.id).state.get();
    expect(messages.slice(9, 12)).toMatchObject([
      { content: 'edited' },
      { content: null, deleted_at: 'now' },
      { reactions: [{ key: '+' }] },
    ]);
  });

  it('is jumped to, by a place, to what is unread and to the latest; what is said meanwhile is not lost', async () => {
    const room = long();
    room.read('ann', 120);
    const client = await at(service, [room]);
    const it = client.room(room.id);
    await it.jumpTo('unread');
    expect(seqs(client, room)).toEqual({ from: 96, to: 145, has_older: true, has_newer: true });
    room.say('bob', 'meanwhile');
    room.edit(room.messages[120]!.id, 'edited');
    const { messages, unread } = it.state.get();
    expect([messages.at(-1)!.seq, messages[25]!.content, unread]).toEqual([145, 'edited', 81]);
    expect(client.rooms.get()[0]!.last_message!.content).toBe('meanwhile');
    // One that is said while the last page is on its way.
    const go = service.hold(/after_seq=195/);
    while (it.state.get().has_newer) {
      const more = it.loadNewer();
      await pass();
      if (it.state.get().messages.at(-1)!.seq === 195) {
        room.say('bob', 'just now');
        go();
      }
      await more;
    }
    expect(seqs(client, room)).toEqual({ from: 96, to: 202, has_older: true, has_newer: false });
    room.say('bob', 'live again');
    expect(texts(client, room).at(-1)).toBe('live again');
    for (const [place, first, last] of [
      [0, 1, 50],
      [1_000_000, 178, 203],
    ] as const) {
      await it.jumpTo(place);
      const { from, to } = seqs(client, room);
      expect([place, from! <= first, to! >= last]).toEqual([place, true, true]);
    }
    await it.jumpTo(3);
    it.send({ content: 'from the past' });
    await pass(1_000);
    expect(texts(client, room).at(-1)).toBe('from the past');
    expect(it.state.get().has_newer).toBe(false);
  });
});

describe('a room that is the user’s no longer', () => {
  it('says so where it is open, and is there again when the user is', async () => {
    const room = service.room('ann', 'bob');
    room.say('bob', 'one');
    const client = await at(service, [room]);
    await pass(1_000);
    const { state } = client.room(room.id);
    room.leave('ann', 'banned');
    await pass();
    const error = { code: 'not_found', detail: 'No longer in this room: banned' };
    expect(state.get()).toMatchObject({ room: null, loading: false, error });
    expect(client.rooms.get()).toEqual([]);
    room.join('ann');
    await pass(1_000);
    expect(texts(client, room)).toEqual(['one']);
    expect(state.get().error).toBeUndefined();
  });

  it('says so, too, where it went while there was no line', async () => {
    const room = service.room('ann', 'bob');
    const client = await at(service, [room]);
    await pass(1_000);
    service.cut();
    room.delete();
    service.isReachable = true;
    await pass(5_000);
    expect(client.room(room.id).state.get()).toMatchObject({ room: null, error: { code: 'not_found' } });
  });
});

describe('a room of more than a hundred', () => {
  const crowd = (count: number) => service.room('ann', ...Array.from({ length: count - 1 }, (_, n) => `user ${n}`));

  it.each([99, 100, 101, 150])(
    'of %i, who come and go over the line, is shown as to who begins anew',
    async (count) => {
      const room = crowd(count);
      room.say('user 0', 'one');
      const client = await at(service, [room]);
      await pass(3_000);
      const steps = [
        () => room.join('new 1'),
        () => room.join('new 2'),
        () => room.say('user 1', 'two'),
        () => room.leave('user 3'),
        () => room.leave('user 4'),
        () => room.read('user 2', 2),
        () => room.leave('user 5'),
        () => room.join('user 4'),
      ];
      for (const [n, step] of steps.entries()) {
        step();
        await pass(3_000);
        const fresh = await at(service, [room]);
        await pass(3_000);
        expect({ n, ...shown(client) }).toEqual({ n, ...shown(fresh) });
        await fresh.close();
      }
      const all = [];
      for await (const { user_id } of client.room(room.id).members()) all.push(user_id);
      expect(all.length).toBe(room.members.size);
    },
  );

  it('drops who leaves while its members are on their way', async () => {
    const room = crowd(150);
    const go = service.hold(/\/members/);
    const client = await at(service, [room]);
    room.leave('user 3');
    go();
    await pass(3_000);
    const { members, room: of } = client.room(room.id).state.get();
    expect([members.some(({ user_id }) => user_id === 'user 3'), members.length, of!.member_count]).toEqual([
      false,
      100,
      149,
    ]);
  });
});

describe('what was read', () => {
  it('lowers at once what is unread, in the room and in all, and counts again when it is marked as unread', async () => {
    const room = service.room('ann', 'bob');
    for (const text of ['one', 'two', 'three']) room.say('bob', text);
    const client = await at(service, [room]);
    await pass(3_000);
    const seen = () => [client.unread.get().total_unread, client.room(room.id).state.get().unread];
    expect(seen()).toEqual([3, 3]);
    client.room(room.id).markRead();
    expect(seen()).toEqual([0, 0]);
    await pass(3_000);
    expect([seen(), room.me('ann').last_read_seq]).toEqual([[0, 0], 3]);
    await client.room(room.id).markUnread(2);
    expect(client.room(room.id).state.get()).toMatchObject({ unread: 2, me: { last_read_seq: 1 } });
  });

  it.each([
    [100, 1],
    [101, 0],
  ])('is told as delivered in rooms of at most a hundred: of %i, %i times', async (count, times) => {
    const room = service.room('ann', 'bob', ...Array.from({ length: count - 2 }, (_, n) => `user ${n}`));
    await at(service, [room]);
    await pass(3_000);
    room.say('bob', 'one');
    await pass(3_000);
    expect(service.said.filter(({ name }) => name === 'receipt.delivered')).toHaveLength(times);
  });
});

describe('what is hidden for oneself', () => {
  it('on another device is hidden here too, stays so when it is edited, and after a restart', async () => {
    const room = service.room('ann', 'bob');
    const [one] = ['one', 'two'].map((text) => room.say('bob', text));
    const storage = new MemoryStorage();
    const client = await at(service, [room], { storage });
    service.person('ann').hidden.add(one!.id);
    service.tell('ann', 'message.hidden', { room_id: room.id, message_id: one!.id });
    await pass();
    const shows = (who: typeof client) =>
      who
        .room(room.id)
        .state.get()
        .messages.map(({ hidden, content }) => [hidden ?? false, content]);
    const seen = [
      [true, null],
      [false, 'two'],
    ];
    expect(shows(client)).toEqual(seen);
    room.edit(one!.id, 'changed');
    await pass();
    expect(shows(client)).toEqual(seen);
    await client.close();
    const again = await at(service, [room], { storage });
    room.edit(one!.id, 'changed again');
    await pass();
    expect(shows(again)).toEqual(seen);
  });
});

it('acknowledges each notification when it comes, and lists the newest first', async () => {
  const client = await at(service);
  for (const n of [1, 2]) {
    const delivery = { notification_id: `n${n}`, delivery_id: `d${n}`, title: `${n}`, body: null, data: {} };
    service.tell('ann', 'notification.created', delivery);
  }
  await pass();
  expect(service.said.filter(({ name }) => name === 'notification.ack').map(({ data }) => data)).toEqual([
    { id: 'd1' },
    { id: 'd2' },
  ]);
  expect(client.notifications.get().map(({ title }) => title)).toEqual(['2', '1']);
});

describe('presence', () => {
  const watched = () =>
    service.said.filter(({ name }) => name === 'presence.subscribe').map(({ data }) => data.user_ids);

  it('is asked for whom somebody watches, once for all, again after a reconnect, and ends with the last', async () => {
    const client = await at(service);
    const ends = [client.watchPresence(['bob', 'cid']), client.watchPresence(['bob', 'bob'])];
    await pass();
    expect(watched()).toEqual([['bob', 'cid']]);
    expect([...client.presence.get().keys()]).toEqual(['bob', 'cid']);
    service.tell('ann', 'presence.updated', { users: [{ user_id: 'bob', state: 'away', text: null }] }, false);
    expect(client.presence.get().get('bob')).toMatchObject({ state: 'away' });
    service.cut(true);
    await pass(3_000);
    expect(watched().slice(1)).toEqual([['bob', 'cid']]);
    expect(client.presence.get().get('bob')).toMatchObject({ state: 'online' });
    ends[0]!();
    ends[0]!();
    await pass();
    expect(watched().at(-1)).toEqual(['bob']);
    ends[1]!();
    await pass();
    expect([watched().at(-1), client.presence.get().size]).toEqual([[], 0]);
  });

  it('is asked for the last five hundred where more are watched, which the service would refuse', async () => {
    const client = await at(service);
    client.watchPresence(Array.from({ length: 501 }, (_, n) => `user ${n}`));
    await pass();
    expect([watched()[0].length, watched()[0][0]]).toEqual([500, 'user 1']);
    expect(client.presence.get().size).toBe(500);
  });

  it('is asked for again when the service could not answer just then', async () => {
    let times = 0;
    service.interfere = (name) =>
      name === 'presence.subscribe' && times++ < 2
        ? { code: 'rate_limited', status: 429, retryable: true, detail: 'slow', request_id: 'q' }
        : undefined;
    const client = await at(service);
    client.watchPresence(['bob']);
    await pass(10_000);
    expect([...client.presence.get().keys()]).toEqual(['bob']);
    expect(times).toBe(3);
  });
});

describe('invitations', () => {
  const invite = (room: { id: string }, more: object = {}) => {
    const one = {
      id: service.id('invite-'),
      room_id: room.id,
      user_id: 'ann',
      status: 'pending',
      kind: 'user',
      ...more,
    };
    service.person('ann').invites.push(one);
    return one;
  };
  const ids = (client: ReturnType<typeof clientOf>) => client.invites.get().map(({ id }) => id);

  it('arrive, are accepted, declined and revoked, live and after a break', async () => {
    const [room, other] = [service.room('bob'), service.room('bob')];
    const kept = invite(room);
    const client = await at(service);
    await pass(1_000);
    expect(ids(client)).toEqual([kept.id]);
    const live = invite(other);
    service.tell('ann', 'invite.created', live);
    // What the user sends to others is told on the same stream.
    service.tell('ann', 'invite.created', { ...live, id: 'to somebody else', user_id: 'bob' });
    expect(ids(client)).toEqual([live.id, kept.id]);
    const { room_id } = await client.acceptInvite(live.id);
    await pass(1_000);
    expect([room_id, ids(client), client.rooms.get().map((one) => one.room.id)]).toEqual([
      other.id,
      [kept.id],
      [other.id],
    ]);
    await client.declineInvite(kept.id);
    expect(ids(client)).toEqual([]);
    service.cut();
    const missed = invite(room);
    service.tell('ann', 'invite.created', missed);
    const revoked = invite(room);
    service.tell('ann', 'invite.created', revoked);
    service.tell('ann', 'invite.revoked', revoked);
    service.isReachable = true;
    await pass(3_000);
    expect(ids(client)).toEqual([missed.id]);
  });

  it('by a code lead into the room, and a code that leads nowhere says so', async () => {
    const room = service.room('bob');
    room.say('bob', 'before');
    invite(room, { kind: 'link', code: 'c', user_id: null });
    const client = await at(service);
    await client.acceptInvite({ code: 'c' });
    await client.room(room.id).open();
    expect(texts(client, room)).toEqual(['before']);
    await expect(client.acceptInvite({ code: 'c' })).rejects.toMatchObject({ code: 'not_found', status: 404 });
  });
});
