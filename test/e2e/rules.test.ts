import { createHmac } from 'node:crypto';
import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { oneApp } from '../support/one-app.js';
import { Receiver } from '../support/receiver.js';
import { SENDERS } from '../support/senders.js';
import { until } from '../support/until.js';

const one = oneApp();
const { as } = one;
const github = SENDERS.github!;
const of = (expression: string) => ({ $jsonata: expression });

let receiver: Receiver;
beforeAll(async () => (receiver = await Receiver.start()));
afterAll(() => receiver.stop());

const ok = async (method: string, path: string, body?: object): Promise<any> => {
  const answer = await as(undefined, method, path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};

const makeSource = () => ok('POST', '/webhooks/sources', { name: 'GitHub', verification: github.verification });
const makeRule = (source: { id: string }, rule: object) =>
  ok('POST', '/webhooks/rules', { source_id: source.id, name: 'R', ...rule });

const send = (source: { url: string }, payload: object, id?: string) => {
  const { headers, body } = github.sign(payload, id === undefined ? {} : { id });
  return one.app.request('POST', `/${new URL(source.url).pathname}`, { headers, body });
};

const worked = (source: { id: string }, id: string) =>
  until('the event to be worked on', async () => {
    const left = await one.app.sql('select from inbound_work where event_id = $1', [id]);
    return left.length > 0 ? null : ok('GET', `/webhooks/sources/${source.id}/events/${id}`);
  });

const sendAndSee = async (source: any, payload: object): Promise<any> =>
  worked(source, (await send(source, payload)).body.id);

const rooms = async (): Promise<any[]> => (await ok('GET', '/rooms/all')).data;
const messages = async (roomId: string): Promise<any[]> => (await ok('GET', `/rooms/${roomId}/messages`)).data;

const opened = { action: 'opened', issue: { number: 7, title: 'It does not start', body: 'Since Monday.' } };

const SUPPORT = {
  condition: '$event.type = "issues.opened"',
  actions: [
    {
      type: 'create_room',
      params: { room_type: 'support', name: of('"#" & issue.number & " " & issue.title'), members: ['ann'] },
    },
    { type: 'add_members', params: { members: [{ user_id: of('"gh-" & issue.number') }] } },
    {
      type: 'send_message',
      params: { content: of('issue.body'), metadata: { delivery: of('$headers."x-github-delivery"') } },
    },
  ],
};

describe('a rule', () => {
  it('is made, listed in order, read, changed and deleted', async () => {
    const source = await makeSource();
    const actions = [{ type: 'create_room', params: { room_type: 'support' } }];
    const first = await makeRule(source, { actions });
    expect(first).toMatchObject({
      source_id: source.id,
      position: 1,
      name: 'R',
      enabled: true,
      condition: null,
      actions,
    });
    const second = await makeRule(source, { actions, condition: 'a = 1' });
    const before = await makeRule(source, { actions, position: 0 });
    expect(second.position).toBe(2);
    const list = async (query = '') => (await ok('GET', `/webhooks/rules?source_id=${source.id}${query}`)).data;
    expect((await list()).map(({ id }: any) => id)).toEqual([before.id, first.id, second.id]);
    const page = await ok('GET', `/webhooks/rules?source_id=${source.id}&limit=2`);
    expect(await list(`&cursor=${page.page.next_cursor}`)).toEqual([second]);

    const path = `/webhooks/rules/${second.id}`;
    const changed = await ok('PATCH', path, { position: 9, condition: null, enabled: false });
    expect(changed).toEqual({
      ...second,
      position: 9,
      condition: null,
      enabled: false,
      updated_at: expect.any(String),
    });
    expect(await ok('GET', path)).toEqual(changed);
    for (let times = 0; times < 2; times++) expect((await as(undefined, 'DELETE', path)).status).toBe(204);
    expect((await as(undefined, 'GET', path)).status).toBe(404);
    await ok('DELETE', `/webhooks/sources/${source.id}`);
    expect((await ok('GET', '/webhooks/rules')).data).toEqual([]);
  });

  it('names what is wrong with it before any event has come', async () => {
    const source = await makeSource();
    const room = { type: 'create_room', params: { room_type: 'support' } };
    const wrong: [object, string][] = [
      [{ actions: [] }, 'actions'],
      [{ actions: [{ type: 'delete_room', params: {} }] }, 'actions[0].type'],
      [{ actions: [room], condition: 'a = (' }, 'condition'],
      [{ actions: [room, { type: 'send_message', params: { content: of('$$$(') } }] }, 'actions[1].params.content'],
      [{ actions: [{ type: 'send_message', params: { text: of('a') } }] }, 'actions[0].params.text'],
      [{ actions: [{ type: 'create_room', params: { room_type: 'x' } }] }, 'actions[0].params.room_type'],
      [{ actions: [{ type: 'send_message', params: { content: { $jsonata: 5 } } }] }, 'actions[0].params.content'],
      [
        { actions: [{ type: 'send_message', params: { content: 'x', client_msg_id: 'y' } }] },
        'actions[0].params.client_msg_id',
      ],
    ];
    for (const [rule, field] of wrong) {
      const answer = await as(undefined, 'POST', '/webhooks/rules', { source_id: source.id, name: 'R', ...rule });
      expect([answer.status, answer.body.errors?.map((error: any) => error.field)]).toEqual([
        422,
        expect.arrayContaining([field]),
      ]);
    }
    const { id } = await makeRule(source, { actions: [room] });
    expect((await as(undefined, 'PATCH', `/webhooks/rules/${id}`, { condition: ')' })).status).toBe(422);
  });

  it("of another tenant is not there, nor is another's source", async () => {
    const source = await makeSource();
    const { id } = await makeRule(source, SUPPORT);
    const other = await one.app.client();
    for (const [method, body] of [['GET'], ['PATCH', { name: 'x' }], ['DELETE']] as const) {
      expect((await other.request(method, `/webhooks/rules/${id}`, body ? { body } : {})).status).toBe(404);
    }
    const rule = { ...SUPPORT, source_id: source.id, name: 'R' };
    expect((await other.request('POST', '/webhooks/rules', { body: rule })).status).toBe(404);
    expect((await other.request('GET', `/webhooks/rules?source_id=${source.id}`)).status).toBe(404);
    expect((await other.request('POST', '/webhooks/rules/test', { body: { rule, sample: {} } })).status).toBe(404);
  });
});

describe('an event', () => {
  it('makes a room, lets people in, says something in it and tells others', async () => {
    const source = await makeSource();
    const notify = {
      type: 'send_notification',
      params: {
        channels: {
          webhook: { url: `${receiver.url}/told`, payload: { room: of('$results[action="create_room"].resource_id') } },
        },
      },
    };
    const rule = await makeRule(source, { ...SUPPORT, actions: [...SUPPORT.actions, notify] });
    const event = await sendAndSee(source, opened);
    const [room] = await rooms();
    const [message] = await messages(room.id);
    expect(room).toMatchObject({ room_type: 'support', name: '#7 It does not start', member_count: 2 });
    expect(message).toMatchObject({
      content: 'Since Monday.',
      sender_type: 'bot',
      sender_id: null,
      metadata: { delivery: event.external_id },
    });
    const [told] = await until('the webhook', () => {
      const found = receiver.requests.filter(({ path }) => path === '/told');
      return found.length > 0 ? found : null;
    });
    expect(JSON.parse(told!.body.toString())).toEqual({ room: room.id });
    expect(event).toMatchObject({ status: 'processed', type: 'issues.opened' });
    expect(event.results).toEqual([
      { rule_id: rule.id, action: 'create_room', index: 0, resource_id: room.id },
      { rule_id: rule.id, action: 'add_members', index: 1, resource_id: room.id },
      { rule_id: rule.id, action: 'send_message', index: 2, resource_id: message.id },
      { rule_id: rule.id, action: 'send_notification', index: 3, resource_id: expect.any(String) },
    ]);
  });

  it('that the condition does not hold for does nothing', async () => {
    const source = await makeSource();
    await makeRule(source, SUPPORT);
    await makeRule(source, { ...SUPPORT, condition: null, enabled: false });
    expect(await sendAndSee(source, { action: 'closed' })).toMatchObject({ status: 'processed', results: [] });
    expect(await rooms()).toEqual([]);
  });

  it('acts once, however often it comes and is replayed', async () => {
    const source = await makeSource();
    await makeRule(source, SUPPORT);
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(source, opened, 'once')));
    const { id } = answers[0]!.body;
    const event = await worked(source, id);
    expect(event.results).toHaveLength(3);
    for (let times = 0; times < 2; times++) {
      // What is on record as done outlives the keys that it was done under.
      if (times > 0) await one.app.sql('delete from idempotency_keys where client_id = $1', [one.client.id]);
      await ok('POST', `/webhooks/sources/${source.id}/replay`, { event_ids: [id] });
      expect({ ...(await worked(source, id)), updated_at: '' }).toEqual({ ...event, updated_at: '' });
    }
    const [room, ...more] = await rooms();
    expect([more, (await messages(room.id)).length]).toEqual([[], 1]);
  });

  it('meets rules in order, and sees what earlier ones did', async () => {
    const source = await makeSource();
    const say = {
      type: 'send_message',
      params: { room_id: of('$results[0].resource_id'), content: of('$string($count($results))') },
    };
    await makeRule(source, { position: 2, condition: '$count($results) = 1', actions: [say, say] });
    await makeRule(source, { position: 1, actions: [SUPPORT.actions[0]] });
    const { results } = await sendAndSee(source, opened);
    expect(results.map(({ action }: any) => action)).toEqual(['create_room', 'send_message', 'send_message']);
    expect((await messages(results[0].resource_id)).map(({ content }) => content)).toEqual(['1', '2']);
  });

  it('that a rule fails on has the fault on record; other rules go on, and a replay does what is left', async () => {
    const source = await makeSource();
    const room = await ok('POST', '/rooms', { room_type: 'group', name: 'ours' });
    const say = (content: unknown) => ({ type: 'send_message', params: { room_id: room.id, content } });
    const endless = await makeRule(source, {
      condition: '($f := function($n) { $f($n + 1) }; $f(0))',
      actions: [say('never')],
    });
    const faulty = await makeRule(source, { actions: [say('before'), say(of('$number(issue.title)')), say('after')] });
    const homeless = await makeRule(source, { actions: [{ type: 'send_message', params: { content: 'where?' } }] });
    const sound = await makeRule(source, { actions: [say('sound')] });
    const said = async () => (await messages(room.id)).map(({ content }) => content);

    const event = await sendAndSee(source, opened);
    expect(await said()).toEqual(['before', 'after', 'sound']);
    expect(event.status).toBe('failed');
    const failed = event.results.filter(({ error }: any) => error);
    expect(failed.map(({ rule_id, action, index, error }: any) => [rule_id, action, index, error.code])).toEqual([
      [endless.id, null, undefined, 'validation_failed'],
      [faulty.id, 'send_message', 1, 'validation_failed'],
      [homeless.id, 'send_message', 0, 'validation_failed'],
    ]);
    expect(failed[1].error.errors[0].field).toBe('actions[1].params.content');
    expect(event.results.filter(({ rule_id, resource_id }: any) => rule_id === sound.id && resource_id)).toHaveLength(
      1,
    );

    await ok('DELETE', `/webhooks/rules/${endless.id}`);
    await ok('DELETE', `/webhooks/rules/${homeless.id}`);
    await ok('PATCH', `/webhooks/rules/${faulty.id}`, {
      actions: [say('before'), say(of('$uppercase(issue.title)')), say('after')],
    });
    await makeRule(source, { actions: [say('new')] });
    await ok('POST', `/webhooks/sources/${source.id}/replay`, { event_ids: [event.id] });
    const replayed = await worked(source, event.id);
    expect([replayed.status, await said()]).toEqual([
      'processed',
      ['before', 'after', 'sound', 'IT DOES NOT START', 'new'],
    ]);
  });

  it('whose rule was edited does what is new when it is replayed, and nothing again', async () => {
    const source = await makeSource();
    const say = (content: string) => ({ type: 'send_message', params: { content } });
    const room = { type: 'create_room', params: { room_type: 'group', name: 'ours' } };
    const rule = await makeRule(source, { actions: [room, say('A')] });
    const event = await sendAndSee(source, opened);
    const [{ id }] = await rooms();
    const replayed = async (actions: object[]) => {
      await ok('PATCH', `/webhooks/rules/${rule.id}`, { actions });
      await ok('POST', `/webhooks/sources/${source.id}/replay`, { event_ids: [event.id] });
      const { status } = await worked(source, event.id);
      return [status, (await rooms()).length, (await messages(id)).map(({ content }) => content)];
    };
    expect(await replayed([room, say('B'), say('A')])).toEqual(['processed', 1, ['A', 'B']]);
    // The room is the rule's wherever it stands in it.
    expect(await replayed([say('A'), room, say('C')])).toEqual(['processed', 1, ['A', 'B', 'C']]);
    expect(await replayed([room, say('C'), say('B'), say('A')])).toEqual(['processed', 1, ['A', 'B', 'C']]);
    expect(await replayed([room, say('C'), say('C')])).toEqual(['processed', 1, ['A', 'B', 'C', 'C']]);
    // The same once more, and what was taken away and came back.
    expect(await replayed([room, say('A'), say('C'), say('C')])).toEqual(['processed', 1, ['A', 'B', 'C', 'C']]);
    const { results } = await ok('GET', `/webhooks/sources/${source.id}/events/${event.id}`);
    expect(new Set(results.flatMap(Object.keys))).toEqual(new Set(['rule_id', 'action', 'index', 'resource_id']));
  });

  it("reaches nothing of another tenant's", async () => {
    const other = await one.app.client();
    const theirs = await other.request('POST', '/rooms', {
      body: { room_type: 'group', name: 'theirs', members: ['x'] },
    });
    const room_id = theirs.body.id;
    const source = await makeSource();
    await makeRule(source, {
      actions: [
        { type: 'send_message', params: { room_id, content: 'hi' } },
        { type: 'add_members', params: { room_id, members: ['y'] } },
        { type: 'send_notification', params: { recipients: [{ room_id }], channels: { websocket: { title: 'hi' } } } },
      ],
    });
    const { results } = await sendAndSee(source, opened);
    expect(results.map(({ error }: any) => error?.code)).toEqual(['not_found', 'not_found', 'not_found']);
    expect((await other.request('GET', `/rooms/${room_id}/messages`)).body.data).toEqual([]);
  });
});

