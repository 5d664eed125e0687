import { at, fakeTime, FakeService, pass, shown } from '../testing/world.js';

jest.mock('socket.io-client', () => ({
  io: (url: string) => jest.requireActual('../testing/fake-service.js').socketTo(url),
}));

fakeTime();

let service: FakeService;
beforeEach(() => (service = new FakeService()));

describe('a key that expires', () => {
  const tellAll = () => {
    for (const socket of service.sockets) {
      socket.tell('session.expiring', { expires_at: new Date(Date.now() + 60_000).toISOString() });
    }
  };
  /** And the time until a fresh one is asked for, at its longest: two fifths of what is left. */
  const expire = async () => {
    const drawn = jest.spyOn(Math, 'random').mockReturnValue(1);
    tellAll();
    await pass(1);
    drawn.mockRestore();
    await pass(24_000);
  };
  const refreshes = () => service.said.filter(({ name }) => name === 'auth.refresh').map(({ data }) => data.api_key);
  /** A client whose function gives these, one after the other. */
  const withKeys = async (...gives: (() => Promise<string>)[]) => {
    service.keys.set('fresh', 'ann').set('of bob', 'bob');
    let asked = 0;
    const key = () => gives[Math.min(asked++, gives.length - 1)]!();
    const client = await at(service, [service.room('ann', 'bob')], { key });
    await pass(1_000);
    return { client, socket: [...service.sockets][0]!, asked: () => asked };
  };
  const give = (key: string) => () => Promise.resolve(key);

  it('is followed by a fresh one, on the same line, which REST uses too', async () => {
    const { client, socket, asked } = await withKeys(give('key'), give('fresh'));
    await expire();
    await pass();
    expect([refreshes(), asked(), [...service.sockets]]).toEqual([['fresh'], 2, [socket]]);
    service.keys.delete('key');
    await expect(
      client.api.GET('/api/v1/users/{user_id}', { params: { path: { user_id: 'me' } } }),
    ).resolves.toBeDefined();
    expect(asked()).toBe(2);
  });

  it('is not followed at once, so that two that end each other’s key do not log in without a pause', async () => {
    const { asked } = await withKeys(give('key'), give('fresh'));
    tellAll();
    await pass(5_900);
    expect([refreshes(), asked()]).toEqual([[], 1]);
    await pass(18_100);
    expect([refreshes(), asked()]).toEqual([['fresh'], 2]);
  });

  it('is asked for again when the function failed, and the old one is used until then', async () => {
    const fails = () => Promise.reject(new Error('The back end is away'));
    const { client, socket, asked } = await withKeys(give('key'), fails, fails, give('fresh'));
    await expire();
    await pass();
    await expect(client.api.GET('/api/v1/unread')).resolves.toBeDefined();
    expect([refreshes(), client.connection.get().status]).toEqual([[], 'online']);
    await pass(12_000);
    expect([refreshes(), asked(), [...service.sockets]]).toEqual([['fresh'], 4, [socket]]);
  });

  it('holds up nothing for ever when the function hangs', async () => {
    const hangs = () => new Promise<string>(() => {});
    const { client } = await withKeys(give('key'), hangs, give('fresh'));
    await expire();
    await pass();
    // The old one is good for a minute yet.
    await expect(client.api.GET('/api/v1/unread')).resolves.toBeDefined();
    await pass(36_000);
    expect(refreshes()).toEqual(['fresh']);
    await expect(client.api.GET('/api/v1/unread')).resolves.toBeDefined();
  });

  it('leaves a client that begins without one offline, not waiting for ever', async () => {
    const hangs = () => new Promise<string>(() => {});
    const { client } = await withKeys(hangs, give('key'));
    expect(client.connection.get().status).toBe('connecting');
    await pass(32_000);
    expect(client.connection.get().status).toBe('online');
  });

  it('of another user makes it their session at once, and nothing of the first is left', async () => {
    const { client, socket } = await withKeys(give('key'), give('of bob'));
    const own = service.room('bob');
    own.say('bob', 'to himself');
    const [shared] = service.rooms.values();
    await expire();
    await pass(3_000);
    expect([refreshes(), service.sockets.has(socket), client.me.get()?.user_id]).toEqual([['of bob'], false, 'bob']);
    expect(shown(client)).toEqual(shown(await at(service, [shared!], { key: 'of bob' })));
  });

  it('that is a text ends with it, and closes the client', async () => {
    const client = await at(service);
    await expire();
    await pass();
    expect([refreshes(), client.connection.get().status]).toEqual([[], 'online']);
    service.keys.delete('key');
    service.cut(true);
    await pass(3_000);
    expect(client.connection.get()).toMatchObject({ status: 'closed', error: { code: 'invalid_key' } });
  });
});

describe('a server that drains', () => {
  it('is left when it says, with what was on its way, which comes once', async () => {
    const room = service.room('ann', 'bob');
    const client = await at(service, [room]);
    await pass(1_000);
    const told: number[] = [];
    client.on('message.created', ({ data }) => told.push(data.seq));
    const [first] = service.sockets;
    first!.tell('session.draining', { reconnect_after_ms: 2_000 });
    // It was stored, and its acknowledgement is lost with the line.
    service.hold(/^message\.send$/);
    client.room(room.id).send({ content: 'one' });
    await pass(1_000);
    room.say('bob', 'two');
    expect([client.connection.get().status, service.sockets.has(first!)]).toEqual(['online', true]);
    service.deliver = () => {};
    room.say('bob', 'not heard');
    client.room(room.id).send({ content: 'three' });
    service.deliver = (_, send) => send();
    await pass(5_000);
    expect([service.sockets.has(first!), service.sockets.size, client.connection.get().status]).toEqual([
      false,
      1,
      'online',
    ]);
    expect(room.messages.map(({ content }) => content).toSorted()).toEqual(['not heard', 'one', 'three', 'two']);
    expect(told).toEqual([1, 2, 3, 4]);
    expect(shown(client)).toEqual(shown(await at(service, [room])));
  });

  it('that goes earlier is not come back to before it said', async () => {
    const client = await at(service);
    for (const socket of service.sockets) socket.tell('session.draining', { reconnect_after_ms: 5_000 });
    service.cut(true);
    await pass(4_900);
    expect([client.connection.get().status, service.sockets.size]).toEqual(['offline', 0]);
    await pass(1_000);
    expect(client.connection.get().status).toBe('online');
  });
});
