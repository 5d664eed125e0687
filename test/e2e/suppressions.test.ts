import { setTimeout as sleep } from 'node:timers/promises';
import { oneApp } from '../support/one-app.js';
import { SmtpSink } from '../support/smtp.js';
import { until } from '../support/until.js';

const one = oneApp();
let smtp: SmtpSink;

beforeAll(async () => {
  smtp = await SmtpSink.start();
});
afterAll(() => smtp.stop());
beforeEach(() => (smtp.messages.length = 0));

const call = (method: string, path: string, body?: object) => one.as(undefined, method, path, body);
const suppress = async (address: string, more: object = {}) => {
  const { status, body } = await call('POST', '/suppressions', { address, ...more });
  expect([200, 201]).toContain(status);
  return body;
};
const send = async (recipients: object[], email: object = {}) => {
  const { status, body } = await call('POST', '/notifications', {
    recipients,
    channels: { email: { subject: 'Hello', text: 'Hi', ...email } },
  });
  expect(status).toBe(202);
  return body;
};
const deliveriesOf = async (id: string) => (await call('GET', `/notifications/${id}`)).body.deliveries as any[];
const settled = (id: string) =>
  until('the notification to settle', async () => {
    const { body } = await call('GET', `/notifications/${id}`);
    return body.counts.pending + body.counts.sending + body.counts.retrying === 0 ? body : null;
  });
const sink = async () =>
  call('POST', '/clients/me/email-providers', {
    name: 'sink',
    provider_type: 'smtp',
    from_email: 'acme@example.com',
    config: { host: '127.0.0.1', port: smtp.port, secure: false },
  });

