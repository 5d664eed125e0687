import { createHmac, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { oneApp } from '../support/one-app.js';
import { SENDERS, type Signed } from '../support/senders.js';
import { until } from '../support/until.js';

const one = oneApp();
const { as } = one;

const make = async (body: object): Promise<any> => {
  const answer = await as(undefined, 'POST', '/webhooks/sources', { name: 'Source', ...body });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
};

/** As a sender does: to the path of the source's address, here. */
const send = ({ url }: { url: string }, { headers, body }: Signed) =>
  one.app.request('POST', `/${new URL(url).pathname}`, { body, headers });

/** The same with something behind each signature. */
const withMore = ({ headers, body }: Signed): Signed => ({
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      /signature|hmac/.test(name) ? value.replaceAll(/[\w+/]{40,}=*/g, '$&!') : value,
    ]),
  ),
  body: body.replace(/"signature":"(\w+)"/, '"signature":"$1!"'),
});

const eventsOf = async ({ id }: { id: string }, query = ''): Promise<any[]> =>
  (await as(undefined, 'GET', `/webhooks/sources/${id}/events${query}`)).body.data;

const done = (source: { id: string }, id: string) =>
  until('the event to be worked on', async () => {
    const { body } = await as(undefined, 'GET', `/webhooks/sources/${source.id}/events/${id}`);
    return body.status === 'stored' ? null : body;
  });