describe('a rule that is tried out', () => {
  const test = (rule: object, sample: object) => ok('POST', '/webhooks/rules/test', { rule, sample });

  it('says what it would do, and does nothing', async () => {
    const source = await makeSource();
    const sample = { headers: { 'X-GitHub-Event': 'issues', 'X-GitHub-Delivery': 'd' }, payload: opened };
    expect(await test({ ...SUPPORT, source_id: source.id }, sample)).toEqual({
      matched: true,
      actions: [
        { type: 'create_room', params: { room_type: 'support', name: '#7 It does not start', members: ['ann'] } },
        { type: 'add_members', params: { members: [{ user_id: 'gh-7' }] } },
        { type: 'send_message', params: { content: 'Since Monday.', metadata: { delivery: 'd' } } },
      ],
      errors: [],
    });
    expect(await test({ ...SUPPORT, source_id: source.id }, { payload: opened })).toEqual({
      matched: false,
      actions: [],
      errors: [],
    });
    expect([await rooms(), (await ok('GET', '/webhooks/rules')).data]).toEqual([[], []]);
  });

  it('names every fault', async () => {
    const found = await test(
      {
        actions: [
          { type: 'create_room', params: { room_type: of('issue.title') } },
          { type: 'send_message', params: { content: of('$number(issue.title)'), silent: of('(') } },
          { type: 'send_message', params: { content: 'fine' } },
        ],
      },
      { payload: opened },
    );
    expect(found).toMatchObject({ matched: true, actions: [{ type: 'send_message', params: { content: 'fine' } }] });
    expect(found.errors.map(({ field, code }: any) => [field, code])).toEqual([
      ['actions[0].params.room_type', 'validation_failed'],
      ['actions[1].params.content', 'evaluation'],
      ['actions[1].params.silent', 'syntax'],
      ['actions[2].params.room_id', 'validation_failed'],
    ]);
    expect(await test({ condition: 'a.(', actions: [SUPPORT.actions[0]] }, { payload: {} })).toMatchObject({
      matched: false,
      errors: [{ field: 'condition', code: 'syntax' }],
    });
  });
});