describe('the suppression list', () => {
  it('holds an address once, however it is spelt, and says why and until when', async () => {
    const first = await call('POST', '/suppressions', { address: 'Carol@Bücher.example' });
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      id: expect.any(String),
      channel: 'email',
      address: 'Carol@Bücher.example',
      reason: 'manual',
      expires_at: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    const expires_at = new Date(Date.now() + 86_400_000).toISOString();
    const again = await call('POST', '/suppressions', {
      channel: 'email',
      address: ' carol@XN--BCHER-KVA.example',
      reason: 'bounce',
      expires_at,
    });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ id: first.body.id, reason: 'bounce', expires_at });
    await suppress('dora@example.com', { reason: 'complaint' });
    const list = async (query: string) =>
      (await call('GET', `/suppressions${query}`)).body.data.map(({ address }: any) => address);
    expect(await list('')).toEqual(['dora@example.com', 'Carol@Bücher.example']);
    expect(await list('?reason=bounce')).toEqual(['Carol@Bücher.example']);
    expect(await list('?address=DORA@example.com&channel=email')).toEqual(['dora@example.com']);
    const { body } = await call('GET', '/suppressions?limit=1');
    expect(await list(`?limit=1&cursor=${body.page.next_cursor}`)).toEqual(['Carol@Bücher.example']);
    for (const status of [204, 204])
      expect((await call('DELETE', `/suppressions/${first.body.id}`)).status).toBe(status);
    expect(await list('')).toEqual(['dora@example.com']);
    expect((await call('POST', '/suppressions', { address: 'carol@bücher.example' })).status).toBe(201);
    expect((await call('DELETE', `/suppressions/${one.client.id}`)).status).toBe(404);
  });

  it.each([
    [{ address: 'nobody' }, 'address'],
    [{}, 'address'],
    [{ address: 'a@example.com', reason: 'because' }, 'reason'],
    [{ address: 'a@example.com', channel: 'webhook' }, 'channel'],
    [{ address: 'a@example.com', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  ])('refuses %j', async (body, field) => {
    const answer = await call('POST', '/suppressions', body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].field).toBe(field);
  });

  it('comes in and goes out as CSV and NDJSON', async () => {
    const importing = (body: string, type: string) =>
      one.client.request('POST', '/suppressions/import', { body, headers: { 'content-type': type } });
    const csv =
      'address,reason,expires_at\r\n"A@example.com",bounce,\r\nnobody,bounce,\r\n=b@example.com,,\r\na@example.com,complaint,';
    expect((await importing(csv, 'text/csv')).body).toEqual({
      received: 4,
      added: 2,
      updated: 0,
      failed: 1,
      errors: [{ line: 3, message: expect.stringContaining('address') }],
    });
    const ndjson = '{"address":"c@example.com","reason":"unsubscribe"}\n\n{"address":"A@EXAMPLE.com"}\n';
    expect((await importing(ndjson, 'application/x-ndjson')).body).toMatchObject({ received: 2, added: 1, updated: 1 });
    const shown = await one.client.request('GET', '/suppressions/export?format=ndjson');
    expect(shown.headers.get('content-type')).toContain('ndjson');
    const lines = String(shown.body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ address, reason }) => [address, reason])).toEqual([
      ['=b@example.com', 'manual'],
      ['a@example.com', 'manual'],
      ['c@example.com', 'unsubscribe'],
    ]);
    const out = await one.client.request('GET', '/suppressions/export', { headers: { accept: 'text/csv' } });
    expect(out.headers.get('content-disposition')).toContain('suppressions.csv');
    const text = String(out.body);
    expect(text.split('\r\n')[1]).toContain("'=b@example.com");
    expect((await importing(text, 'text/csv')).body).toMatchObject({ received: 3, added: 0, updated: 3, failed: 0 });
    for (const [body, type] of [
      ['junk', 'text/csv'],
      ['', 'text/csv'],
      ['{"a', 'application/x-ndjson'],
    ] as const)
      expect((await importing(body, type)).status).toBe(422);
    const other = await importing('address\nc@example.com', 'image/png');
    expect([other.status, other.body.code]).toEqual([415, 'unsupported_media_type']);
    // With a key, the same file again is answered again, and another is refused.
    const keyed = (body: string) =>
      one.client.request('POST', '/suppressions/import', {
        body,
        headers: { 'content-type': 'text/csv', 'idempotency-key': 'import' },
      });
    expect((await keyed('address\nd@example.com')).body).toMatchObject({ added: 1 });
    const again = await keyed('address\nd@example.com');
    expect([again.body.added, again.headers.get('idempotency-replayed')]).toEqual([1, 'true']);
    expect((await keyed('address\ne@example.com')).body.code).toBe('idempotency_mismatch');
  });

  it('shows and exports what holds, which can all be imported again', async () => {
    const importing = (body: string) =>
      one.client.request('POST', '/suppressions/import', { body, headers: { 'content-type': 'text/csv' } });
    const over = await suppress('over@example.com', { expires_at: new Date(Date.now() + 60_000).toISOString() });
    await suppress('ann@example.com');
    await one.app.sql(`update suppressions set expires_at = now() - interval '1 s' where client_id = $1 and id = $2`, [
      one.client.id,
      over.id,
    ]);
    const listed = async (query = '') =>
      (await call('GET', `/suppressions${query}`)).body.data.map(({ address }: any) => address);
    expect(await listed()).toEqual(['ann@example.com']);
    expect(await listed('?address=over@example.com')).toEqual([]);
    const exported = String((await one.client.request('GET', '/suppressions/export?format=csv')).body);
    expect(exported).not.toContain('over@example.com');
    const past = 'email,ann@example.com,bounce,2020-01-01T00:00:00Z,,';
    const { status, body } = await importing(`${exported}${past}\r\n`);
    expect([status, body]).toEqual([200, { received: 2, added: 0, updated: 1, skipped: 1, failed: 0, errors: [] }]);
    expect(await listed()).toEqual(['ann@example.com']);
    // One that comes back is a new one.
    expect((await call('POST', '/suppressions', { address: 'over@example.com' })).status).toBe(201);
  });

  it('lets others have their turn while lines are read that come to nothing', async () => {
    const line = '{"address":"gone@example.com","expires_at":"2001-01-01T00:00:00Z"}';
    let answered = 0;
    let isOver = false;
    const importing = one.client
      .request('POST', '/suppressions/import', {
        body: Array(50_000).fill(line).join('\n'),
        headers: { 'content-type': 'application/x-ndjson' },
      })
      .finally(() => (isOver = true));
    while (!isOver) {
      await one.app.request('GET', '//health/live');
      answered++;
    }
    expect((await importing).body).toMatchObject({ received: 50_000, added: 0, skipped: 50_000 });
    expect(answered).toBeGreaterThan(10);
  });

  it('tells how far an import came that has more lines than it takes', async () => {
    const body = `address\n${'nobody\n'.repeat(99_999)}last@example.com\nbeyond@example.com\n`;
    const answer = await one.client.request('POST', '/suppressions/import', {
      body,
      headers: { 'content-type': 'text/csv' },
    });
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { received: 100_000, added: 1, failed: 99_999, next_line: 100_002 },
    ]);
    const { data } = (await call('GET', '/suppressions')).body;
    expect(data.map(({ address }: any) => address)).toEqual(['last@example.com']);
  });
});