describe('a source', () => {
  it('is made, listed, read, changed and deleted, and never shows its secret', async () => {
    const verification = { template: 'hmac', secret: 'never shown', header: 'x-sig' };
    const source = await make({ name: 'Größe & Co', verification });
    expect(source).toMatchObject({
      name: 'Größe & Co',
      slug: 'große-co',
      verification: { template: 'hmac', header: 'x-sig' },
      tolerance_s: 300,
      enabled: true,
    });
    expect(new URL(source.url).pathname).toBe(`/webhooks/${one.client.slug}/${encodeURIComponent('große-co')}`);
    const { url: second } = await make({ name: 'Größe & Co', verification });
    expect(second).not.toBe(source.url);

    const path = `/webhooks/sources/${source.id}`;
    expect((await as(undefined, 'GET', path)).body).toEqual(source);
    const change = { name: 'Other', tolerance_s: 10, enabled: false, verification: { encoding: 'base64' } };
    const { status, body: changed } = await as(undefined, 'PATCH', path, change);
    expect([status, changed]).toEqual([
      200,
      {
        ...source,
        name: 'Other',
        tolerance_s: 10,
        enabled: false,
        verification: { template: 'hmac', header: 'x-sig', encoding: 'base64' },
        updated_at: expect.any(String),
      },
    ]);
    const { body: list } = await as(undefined, 'GET', '/webhooks/sources?limit=1');
    expect([list.data, list.page.has_more]).toEqual([[changed], true]);
    expect(JSON.stringify([source, changed, list])).not.toContain('never shown');
    const [row] = await one.app.sql('select * from sources where id = $1', [source.id]);
    expect(JSON.stringify(row)).not.toContain('never shown');

    for (let times = 0; times < 2; times++) expect((await as(undefined, 'DELETE', path)).status).toBe(204);
    expect((await as(undefined, 'GET', path)).status).toBe(404);
    expect((await as(undefined, 'GET', `${path}/events`)).status).toBe(404);
    expect((await as(undefined, 'GET', '/webhooks/sources')).body.data).toHaveLength(1);
  });

  it('names what is wrong with it', async () => {
    const wrong: [object, string][] = [
      [{ verification: { template: 'github' } }, 'verification.secret'],
      [{ verification: { template: 'sha1' } }, 'verification.template'],
      [{ verification: { template: 'hmac', secret: 's' } }, 'verification.header'],
      [{ verification: { template: 'hmac', secret: 's', header: 'a b' } }, 'verification.header'],
      [{ verification: { template: 'hmac', secret: 's', header: 'x', algorithm: 'md5' } }, 'verification.algorithm'],
      [{ verification: { template: 'basic', username: 'a:b', password: 'p' } }, 'verification.username'],
      [{ verification: { template: 'mailgun', secret: 's' } }, 'verification.secret'],
      ...['content-length', 'Authorization', '__proto__', 'constructor', 'Transfer-Encoding', 'chatapi-hops'].flatMap(
        (header): [object, string][] => [
          [{ verification: { template: 'hmac', secret: 'a secret', header } }, 'verification.header'],
          [{ verification: { ...SENDERS.hmac!.verification, id_header: header } }, 'verification.id_header'],
        ],
      ),
      [{ verification: { template: 'standard', secret: 'whsec_' } }, 'verification.secret'],
      [{ verification: { template: 'standard', secret: 'whsec_YSBzaG9ydCBvbmU=' } }, 'verification.secret'],
      [{ verification: { template: 'github', secret: 'four' } }, 'verification.secret'],
      [{ verification: { template: 'stripe', secret: 'whsec_' } }, 'verification.secret'],
      [{ verification: { template: 'shopify', secret: 'shpss_x' } }, 'verification.secret'],
      [{ verification: { template: 'slack', secret: '8f74223' } }, 'verification.secret'],
      [{ verification: { template: 'hmac', secret: 'four', header: 'x-sig' } }, 'verification.secret'],
      [{ verification: { template: 'mailgun', signing_key: 'key-' } }, 'verification.signing_key'],
      [{ verification: { template: 'basic', username: 'u', password: 'pass' } }, 'verification.password'],
      [{ verification: 'github' }, 'verification'],
      [{ verification: { template: 'none' } }, 'allow_unsigned'],
      [{ verification: { template: 'none' }, allow_unsigned: false }, 'allow_unsigned'],
      [{ verification: SENDERS.github!.verification, tolerance_s: 0 }, 'tolerance_s'],
      [{ verification: SENDERS.github!.verification, slug: 'a/b' }, 'slug'],
    ];
    for (const [body, field] of wrong) {
      const answer = await as(undefined, 'POST', '/webhooks/sources', { name: 'S', ...body });
      expect([answer.status, answer.body.errors?.map((error: any) => error.field)]).toEqual([
        422,
        expect.arrayContaining([field]),
      ]);
    }
    // An unknown template is what is wrong, whichever fields are beside it.
    for (const verification of [{}, { template: 'sha1', secret: 'abcdefgh1234' }, { template: 'x', header: 'a b' }]) {
      const { body } = await as(undefined, 'POST', '/webhooks/sources', { name: 'S', verification });
      const message = 'must be one of standard, github, stripe, shopify, slack, mailgun, hmac, basic, none';
      expect(body.errors).toEqual([{ field: 'verification.template', message }]);
    }
    const { id } = await make({ verification: SENDERS.github!.verification });
    const patch = (verification: object) => as(undefined, 'PATCH', `/webhooks/sources/${id}`, { verification });
    expect((await patch({ template: 'stripe' })).body.errors).toMatchObject([{ field: 'verification.secret' }]);
    expect((await patch({ template: 'none' })).body.errors).toMatchObject([{ field: 'allow_unsigned' }]);
    expect((await patch({ secret: 'four' })).body.errors).toMatchObject([{ field: 'verification.secret' }]);
  });

  it('has random bits in its address when anybody may send to it', async () => {
    const open = { verification: { template: 'none' }, allow_unsigned: true };
    const source = await make({ name: 'Open', ...open });
    expect(source.slug).toMatch(/^open-[0-9a-f]{32}$/);
    const signed = await make({ name: 'Signed', verification: SENDERS.github!.verification });
    const { body: opened } = await as(undefined, 'PATCH', `/webhooks/sources/${signed.id}`, open);
    expect([signed.slug, opened.slug]).toEqual(['signed', expect.stringMatching(/^signed-[0-9a-f]{32}$/)]);
    expect((await send(signed, { headers: {}, body: '{}' })).status).toBe(404);
    expect((await send(opened, { headers: {}, body: '{}' })).status).toBe(202);
    // It opens the source by itself.
    const logged = (await one.app.log()).join('\n');
    expect(logged).toContain('/webhooks/:client_slug/:source_slug');
    expect(logged).not.toContain(opened.slug.slice(-32));
  });
});