describe('a rule that takes long to try out', () => {
  it('is answered with what was not tried', async () => {
    const endless = of('($f := function($n) { $f($n + 1) }; $f(0))');
    const params = { content: 'x', metadata: Object.fromEntries(Array.from({ length: 49 }, (_, at) => [at, endless])) };
    const actions = Array.from({ length: 20 }, () => ({ type: 'send_message', params }));
    const { errors } = await ok('POST', '/webhooks/rules/test', { rule: { actions }, sample: { payload: {} } });
    expect(errors[0]).toMatchObject({ field: 'actions[0].params.metadata.0', code: 'timeout' });
    expect(errors.at(-1)).toMatchObject({ field: 'actions[19]', code: 'timeout' });
  });
});

describe('what a run would be refused for', () => {
  const NOBODY = '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f';
  const email = { email: { subject: 's', text: 't' } };
  const websocket = { websocket: { title: 'hi' } };
  const notify = (params: object) => ({ type: 'send_notification', params });

  it('is found without one', async () => {
    const room = await ok('POST', '/rooms', { room_type: 'group', name: 'ours', members: ['ann'] });
    const actions: [object, string][] = [
      [{ type: 'send_message', params: { room_id: room.id, content: of('nothing') } }, '.content'],
      [{ type: 'send_message', params: { room_id: NOBODY, content: 'x' } }, ''],
      [{ type: 'create_room', params: { room_type: 'direct', members: ['ann'] } }, '.members'],
      [{ type: 'send_message', params: { content: 'where?' } }, '.room_id'],
      [{ type: 'add_members', params: { room_id: room.id } }, '.members'],
      [notify({ channels: email }), '.recipients'],
      [notify({ recipients: [{ room_id: NOBODY }], channels: websocket }), ''],
      [notify({ recipients: [{ user_id: 'x' }], channels: websocket, simulate: true }), '.simulate'],
    ];
    const source = await makeSource();
    const rule = { source_id: source.id, actions: actions.map(([action]) => action) };
    const found = await ok('POST', '/webhooks/rules/test', { rule, sample: { payload: opened } });
    expect(found.actions).toHaveLength(actions.length);
    expect(found.errors.map(({ field }: any) => field)).toEqual(
      actions.map(([, field], at) => `actions[${at}].params${field}`),
    );
    expect((await ok('GET', '/notifications')).data).toEqual([]);
    await makeRule(source, rule);
    const { results } = await sendAndSee(source, opened);
    const codes = results.map(({ error }: any) => error?.code);
    expect(codes).toEqual(found.errors.map(({ code }: any) => code));
    expect((await rooms()).map(({ id }) => id)).toEqual([room.id]);
  });

  it('is not what only would be there by then', async () => {
    const made = of('$results[0].resource_id');
    const actions = [
      SUPPORT.actions[0]!,
      { type: 'add_members', params: { user_id: 'bob' } },
      { type: 'send_message', params: { room_id: made, content: 'hi' } },
      notify({ recipients: [{ room_id: made }, { user_id: 'new' }], channels: websocket }),
    ];
    const found = await ok('POST', '/webhooks/rules/test', { rule: { actions }, sample: { payload: opened } });
    expect([found.errors, found.actions.length]).toEqual([[], 4]);
    expect((await as(undefined, 'GET', '/users/new')).status).toBe(404);
  });
});

