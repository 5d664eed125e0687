import { NotificationsRepository } from '../../src/delivery/notifications/notifications.repository.js';
import { MembersRepository } from '../../src/messaging/rooms/membership/members.repository.js';
import { defaultLimits, limits, setLimits } from '../../src/platform/config/limits.js';
import type { TestClient } from '../support/app.js';
import { NestApp } from '../support/nest-app.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

describe('reading a notification', () => {
  let app: NestApp;
  let client: TestClient;
  let receiver: Receiver;

  beforeAll(async () => {
    app = await NestApp.start();
    client = await app.client();
    receiver = await Receiver.start();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await app.stop();
    await receiver.stop();
  });

  /** Sends one whose delivery ends just when a reader has read the notification, and nothing else of it yet. */
  const endsBetween = async (method: 'find' | 'list'): Promise<string> => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    receiver.respond(async () => {
      await held;
      return { status: 200 };
    });
    const { body } = await client.request('POST', '/notifications', {
      body: { channels: { webhook: { url: receiver.url, payload: {} } } },
    });
    await until('the request', () => receiver.requests.length > 0);
    const repository = app.get(NotificationsRepository) as unknown as Record<string, (...args: unknown[]) => unknown>;
    const real = repository[method]!.bind(repository);
    jest.spyOn(repository, method).mockImplementationOnce(async (...args: unknown[]) => {
      const read = await real(...args);
      release();
      await until('the delivery', async () => (await statusOf(body.id)) === 'completed');
      return read;
    });
    return body.id;
  };
  const statusOf = async (id: string) =>
    (await app.database.query<{ status: string }>('select status from notifications where id = $1', [id]))[0]?.status;

  it('answers at its acceptance what reading it answers', async () => {
    const later = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    const plain = { recipients: [{ email: 'a@b.example' }], channels: { email: { subject: 's', text: 't' } } };
    const orders = [
      { ...plain, scheduled_for: later(1).replace(/\.\d+Z$/, '.25+00:00') },
      {
        recipients: [{ user_id: 'ann', email: 'c@d.example' }, { email: 'e@f.example' }],
        channels: { websocket: { title: 't' }, email: { subject: 's', text: 't' } },
        fallback: [{ channel: 'websocket', within_s: 60 }, { channel: 'email' }],
        strategy: 'fallback',
        scheduled_for: later(1),
        expires_at: later(2),
        priority: 'high',
        category: 'news',
        metadata: { bb: 1.0, a: { deep: ['"', '\\', null] } },
        tags: ['x', 'a "quoted", one'],
        max_retry_attempts: 3,
      },
      plain,
    ];
    const batch = await client.request('POST', '/notifications/batch', { body: { notifications: orders } });
    const answers = batch.body.results.map((result: { notification: object }) => result.notification);
    for (const order of orders.slice(0, 2))
      answers.push((await client.request('POST', '/notifications', { body: order })).body);
    expect(answers).toHaveLength(5);
    // The third of the batch may be on its way already.
    for (const answer of answers.toSpliced(2, 1)) {
      const { deliveries: _, ...read } = (await client.request('GET', `/notifications/${answer.id}`)).body;
      // What is suppressed from the start has changed it.
      const { updated_at } = answer.counts.suppressed > 0 ? read : answer;
      expect(read).toEqual({ ...answer, updated_at });
    }
    expect(answers[2]).toMatchObject({ status: 'pending', scheduled_for: null, counts: { total: 1 }, tags: [] });
  });

  it('shows one moment: the state, the counts and the deliveries agree', async () => {
    const id = await endsBetween('find');
    const { body } = await client.request('GET', `/notifications/${id}`);
    expect(body.status).not.toBe('completed');
    expect(body.counts).toMatchObject({ total: 1, delivered: 0 });
    expect(body.deliveries).toMatchObject([{ status: 'sending', attempts: [] }]);
    expect((await client.request('GET', `/notifications/${id}`)).body).toMatchObject({
      status: 'completed',
      counts: { delivered: 1 },
      deliveries: [{ status: 'delivered', attempts: [{ number: 1 }] }],
    });
  });

  it('lists as of one moment, too', async () => {
    const id = await endsBetween('list');
    const [shown] = (await client.request('GET', '/notifications?limit=1')).body.data;
    expect(shown).toMatchObject({ id, counts: { total: 1, delivered: 0 } });
    expect(shown.status).not.toBe('completed');
  });
});

describe('the rooms among the recipients', () => {
  let app: NestApp;
  let client: TestClient;

  beforeAll(async () => {
    app = await NestApp.start();
    client = await app.client();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    setLimits(defaultLimits());
  });
  afterAll(() => app.stop());

  const room = async (...members: string[]): Promise<string> =>
    (await client.request('POST', '/rooms', { body: { room_type: 'group', name: 'A', members } })).body.id;
  const send = (recipients: object[]) =>
    client.request('POST', '/notifications', {
      body: { recipients, channels: { websocket: { title: 'Hi', body: 'b' } } },
    });
  const expansions = () => jest.spyOn(app.get(MembersRepository), 'reachable');

  it('are expanded once each, however often they are named', async () => {
    const id = await room('ann', 'ben', 'cid');
    const reachable = expansions();
    const again = Array.from({ length: limits.recipients - 2 }, (_, n) => ({ room_id: n % 2 ? id : id.toUpperCase() }));
    const { status, body } = await send([...again, { user_id: 'ann' }, { user_id: 'ann' }]);
    expect([status, body.counts?.total]).toEqual([202, 3]);
    expect(reachable).toHaveBeenCalledTimes(1);
  });

  it('leave out whom every entry leaves out that names the room', async () => {
    const room_id = await room('ann', 'ben', 'cid');
    const entries = [
      ['ann', 'ben'],
      ['cid', 'ann'],
    ].map((exclude_user_ids) => ({ room_id, exclude_user_ids }));
    expect((await send(entries.slice(0, 1))).body.counts.total).toBe(1);
    expect((await send(entries)).body.counts.total).toBe(2);
    expect((await send([...entries, { room_id }])).body.counts.total).toBe(3);
  });

  it('are not read any further than the limit', async () => {
    const ids = await Promise.all(['a', 'b', 'c', 'd'].map((name) => room(name, `${name}2`)));
    setLimits({ ...defaultLimits(), deliveries: 4 });
    const reachable = expansions();
    const { status, body } = await send([{ user_id: 'ann' }, ...ids.map((room_id) => ({ room_id }))]);
    expect([status, body.errors[0].field]).toEqual([422, 'recipients']);
    expect(reachable.mock.calls.map((args) => args.at(-1))).toEqual([4, 2]);
  });
});