describe.each(Object.entries(SENDERS))('a request of %s', (name, sender) => {
  const taken = name === 'mailgun' ? 200 : 202;
  const refused =
    name === 'mailgun'
      ? { status: 406, body: { code: 'webhook_refused' } }
      : { status: 401, body: { code: 'invalid_signature' } };

  it('is stored once it is verified, and acts once however often it comes', async () => {
    const source = await make({ verification: sender.verification });
    const request = sender.sign({ type: 'thing.happened', n: 1 }, { id: 'the same id' });
    const first = await send(source, request);
    expect(first).toMatchObject({ status: taken, body: { status: 'stored' } });
    const again = await send(source, request);
    expect(again).toMatchObject({ status: taken, body: { id: first.body.id, status: 'duplicate' } });
    const event = await done(source, first.body.id);
    expect(event).toMatchObject({
      source_id: source.id,
      verified: true,
      status: 'processed',
      payload: JSON.parse(request.body),
      payload_bytes: Buffer.byteLength(request.body),
      external_id: expect.stringContaining('the same id'),
      results: [],
    });
    expect(event.type).toBe(
      { github: 'issues', shopify: 'orders/create', mailgun: 'delivered' }[name] ?? 'thing.happened',
    );
    expect(Object.keys(event.headers).join(' ')).not.toMatch(/signature|hmac|authorization/);
    const [duplicate, original] = await eventsOf(source);
    expect(original).toEqual(event);
    expect(duplicate).toMatchObject({ status: 'duplicate', duplicate_of: first.body.id, payload: null });
  });

  it('is refused, and on record, with a wrong signature, none, another body or another secret', async () => {
    const source = await make({ verification: sender.verification });
    const good = sender.sign({ n: 1 });
    const other = { ...sender, verification: { ...sender.verification, [sender.secret]: 'whsec_YW5vdGhlcg==' } };
    const attempts: Signed[] = [
      other.sign({ n: 1 }),
      { headers: {}, body: name === 'mailgun' ? '{"event-data":{}}' : good.body },
      { headers: Object.fromEntries(Object.keys(good.headers).map((header) => [header, 'x'])), body: 'x' },
    ];
    if (!['mailgun', 'basic'].includes(name)) attempts.push({ ...good, body: `${good.body} ` });
    // Decoding would stop before what does not belong, and find the right one.
    if (name !== 'basic') attempts.push(withMore(good));
    for (const attempt of attempts) expect(await send(source, attempt)).toMatchObject(refused);
    const events = await eventsOf(source, '?verified=false');
    expect(events).toHaveLength(attempts.length);
    for (const event of events) expect(event).toMatchObject({ verified: false, status: 'failed', results: [] });
    expect(events.every(({ reason }: any) => reason.length > 10)).toBe(true);
    expect(await eventsOf(source, '?verified=true')).toEqual([]);
    expect((await send(source, good)).status).toBe(taken);
  });

  if (sender.timed) {
    it('is refused when its time is too far away, either way', async () => {
      const source = await make({ verification: sender.verification, tolerance_s: 60 });
      const now = Math.floor(Date.now() / 1_000);
      for (const at of [now - 90, now + 90, 0])
        expect(await send(source, sender.sign({}, { at }))).toMatchObject(refused);
      expect((await send(source, sender.sign({}, { at: now - 30 }))).status).toBe(taken);
      await as(undefined, 'PATCH', `/webhooks/sources/${source.id}`, { tolerance_s: 600 });
      expect((await send(source, sender.sign({}, { at: now - 90 }))).status).toBe(taken);
    });
  }
});

