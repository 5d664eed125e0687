import { RuleCheck } from '../../src/delivery/rules/rule-check.js';
import { InboundSweep } from '../../src/delivery/sources/inbound-sweep.js';
import { InboundEffects } from '../../src/delivery/sources/inbound-effects.js';
import { InboundQueue } from '../../src/delivery/sources/inbound.queue.js';
import { InboundWorkRepository } from '../../src/delivery/sources/inbound-work.repository.js';
import { InboundWorker } from '../../src/delivery/sources/inbound-worker.js';
import { Problem } from '../../src/platform/common/problem.js';
import { RateCounter } from '../../src/tenancy/access/rate-counter.js';
import type { TestClient } from '../support/app.js';
import { NestApp } from '../support/nest-app.js';
import { SENDERS } from '../support/senders.js';

const github = SENDERS.github!;

let app: NestApp;
let client: TestClient;
let source: any;
let work: InboundWorkRepository;
let worker: InboundWorker;

beforeAll(async () => {
  app = await NestApp.start();
  work = app.get(InboundWorkRepository);
  worker = app.get(InboundWorker);
  // Nothing is begun by itself here: the test is the queue, and the schedule.
  jest.spyOn(app.get(InboundQueue), 'add').mockImplementation(() => {});
  jest.spyOn(work, 'due').mockResolvedValue([]);
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await app.client();
  source = await make(client);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.spyOn(app.get(InboundQueue), 'add').mockImplementation(() => {});
  jest.spyOn(work, 'due').mockResolvedValue([]);
});

const make = async (of: TestClient): Promise<any> =>
  (await of.request('POST', '/webhooks/sources', { body: { name: 'S', verification: github.verification } })).body;

const send = async (to: any, n: number): Promise<{ client_id: string; id: string }> => {
  const { headers, body } = github.sign({ n });
  const answer = await app.request('POST', `/${new URL(to.url).pathname}`, { headers, body });
  expect(answer.status).toBe(202);
  const [{ client_id }] = await app.sql('select client_id from inbound_events where id = $1', [answer.body.id]);
  return { client_id, id: answer.body.id };
};

const eventOf = async ({ id }: { id: string }) =>
  (await client.request('GET', `/webhooks/sources/${source.id}/events/${id}`)).body;

const SAY = {
  actions: [
    { type: 'create_room', params: { room_type: 'support', name: { $jsonata: '$string($random())' } } },
    { type: 'add_members', params: { members: ['ann'] } },
    { type: 'send_message', params: { content: { $jsonata: '$string($random())' } } },
    {
      type: 'send_notification',
      params: { recipients: [{ user_id: 'ann' }], channels: { websocket: { title: 'T' } } },
    },
  ],
};

const rule = (body: object) =>
  client.request('POST', '/webhooks/rules', { body: { source_id: source.id, name: 'R', ...body } });

/** As when who had it in hand is gone. */
const age = (id: string) =>
  app.sql(`update inbound_work set next_attempt_at = next_attempt_at - interval '10 min' where event_id = $1`, [id]);

const counts = async () => {
  const [row] = await app.sql(
    `select (select count(*) from rooms where client_id = $1)::int as rooms,
            (select count(*) from messages where client_id = $1)::int as messages,
            (select count(*) from notifications where client_id = $1)::int as notifications`,
    [client.id],
  );
  return row;
};

describe('a rule', () => {
  it('of a source that is deleted while the rule is checked is not made', async () => {
    const refuseFaulty = jest.spyOn(RuleCheck.prototype, 'refuseFaulty').mockImplementation(async () => {
      await client.request('DELETE', `/webhooks/sources/${source.id}`);
    });
    const { status, body } = await rule(SAY);
    expect(refuseFaulty).toHaveBeenCalledTimes(1);
    expect([status, body.code, body.detail]).toEqual([
      404,
      'not_found',
      'No such source, or it is not visible to this key.',
    ]);
    expect(await app.sql('select from rules where client_id = $1', [client.id])).toHaveLength(0);
  });
});

