import { oneApp } from '../support/one-app.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

const one = oneApp();
const { as } = one;
const HOPS = 'chatapi-hops';
/** Beyond it, nothing is done. */
const MOST = 8;

const ok = async (method: string, path: string, body?: object): Promise<any> => {
  const answer = await as(undefined, method, path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

const makeSource = (): Promise<any> =>
  ok('POST', '/webhooks/sources', {
    name: 'Round',
    verification: { template: 'none', id_header: 'x-id' },
    allow_unsigned: true,
  });
const makeRule = (source: { id: string }, actions: object[]): Promise<any> =>
  ok('POST', '/webhooks/rules', { source_id: source.id, actions });

const send = async (source: { url: string }, payload: object, headers: Record<string, string> = {}): Promise<any> => {
  const path = `/${new URL(source.url).pathname}`;
  const answer = await one.app.request('POST', path, { headers, body: JSON.stringify(payload) });
  expect(answer.status).toBe(202);
  return answer.body;
};

const eventsOf = async (source: { id: string }): Promise<any[]> =>
  (await ok('GET', `/webhooks/sources/${source.id}/events?limit=100`)).data;
const isLoop = ({ reason }: any): boolean => reason === 'loop';
const hopsOf = ({ headers }: any): number => Number(headers[HOPS] ?? 0);
/** How far away each of a source's events is, once so many have gone in a circle, and nothing is left to be done. */
const ended = (source: { id: string }, loops: number): Promise<number[]> =>
  until('it to end', async () => {
    const events = await eventsOf(source);
    const done = events.filter(isLoop).length === loops && events.every(({ status }) => status !== 'stored');
    return done && events.map(hopsOf).toSorted((a, b) => a - b);
  });

describe('what goes in a circle', () => {
  it('ends where a rule tells its own source, also where it doubles', async () => {
    const source = await makeSource();
    const again = {
      type: 'send_notification',
      params: { channels: { webhook: { url: source.url, payload: { from: { $jsonata: '$event.id' } } } } },
    };
    await makeRule(source, [
      again,
      {
        ...again,
        params: {
          channels: {
            webhook: { ...again.params.channels.webhook, payload: { n: 2, from: { $jsonata: '$event.id' } } },
          },
        },
      },
    ]);
    await send(source, {}, { [HOPS]: String(MOST - 2) });
    expect(await ended(source, 8)).toEqual([6, 7, 7, ...Array(4).fill(MOST), ...Array(8).fill(MOST + 1)]);
    const loop = (await eventsOf(source)).find(isLoop);
    expect(loop).toMatchObject({
      status: 'failed',
      verified: true,
      results: [],
      payload: { from: expect.any(String) },
    });
    const replay = await ok('POST', `/webhooks/sources/${source.id}/replay`, { event_ids: [loop.id] });
    expect(replay).toEqual({ matched: 1, replayed: 0, skipped: 1 });
    // The receiver took them, so nobody tries again.
    const [{ n }] = await one.app.sql('select count(*)::int as n from notifications where client_id = $1', [
      one.client.id,
    ]);
    expect(n).toBe(14);
  });

  it('ends where a source hears of what its rule says', async () => {
    const source = await makeSource();
    const room = await ok('POST', '/rooms', { room_type: 'group', name: 'round', members: ['ann'] });
    await ok('POST', '/webhooks/endpoints', { url: source.url, event_types: ['message.created'] });
    await makeRule(source, [
      { type: 'send_message', params: { room_id: room.id, content: { $jsonata: '"re: " & $string(seq)' } } },
    ]);
    // What others write is nobody's hop, whatever they call it.
    const forged = { sender_type: 'bot', client_msg_id: `rule-${room.id}-7` };
    await ok('POST', `/rooms/${room.id}/messages`, {
      content: 'go',
      ...forged,
      sender_type: undefined,
      metadata: forged,
    });
    expect(await ended(source, 1)).toEqual(Array.from({ length: MOST + 2 }, (_, hops) => hops));
    expect((await ok('GET', `/rooms/${room.id}`)).last_seq).toBe(MOST + 2);
  });

  it('ends where a rule adds whoever it is told to the room, once it hears of that', async () => {
    const source = await makeSource();
    const room = await ok('POST', '/rooms', { room_type: 'group', name: 'more and more', members: ['ann'] });
    await ok('POST', '/webhooks/endpoints', { url: source.url, event_types: ['member.joined'] });
    const members = [{ $jsonata: '"u" & $event.id' }];
    await makeRule(source, [{ type: 'add_members', params: { room_id: room.id, members } }]);
    // Who is added by others is nobody's hop, whomever rules add besides.
    await send(source, {}, { [HOPS]: String(MOST - 1) });
    expect(await ended(source, 1)).toEqual([MOST - 1, MOST, MOST + 1]);
    await ok('POST', `/rooms/${room.id}/members`, { members: ['bob'] });
    expect(await ended(source, 2)).toEqual(
      [...Array.from({ length: MOST + 2 }, (_, hops) => hops), MOST - 1, MOST, MOST + 1].toSorted((a, b) => a - b),
    );
  });

  it('ends where it goes by rooms, or by what became of notifications', async () => {
    const [told, made] = [await makeSource(), await makeSource()];
    await ok('POST', '/webhooks/endpoints', { url: told.url, event_types: ['notification.completed'] });
    await ok('POST', '/webhooks/endpoints', { url: made.url, event_types: ['room.created'] });
    await makeRule(told, [
      {
        type: 'send_notification',
        params: { recipients: [{ user_id: 'ann' }], channels: { websocket: { title: 'again' } } },
      },
    ]);
    await makeRule(made, [{ type: 'create_room', params: { room_type: 'group', name: 'again' } }]);
    await Promise.all([told, made].map((source) => send(source, {}, { [HOPS]: String(MOST - 1) })));
    for (const source of [told, made]) expect(await ended(source, 1)).toEqual([MOST - 1, MOST, MOST + 1]);
  });
});

describe('the header of hops', () => {
  let receiver: Receiver;
  beforeAll(async () => (receiver = await Receiver.start()));
  afterAll(() => receiver.stop());

  it('hurts only whose event it comes with, and counts for nothing where it is no number', async () => {
    const source = await makeSource();
    for (const [index, hops] of ['x', '-1', '9e9', ''].entries()) {
      expect((await send(source, { index }, { [HOPS]: hops })).status).toBe('stored');
    }
    for (const hops of ['1, 99', '10000000000'])
      expect((await send(source, { hops }, { [HOPS]: hops })).status).toBe('failed');
    expect((await send(source, { a: 1 }, { [HOPS]: '99', 'x-id': 'one' })).status).toBe('failed');
    expect((await send(source, { a: 1 }, { 'x-id': 'one' })).status).toBe('stored');
    expect((await send(source, { a: 1 }, { [HOPS]: String(MOST), 'x-id': 'two' })).status).toBe('stored');
    const headers = { [HOPS]: '1' };
    const refused = await as(undefined, 'POST', '/webhooks/endpoints', { url: `${receiver.url}/`, headers });
    expect([refused.status, refused.body.errors[0].field]).toEqual([422, `headers.${HOPS}`]);
  });

  it('goes with what tells that telling failed', async () => {
    const source = await makeSource();
    const room = await ok('POST', '/rooms', { room_type: 'group', name: 'gone', members: ['ann'] });
    receiver.respond(({ path }) => ({ status: path === '/gone' ? 410 : 200 }));
    await ok('POST', '/webhooks/endpoints', { url: `${receiver.url}/gone`, event_types: ['message.created'] });
    await ok('POST', '/webhooks/endpoints', { url: `${receiver.url}/failures`, event_types: ['delivery.failed'] });
    await makeRule(source, [{ type: 'send_message', params: { room_id: room.id, content: 'hi' } }]);
    await send(source, {}, { [HOPS]: '3' });
    const seen = await until('both', () => {
      const requests = receiver.requests.filter(({ headers }) => headers[HOPS] !== undefined);
      return requests.length >= 2 && requests.map(({ path, headers }) => [path, headers[HOPS]]);
    });
    expect(seen).toEqual([
      ['/gone', '4'],
      ['/failures', '4'],
    ]);
  });
});