describe('senders of their own manners', () => {
  it('Slack is told its challenge, once it has shown who it is', async () => {
    const source = await make({ verification: SENDERS.slack!.verification });
    const body = { type: 'url_verification', challenge: '3eZbrw1aBm2rZgRNFdxV' };
    expect(await send(source, SENDERS.slack!.sign(body))).toMatchObject({
      status: 200,
      body: { challenge: body.challenge },
    });
    expect(await eventsOf(source)).toEqual([]);
    expect((await send(source, { headers: {}, body: JSON.stringify(body) })).status).toBe(401);
  });

  it('Mailgun uses a token once: with another body it is refused', async () => {
    const source = await make({ verification: SENDERS.mailgun!.verification });
    const good = SENDERS.mailgun!.sign({ recipient: 'a@example.com' });
    const forged = {
      ...good,
      body: good.body.replace('a@example.com', 'b@example.com').replace('delivered', 'failed'),
    };
    expect((await send(source, good)).status).toBe(200);
    expect((await send(source, forged)).status).toBe(406);
    expect((await send(source, good)).body.status).toBe('duplicate');
    // Sources of one account have one signing key; each may be told the same.
    const second = await make({ verification: SENDERS.mailgun!.verification });
    expect((await send(second, forged)).status).toBe(406);
    expect((await send(second, good)).body.status).toBe('stored');
    const other = await one.app.client();
    const theirs = { body: { name: 'S', verification: SENDERS.mailgun!.verification } };
    expect((await send((await other.request('POST', '/webhooks/sources', theirs)).body, forged)).status).toBe(200);
  });

  it('GitHub may send a form, and names its action', async () => {
    const source = await make({ verification: SENDERS.github!.verification });
    const sign = (body: string) => {
      const { headers } = SENDERS.github!.sign({});
      const signature = createHmac('sha256', SENDERS.github!.verification.secret!).update(body).digest('hex');
      return { ...headers, 'x-hub-signature-256': `sha256=${signature}` };
    };
    const body = `payload=${encodeURIComponent(JSON.stringify({ action: 'opened' }))}`;
    const headers = { ...sign(body), 'content-type': 'application/x-www-form-urlencoded' };
    const { body: answer } = await send(source, { headers, body });
    expect(await done(source, answer.id)).toMatchObject({
      type: 'issues.opened',
      payload: { payload: '{"action":"opened"}' },
    });
  });

  it('a changed secret holds for the next request; another template is verified in its own manner', async () => {
    const source = await make({ verification: SENDERS.github!.verification });
    const change = (verification: object) => as(undefined, 'PATCH', `/webhooks/sources/${source.id}`, { verification });
    await change({ secret: 'the next one' });
    const next = { ...SENDERS.github!, verification: { template: 'github', secret: 'the next one' } };
    expect((await send(source, SENDERS.github!.sign({}))).status).toBe(401);
    expect((await send(source, next.sign({}))).status).toBe(202);
    expect((await change(SENDERS.stripe!.verification)).body.verification).toEqual({ template: 'stripe' });
    expect((await send(source, SENDERS.stripe!.sign({}))).status).toBe(202);
    expect((await send(source, next.sign({}))).status).toBe(401);
  });
});