describe('what must not be sent', () => {
  it('is recorded as suppressed when it is accepted, with the reason', async () => {
    await sink();
    await suppress('CAROL@example.com', { reason: 'complaint' });
    await suppress('dora@example.com', { expires_at: new Date(Date.now() + 60_000).toISOString() });
    const { id: removed } = await suppress('fay@example.com', { reason: 'bounce' });
    expect((await call('DELETE', `/suppressions/${removed}`)).status).toBe(204);
    await one.app.sql(`update suppressions set expires_at = now() where client_id = $1 and reason = 'manual'`, [
      one.client.id,
    ]);
    const { id, counts } = await send([
      { email: 'carol@example.com' },
      { email: 'bob@example.com' },
      { email: 'dora@example.com' },
      { email: 'fay@example.com' },
    ]);
    expect(counts).toMatchObject({ total: 4, suppressed: 1, pending: 3 });
    expect(await settled(id)).toMatchObject({ status: 'completed', counts: { total: 4, suppressed: 1, sent: 3 } });
    expect((await deliveriesOf(id)).map(({ status, reason, attempts }) => [status, reason, attempts.length])).toEqual([
      ['suppressed', 'complaint', 0],
      ...Array.from({ length: 3 }, () => ['sent', null, 1]),
    ]);
    expect(smtp.messages.flatMap(({ to }) => to).toSorted()).toEqual(
      ['bob', 'dora', 'fay'].map((name) => `${name}@example.com`),
    );
    const { data } = (await call('GET', '/notifications')).body;
    expect(data[0].counts.suppressed).toBe(1);
  });

  it("is another client's affair there", async () => {
    await sink();
    const other = await one.app.client();
    await other.request('POST', '/suppressions', { body: { address: 'carol@example.com' } });
    const { id } = await send([{ email: 'carol@example.com' }]);
    expect((await settled(id)).counts.sent).toBe(1);
  });

  it('is not sent again when it is suppressed before a retry', async () => {
    await sink();
    smtp.refuse(451, { stage: 'rcpt' });
    const { id } = await send([{ email: 'eve@example.com' }]);
    await until('the first attempt', async () => (await deliveriesOf(id))[0].status === 'retrying');
    await suppress('eve@example.com', { reason: 'unsubscribe' });
    await one.app.sql(`update open_deliveries set next_attempt_at = now(), awake = true where client_id = $1`, [
      one.client.id,
    ]);
    expect((await settled(id)).counts).toMatchObject({ suppressed: 1, total: 1 });
    const [delivery] = await deliveriesOf(id);
    expect(delivery).toMatchObject({ status: 'suppressed', reason: 'unsubscribe', attempt_count: 2 });
    expect(delivery.attempts[1]).toMatchObject({ status: 'failed', error_code: 'suppressed', provider: null });
    expect(smtp.messages).toHaveLength(0);
  });

  it('is not sent when it is asked for once more', async () => {
    await sink();
    const { id } = await send([{ email: 'gil@example.com' }]);
    await settled(id);
    const [first] = await deliveriesOf(id);
    await suppress('gil@example.com', { reason: 'complaint' });
    expect((await call('POST', `/deliveries/${first.id}/resend`)).status).toBe(202);
    expect((await settled(id)).counts).toMatchObject({ total: 2, sent: 1, suppressed: 1 });
    expect((await deliveriesOf(id))[1]).toMatchObject({ reason: 'complaint', resend_of: first.id });
    expect(smtp.messages).toHaveLength(1);
  });

  it('is not sent by a first attempt that comes late, nor to whom opted out meanwhile; a suspended client waits', async () => {
    await sink();
    await call('PUT', '/users/uma', { email: 'uma@example.com' });
    await call('PUT', '/users/vic', { email: 'vic@example.com' });
    const { body } = await call('POST', '/notifications', {
      recipients: [{ email: 'eve@example.com' }, { user_id: 'uma' }, { user_id: 'vic' }, { email: 'zoe@example.com' }],
      category: 'marketing',
      channels: { email: { subject: 'Hello', text: 'Hi' } },
      scheduled_for: new Date(Date.now() + 3_600_000).toISOString(),
    });
    await suppress('eve@example.com', { reason: 'unsubscribe' });
    await call('PUT', '/users/uma/opt-outs', { channels: ['email'] });
    await call('PUT', '/users/vic/opt-outs', { categories: ['marketing'] });
    // As after it was held for a while.
    const due = () =>
      one.app.sql(
        `update open_deliveries set next_attempt_at = now(), awake = status <> 'held', holds = holds + 1
          where client_id = $1 and status in ('pending', 'held')`,
        [one.client.id],
      );
    await one.app.admin().request('POST', `/clients/${one.client.id}/suspend`);
    // What the workers know of it may be a second old.
    await sleep(1_100);
    await due();
    await until('it to be held', async () => {
      const rows = await one.app.sql(`select status, reason from open_deliveries where client_id = $1`, [
        one.client.id,
      ]);
      return rows.filter(({ status, reason }: any) => status === 'held' && reason === 'client_suspended').length === 4;
    });
    expect(smtp.messages).toEqual([]);
    await one.app.admin().request('POST', `/clients/${one.client.id}/reactivate`);
    await until('it to be known again', async () => (await call('GET', '/suppressions')).status === 200);
    await until('it to be sent', async () => {
      await due();
      return smtp.messages.length > 0;
    });
    expect((await settled(body.id)).counts).toMatchObject({ total: 4, suppressed: 3, sent: 1 });
    const reasons = (await deliveriesOf(body.id)).map(({ reason }) => reason ?? 'none');
    expect(reasons.toSorted()).toEqual(['none', 'opted_out', 'opted_out', 'unsubscribe']);
    expect(smtp.messages.map(({ to }) => to)).toEqual([['zoe@example.com']]);
  });

  it('is what a mail server says that it does not have', async () => {
    await sink();
    for (const [message, address] of [
      ['5.1.1 No such user', 'gone@example.com'],
      ['5.7.1 Not from you', 'shut@example.com'],
    ] as const) {
      smtp.refuse(550, { stage: 'rcpt', message });
      expect((await settled((await send([{ email: address }])).id)).counts.failed).toBe(1);
    }
    const { data } = (await call('GET', '/suppressions')).body;
    expect(data.map((one: any) => [one.address, one.reason])).toEqual([['gone@example.com', 'bounce']]);
  });

  it('is left out of the copies, which the attempt records', async () => {
    await sink();
    await suppress('Carl@example.com', { reason: 'bounce' });
    const { id } = await send([{ email: 'bob@example.com' }], {
      cc: ['Carl <carl@example.com>', 'fay@example.com'],
      bcc: ['CARL@example.com'],
    });
    expect((await settled(id)).counts).toMatchObject({ sent: 1, total: 1 });
    const [{ attempts }] = (await deliveriesOf(id)) as [any];
    expect(attempts[0]).toMatchObject({
      status: 'sent',
      error_message: 'Left out: carl@example.com (bounce), CARL@example.com (bounce).',
    });
    expect(smtp.messages[0]!.to).toEqual(['bob@example.com', 'fay@example.com']);
    expect(smtp.messages[0]!.raw.toString()).not.toMatch(/carl/i);
  });
});