describe('what rules see', () => {
  it('are ids of 64 bits as they came, and the event in a form of GitHub', async () => {
    const source = await makeSource();
    const room = await ok('POST', '/rooms', { room_type: 'group', name: 'ids', members: ['ann'] });
    const say = { type: 'send_message', params: { room_id: room.id, content: of('"id " & id') } };
    await makeRule(source, { condition: '$event.type = "issues.opened" and $type(id) = "string"', actions: [say] });
    const json = '{"action":"opened","id":9007199254740993}';
    for (const [type, body] of [
      ['application/json', json],
      ['application/x-www-form-urlencoded', `payload=${encodeURIComponent(json)}`],
    ] as const) {
      const { verification } = github;
      const signature = createHmac('sha256', verification.secret!).update(body).digest('hex');
      const { headers } = github.sign({});
      const signed = { ...headers, 'x-hub-signature-256': `sha256=${signature}`, 'content-type': type };
      const answer = await one.app.request('POST', `/${new URL(source.url).pathname}`, { headers: signed, body });
      const { payload, status } = await worked(source, answer.body.id);
      expect(status).toBe('processed');
      // What was shown of it can be tried out.
      const rule = { source_id: source.id, actions: [say] };
      const sample = { headers: { 'x-github-event': 'issues' }, payload };
      expect((await ok('POST', '/webhooks/rules/test', { rule, sample })).actions[0].params.content).toBe(
        'id 9007199254740993',
      );
    }
    expect((await messages(room.id)).map(({ content }) => content)).toEqual(Array(2).fill('id 9007199254740993'));
  });
});

