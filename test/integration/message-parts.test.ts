import type { MessageDto } from '../../src/messaging/messages/messages.dto.js';
import type { TestClient } from '../support/app.js';
import { makeRoom, ok } from '../support/chat.js';
import { NestApp } from '../support/nest-app.js';
import { closeSockets, connect } from '../support/socket.js';

/** Reactions are the part that there is. */
describe('what a feature adds to messages', () => {
  let app: NestApp;
  let client: TestClient;
  let roomId: string;

  beforeAll(async () => {
    app = await NestApp.start();
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    client = await app.client();
    roomId = (await makeRoom(client, ['alice', 'bob', 'carol'])).id;
  });
  afterEach(closeSockets);

  const like = async (id: string, userId: string, room = roomId) =>
    ok(await client.master(userId).request('PUT', `/rooms/${room}/messages/${id}/reactions/❤`));
  const hearts = (...userIds: string[]) => [{ key: '❤', count: userIds.length, user_ids: userIds }];

  /** Sends the same message, as alice; the answer as it came. */
  async function send(key?: string, more: object = {}) {
    const answer = await fetch(`${app.url}/api/v1/rooms/${roomId}/messages`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${client.key}`,
        'content-type': 'application/json',
        'x-user-id': 'alice',
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      body: JSON.stringify({ content: 'Hi', client_msg_id: 'once', metadata: { n: 1 }, ...more }),
    });
    const replayed = answer.headers.get('idempotency-replayed') === 'true';
    return { status: answer.status, replayed, text: await answer.text() };
  }
  const sent = async (key?: string, more?: object): Promise<MessageDto> => JSON.parse((await send(key, more)).text);

  it('is in what is read, in duplicates, and in what their Idempotency-Keys replay, byte for byte', async () => {
    const fresh = await send('fresh');
    const message = JSON.parse(fresh.text) as MessageDto;
    expect([fresh.status, message.reactions]).toEqual([201, []]);
    await like(message.id, 'bob');

    const { data } = ok(await client.request('GET', `/rooms/${roomId}/messages`));
    expect(data).toEqual([{ ...message, reactions: hearts('bob') }]);
    const one = ok(await client.request('GET', `/rooms/${roomId}/messages/${message.id}`));
    const text = JSON.stringify({ ...one, deduplicated: true });
    expect(one).toEqual(data[0]);
    expect(await send()).toEqual({ status: 200, replayed: false, text });
    expect(await send('again')).toEqual({ status: 200, replayed: false, text });
    expect(await send('again')).toEqual({ status: 200, replayed: true, text });
    // It was new when it was answered.
    expect(await send('fresh')).toEqual({ ...fresh, replayed: true });
  });

  it('is replayed as it was answered, whatever has become of it since', async () => {
    const { id } = await sent();
    await like(id, 'bob');
    const first = await send('again');
    await like(id, 'carol');
    expect(await send('again')).toEqual({ ...first, replayed: true });
    expect((await sent()).reactions).toEqual(hearts('bob', 'carol'));
  });

  it('is in the replay of an answer too large to keep', async () => {
    const url = `https://example.com/${'x'.repeat(2_000)}`;
    const large = {
      content: '€'.repeat(10_000),
      attachments: Array.from({ length: 20 }, () => ({ type: 'file', url })),
    };
    const { id } = await sent(undefined, large);
    await like(id, 'bob');
    const first = await send('large', large);
    expect(JSON.parse(first.text).reactions).toEqual(hearts('bob'));
    const [kept] = await app.sql('select body, resource_type from idempotency_keys where client_id = $1', [client.id]);
    expect(kept).toEqual({ body: null, resource_type: 'deduplicated_message' });
    expect(await send('large', large)).toEqual({ ...first, replayed: true });
  });

  it('is in what sockets are answered, and in the events of who catches up', async () => {
    const room = await makeRoom(client, ['alice', 'bob']);
    const socket = await connect(app, (await client.login('alice')).key);
    const message = { room_id: room.id, content: 'Hi', client_msg_id: 'once' };
    const { id } = await socket.get('message.send', message);
    await like(id, 'bob', room.id);
    expect(await socket.get('message.send', message)).toMatchObject({ reactions: hearts('bob'), deduplicated: true });
    const { data } = await socket.get('message.list', { room_id: room.id });
    expect(data).toMatchObject([{ id, reactions: hearts('bob') }]);
    const position = { room_id: room.id, epoch: room.epoch, rev: 0 };
    const { rooms } = await socket.get('sync.resume', { rooms: [position] });
    const created = rooms[0].events.find(({ type }: { type: string }) => type === 'message.created');
    expect(created.data).toMatchObject({ id, reactions: hearts('bob') });
  });
});