describe('an event in hand', () => {
  it('is worked on by one at a time, and not again before its lease is over', async () => {
    await rule(SAY);
    const job = await send(source, 1);
    expect(await work.claim(job)).toMatchObject({ attempt: 1 });
    await worker.process(job);
    expect((await eventOf(job)).status).toBe('stored');
    await age(job.id);
    await Promise.all(Array.from({ length: 10 }, () => worker.process(job)));
    expect([(await eventOf(job)).status, await counts()]).toEqual([
      'processed',
      { rooms: 1, messages: 1, notifications: 1 },
    ]);
  });

  it('whose process dies after its actions and before their record has them once, also with other words', async () => {
    await rule(SAY);
    const job = await send(source, 1);
    const died = new Error('killed');
    const [save, settle] = [
      jest.spyOn(work, 'save').mockRejectedValue(died),
      jest.spyOn(work, 'settle').mockRejectedValue(died),
    ];
    await expect(worker.process(job)).rejects.toThrow('killed');
    expect([await counts(), (await eventOf(job)).results]).toEqual([{ rooms: 1, messages: 1, notifications: 1 }, []]);
    save.mockRestore();
    settle.mockRestore();
    await age(job.id);
    await worker.process(job);
    const event = await eventOf(job);
    expect([event.status, await counts()]).toEqual(['processed', { rooms: 1, messages: 1, notifications: 1 }]);
    const [room] = await app.sql('select id from rooms where client_id = $1', [client.id]);
    expect(event.results.map(({ resource_id }: any) => resource_id)).toEqual([
      room.id,
      room.id,
      expect.any(String),
      expect.any(String),
    ]);
  });

  it('is given up by who lost it, whose record does not count', async () => {
    const job = await send(source, 1);
    const first = await work.claim(job);
    await age(job.id);
    const second = await work.claim(job);
    expect(await work.save(first!, [{ rule_id: null, action: 'late' }])).toBe(false);
    expect(await work.settle(first!, [], 'failed')).toBe(false);
    expect(await work.settle(second!, [], 'processed')).toBe(true);
    expect((await eventOf(job)).status).toBe('processed');
  });

  it('waits while what it needs is away, with what was done so far, and is on record as failed after an hour', async () => {
    await rule(SAY);
    const job = await send(source, 1);
    const away = jest.spyOn(app.get(InboundEffects), 'run').mockImplementation(async (_, progress) => {
      progress.record({ rule_id: null, action: 'so far' });
      throw new Problem('unavailable', 'Away.', { retryAfterS: 7 });
    });
    await worker.process(job);
    const [waiting] = await app.sql(
      `select extract(epoch from next_attempt_at - clock_timestamp())::float8 as s from inbound_work where event_id = $1`,
      [job.id],
    );
    expect(waiting.s).toBeLessThanOrEqual(7);
    expect(await eventOf(job)).toMatchObject({ status: 'stored', results: [{ action: 'so far' }] });
    await age(job.id);
    await app.sql(`update inbound_work set queued_at = queued_at - interval '1 h' where event_id = $1`, [job.id]);
    await worker.process(job);
    expect(await eventOf(job)).toMatchObject({
      status: 'failed',
      results: [{ action: 'so far' }, { action: null, error: { code: 'unavailable' } }],
    });
    away.mockRestore();
    await client.request('POST', `/webhooks/sources/${source.id}/replay`, { body: { event_ids: [job.id] } });
    await worker.process(job);
    expect([(await eventOf(job)).status, await counts()]).toEqual([
      'processed',
      { rooms: 1, messages: 1, notifications: 1 },
    ]);
  });

  it('is shown as stored again as soon as it is to be replayed, with what was done, and not where it waits already', async () => {
    await rule(SAY);
    const job = await send(source, 1);
    await worker.process(job);
    const before = await eventOf(job);
    expect(before).toMatchObject({ status: 'processed', results: { length: 4 } });
    const path = `/webhooks/sources/${source.id}/replay`;
    for (const body of [{ event_ids: [job.id] }, { from: before.created_at }]) {
      expect((await client.request('POST', path, { body })).body).toEqual({ matched: 1, replayed: 1, skipped: 0 });
      const waiting = await eventOf(job);
      expect(waiting).toMatchObject({ status: 'stored', results: before.results });
      expect(waiting.updated_at > before.updated_at).toBe(true);
      expect((await client.request('POST', path, { body })).body).toEqual({ matched: 1, replayed: 0, skipped: 1 });
      expect((await eventOf(job)).updated_at).toBe(waiting.updated_at);
      await worker.process(job);
      expect((await eventOf(job)).status).toBe('processed');
    }
    expect(await counts()).toEqual({ rooms: 1, messages: 1, notifications: 1 });
  });

  it('of a suspended client waits, and goes on when it is reactivated', async () => {
    await rule(SAY);
    const job = await send(source, 1);
    await app.admin().request('POST', `/clients/${client.id}/suspend`);
    await worker.process(job);
    expect(await counts()).toEqual({ rooms: 0, messages: 0, notifications: 0 });
    await app.admin().request('POST', `/clients/${client.id}/reactivate`);
    await age(job.id);
    await worker.process(job);
    expect(await counts()).toEqual({ rooms: 1, messages: 1, notifications: 1 });
  });
});