describe('what comes', () => {
  const open = () => make({ verification: { template: 'none' }, allow_unsigned: true });

  it('may be of any content type, and is kept as what it is', async () => {
    const source = await open();
    const kinds: [string, string | Uint8Array, unknown][] = [
      ['application/json', '{"a":{"b":[1,null]}}', { a: { b: [1, null] } }],
      ['text/plain', '[1, 2]', [1, 2]],
      [
        'application/json',
        '{"id":12345678901234567890,"ids":[-9007199254740993,9007199254740991]}',
        { id: '12345678901234567890', ids: ['-9007199254740993', 9007199254740991] },
      ],
      [
        'application/json',
        '{"id":9007199254740993.0,"far":[1e400,-1E+400],"near":[1e22,0.1]}',
        { id: '9007199254740993.0', far: ['1e400', '-1E+400'], near: [1e22, 0.1] },
      ],
      ['application/json', '{"broken":', '{"broken":'],
      ['text/csv', 'a,b\n1,2', 'a,b\n1,2'],
      ['application/x-www-form-urlencoded', 'a=1&a=2&b=x%20y', { a: ['1', '2'], b: 'x y' }],
      ['application/octet-stream', gzipSync('zip'), { base64: gzipSync('zip').toString('base64') }],
      [
        'application/json',
        '{"nul":"\\u0000","half":"\\ud800","__proto__":1}',
        JSON.parse('{"nul":"\\u0000","half":"\\ud800","__proto__":1}'),
      ],
      ['application/json', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ];
    for (const [type, body, payload] of kinds) {
      const response = await fetch(`${one.app.url}${new URL(source.url).pathname}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: body as never,
      });
      expect(response.status).toBe(202);
      const { id } = (await response.json()) as { id: string };
      const event = await done(source, id);
      expect([event.status, event.payload, event.external_id]).toEqual(['processed', payload, null]);
      expect(event.payload_text).toBe(/"id":\d{16}/.test(String(body)) ? body : null);
    }
    const empty = await send(source, { headers: {}, body: '' });
    expect((await done(source, empty.body.id)).payload).toBeNull();
  });

  it('without an id is the same event within the tolerance, and another one after it', async () => {
    const source = await open();
    const request = { headers: {}, body: '{"same":true}' };
    const [first, second] = [await send(source, request), await send(source, request)];
    expect([first.body.status, second.body.status, second.body.id]).toEqual(['stored', 'duplicate', first.body.id]);
    await one.app.sql(`update inbound_ids set expires_at = expires_at - interval '301 s' where source_id = $1`, [
      source.id,
    ]);
    const third = await send(source, request);
    expect([third.body.status, third.body.id === first.body.id]).toEqual(['stored', false]);
  });

  it('at once and twenty times is one event', async () => {
    const source = await make({ verification: SENDERS.stripe!.verification });
    const request = SENDERS.stripe!.sign({ n: 1 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(source, request)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect(answers.filter(({ body }) => body.status === 'stored')).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const events = await eventsOf(source, '?limit=100');
    expect(events.filter(({ status }) => status === 'duplicate')).toHaveLength(19);
    const [kept] = await one.app.sql(
      `select round(extract(epoch from expires_at - clock_timestamp()) / 86400)::int as days from inbound_ids where source_id = $1`,
      [source.id],
    );
    expect(kept).toEqual({ days: 90 });
  });

  it('may have 25 MiB and no more; in lists only what is small is shown whole', async () => {
    const source = await open();
    const body = `{"x":"${'x'.repeat(25 * 1024 * 1024 - 8)}"}`;
    const { status, body: answer } = await send(source, { headers: {}, body });
    expect([Buffer.byteLength(body), status]).toEqual([25 * 1024 * 1024, 202]);
    const [listed] = await eventsOf(source);
    expect(listed).toMatchObject({ id: answer.id, payload: null, payload_bytes: body.length });
    expect((await done(source, answer.id)).payload.x).toHaveLength(body.length - 8);
    expect(await send(source, { headers: {}, body: `${body} ` })).toMatchObject({
      status: 413,
      body: { code: 'too_large' },
    });
    // Without its length it is known to be too large when it has come.
    const stream = new Blob([body, '  ']).stream();
    const options = { method: 'POST', body: stream, duplex: 'half' } as RequestInit;
    const chunked = await fetch(`${one.app.url}${new URL(source.url).pathname}`, options);
    expect(chunked.status).toBe(413);
  });
});

describe('an address', () => {
  it('answers the same 404 where there is no client, no source, a disabled or a deleted one, or a suspended client', async () => {
    const github = SENDERS.github!;
    const [source, disabled, deleted] = [
      await make({ name: 'there', verification: github.verification }),
      await make({ name: 'disabled', verification: github.verification, enabled: false }),
      await make({ name: 'deleted', verification: github.verification }),
    ];
    await as(undefined, 'DELETE', `/webhooks/sources/${deleted.id}`);
    const other = await one.app.client();
    const at = (client: string, slug: string) => ({ url: `${one.app.url}/webhooks/${client}/${slug}` });
    const { slug } = one.client;
    const nowhere = [at('nobody', 'there'), at(slug, 'nothing'), disabled, deleted, at(other.slug, 'there')];
    const answers = [];
    for (const place of nowhere) answers.push(await send(place, github.sign({})));
    expect((await send(source, github.sign({}))).status).toBe(202);
    await one.app.admin().request('POST', `/clients/${one.client.id}/suspend`);
    answers.push(await send(source, github.sign({})));
    const [first] = answers;
    const same = ({ instance: _, request_id: __, ...document }: any) => document;
    expect(first).toMatchObject({ status: 404, body: { code: 'not_found' } });
    for (const { status, body } of answers) {
      expect([status, same(body)]).toEqual([404, same(first!.body)]);
    }
  });

  it('is not read for who has been refused too often, and still is for others', async () => {
    const github = SENDERS.github!;
    const source = await make({ verification: github.verification });
    const bad = { headers: { 'x-hub-signature-256': 'sha256=00' }, body: '{}' };
    const answers = [];
    for (let batch = 0; batch < 4; batch++)
      answers.push(...(await Promise.all(Array.from({ length: 20 }, () => send(source, bad)))));
    const limited = answers.filter(({ status }) => status === 429);
    expect([limited.length, answers.filter(({ status }) => status === 401).length]).toEqual([20, 60]);
    expect(limited[0]).toMatchObject({ body: { code: 'rate_limited' } });
    expect(Number(limited[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
    // Another source is not concerned.
    const other = await make({ verification: github.verification });
    expect((await send(other, github.sign({}))).status).toBe(202);
  });

  it('keeps of what is refused the beginning', async () => {
    const source = await make({ verification: SENDERS.github!.verification });
    await send(source, { headers: { 'x-hub-signature-256': 'sha256=00' }, body: 'x'.repeat(100_000) });
    const kept = 'select body_bytes, octet_length(body) as kept from inbound_events where source_id = $1';
    expect(await one.app.sql(kept, [source.id])).toEqual([{ body_bytes: 100_000, kept: 4_096 }]);
  });
});

describe("another tenant's", () => {
  it('source and events are not there', async () => {
    const source = await make({ verification: SENDERS.github!.verification });
    const { body } = await send(source, SENDERS.github!.sign({}));
    const other = await one.app.client();
    const path = `/webhooks/sources/${source.id}`;
    for (const [method, at, sent] of [
      ['GET', path],
      ['PATCH', path, { name: 'x' }],
      ['DELETE', path],
      ['GET', `${path}/events`],
      ['GET', `${path}/events/${body.id}`],
      ['POST', `${path}/replay`, { event_ids: [body.id] }],
    ] as const) {
      expect((await other.request(method, at, sent ? { body: sent } : {})).status).toBe(404);
    }
    const theirs = await other.request('POST', '/webhooks/sources', {
      body: { name: 'S', verification: SENDERS.github!.verification },
    });
    const foreign = `/webhooks/sources/${theirs.body.id}`;
    expect((await other.request('GET', `${foreign}/events/${body.id}`)).status).toBe(404);
    expect((await other.request('POST', `${foreign}/replay`, { body: { event_ids: [body.id] } })).status).toBe(404);
    expect((await as(undefined, 'GET', path)).status).toBe(200);
  });
});

describe('a replay', () => {
  it('takes events by id or by time, and passes over what was refused and what is a duplicate', async () => {
    const source = await make({ verification: SENDERS.github!.verification });
    const path = `/webhooks/sources/${source.id}/replay`;
    const request = SENDERS.github!.sign({});
    const { body: first } = await send(source, request);
    await send(source, request);
    await send(source, { headers: {}, body: '{}' });
    await done(source, first.id);
    const ids = (await eventsOf(source)).map(({ id }) => id);
    expect(await as(undefined, 'POST', path, { event_ids: ids })).toMatchObject({
      status: 202,
      body: { matched: 3, replayed: 1, skipped: 2 },
    });
    await until(
      'the work to be done',
      async () => (await one.app.sql('select from inbound_work where source_id = $1', [source.id])).length === 0,
    );
    const from = new Date(Date.now() - 60_000).toISOString();
    const to = new Date(Date.now() + 60_000).toISOString();
    expect((await as(undefined, 'POST', path, { from, to })).body).toEqual({ matched: 3, replayed: 1, skipped: 2 });
    expect((await as(undefined, 'POST', path, { from: to })).body.matched).toBe(0);
    for (const body of [{}, { event_ids: ids, from }, { event_ids: ['x'] }, { from: to, to: from }]) {
      expect((await as(undefined, 'POST', path, body)).status).toBe(422);
    }
    const { body: both } = await as(undefined, 'POST', path, { event_ids: ids, to });
    expect(both.errors.map(({ field }: any) => field)).toEqual(['event_ids', 'to']);
    expect((await as(undefined, 'POST', path, { event_ids: [randomUUID()] })).status).toBe(404);

    // Of many, all: a range is taken in parts.
    const idle = async () =>
      (await one.app.sql('select from inbound_work where source_id = $1', [source.id])).length === 0;
    await until('the work to be done again', idle);
    await one.app.sql(
      `insert into inbound_events
       select (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'verified', n > 5000))).*
         from inbound_events e, generate_series(1, 5003) n where e.id = $1`,
      [first.id],
    );
    const many = { matched: 5_006, replayed: 4, skipped: 5_002 };
    expect((await as(undefined, 'POST', path, { from, to })).body).toEqual(many);
  });
});