describe('a process that is killed', () => {
  it('leaves events that the next one works on, each once', async () => {
    let app: TestApp = await startApp();
    const { database } = app;
    const client: TestClient = await app.client();
    try {
      const source = (
        await client.request('POST', '/webhooks/sources', { body: { name: 'S', verification: github.verification } })
      ).body;
      const rule = { ...SUPPORT, source_id: source.id, name: 'R' };
      expect((await client.request('POST', '/webhooks/rules', { body: rule })).status).toBe(201);
      const path = `/${new URL(source.url).pathname}`;
      const requests = Array.from({ length: 12 }, (_, n) => github.sign({ ...opened, n }));
      const answers = await Promise.all(
        requests.map(({ headers, body }) => app.request('POST', path, { headers, body })),
      );
      await app.kill();
      expect(answers.every(({ status }) => status === 202)).toBe(true);
      // Whoever had one in hand is gone: its leases are over.
      await database.query(`update inbound_work set next_attempt_at = next_attempt_at - interval '90 s'`);
      await database.query(
        `update idempotency_keys set lease_until = lease_until - interval '60 s' where completed_at is null`,
      );
      app = await startApp({ database });
      const left = () => app.sql('select from inbound_work');
      await until('all events to be worked on', async () => (await left()).length === 0);
      const [counts] = await app.sql(
        `select (select count(*) from rooms)::int as rooms, (select count(*) from messages)::int as messages,
                (select count(*) from inbound_events where status = 'processed')::int as processed`,
      );
      expect(counts).toEqual({ rooms: 12, messages: 12, processed: 12 });
    } finally {
      await app.stop();
      await database.drop().catch(() => {});
    }
  });
});