describe('the sweep', () => {
  it('finds what nobody has in hand, of the clients in turn', async () => {
    jest.spyOn(work, 'due').mockRestore();
    const quiet = await app.client();
    const jobs = [];
    for (let n = 0; n < 5; n++) jobs.push(await send(source, n));
    const other = await send(await make(quiet), 1);
    await work.claim(jobs[0]!);
    await Promise.all([...jobs.slice(1), other].map(({ id }) => age(id)));
    const due = await work.due(3);
    expect(
      due
        .map(({ client_id }) => client_id)
        .slice(0, 2)
        .toSorted(),
    ).toEqual([client.id, quiet.id].toSorted());
    await app.get(InboundSweep).look();
    const left = await app.sql('select event_id from inbound_work');
    expect(left).toEqual([{ event_id: jobs[0]!.id }]);
  });

  it('forgets ids whose time is over, and sources that were deleted long ago', async () => {
    const { id } = await send(source, 1);
    await app.sql(`update inbound_ids set expires_at = clock_timestamp() - interval '1 s' where event_id = $1`, [id]);
    await client.request('DELETE', `/webhooks/sources/${source.id}`);
    await app.sql(`update sources set deleted_at = deleted_at - interval '31 days' where id = $1`, [source.id]);
    const sweep = app.get(InboundSweep);
    Object.assign(sweep, { prunedAt: Number.NEGATIVE_INFINITY });
    await sweep.look();
    const found = await app.sql(
      'select 1 from sources where id = $1 union all select 1 from inbound_ids where source_id = $1',
      [source.id],
    );
    expect(found).toEqual([]);
  });
});

it('of a client so many events come from afar in a minute, and what comes beyond them is taken for a loop', async () => {
  const sendFrom = async (hops: number, n: number): Promise<string> => {
    const { headers, body } = github.sign({ n });
    const from = { ...headers, 'chatapi-hops': String(hops) };
    const answer = await app.request('POST', `/${new URL(source.url).pathname}`, { headers: from, body });
    expect(answer.status).toBe(202);
    return answer.body.status;
  };
  await app.get(RateCounter).add(`inbound-far:${client.id}`, 60_000, 599);
  expect(await sendFrom(8, 1)).toBe('stored');
  expect(await sendFrom(4, 2)).toBe('failed');
  // What is near is not counted, nor kept from anything.
  expect(await sendFrom(3, 3)).toBe('stored');
  const { data } = (await client.request('GET', `/webhooks/sources/${source.id}/events`)).body;
  expect(data.map(({ reason }: any) => reason)).toEqual([null, 'loop', null]);
});
