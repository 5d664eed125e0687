import { headersFor, MailgunServer } from '../support/mailgun.js';
import { oneApp } from '../support/one-app.js';
import { SmtpSink, type ReceivedMail } from '../support/smtp.js';
import { until } from '../support/until.js';

const one = oneApp();
let smtp: SmtpSink;

beforeAll(async () => {
  smtp = await SmtpSink.start();
});
afterAll(() => smtp.stop());
beforeEach(async () => {
  smtp.messages.length = 0;
  await call('POST', '/clients/me/email-providers', {
    name: 'sink',
    provider_type: 'smtp',
    from_email: 'acme@example.com',
    config: { host: '127.0.0.1', port: smtp.port, secure: false },
  });
});

const call = (method: string, path: string, body?: object) => one.as(undefined, method, path, body);
const send = (email: object, recipients: object[] = [{ email: 'Carol@example.com' }], more: object = {}) =>
  call('POST', '/notifications', {
    recipients,
    channels: { email: { subject: 'News', text: 'Hi', ...email } },
    ...more,
  });
const header = ({ mail }: ReceivedMail, name: string) =>
  mail.headers.find(({ key }) => key === name.toLowerCase())?.value;
const linkOf = (mail: ReceivedMail) => new URL(/^<(.+)>$/.exec(header(mail, 'List-Unsubscribe') ?? '')![1]!);
const press = (path: string, method = 'POST', accept = 'text/html') =>
  one.app.request(method, `/${path}`, {
    headers: { accept, 'content-type': 'application/x-www-form-urlencoded' },
    ...(method === 'POST' && { body: 'List-Unsubscribe=One-Click' }),
  });

describe('a mail that may be unsubscribed', () => {
  it('has a link for its recipient, by which one click ends it', async () => {
    const { body } = await send({ list_unsubscribe: true }, [
      { email: 'Carol@example.com' },
      { email: 'dora@example.com' },
    ]);
    await smtp.waitFor(2);
    const mail = smtp.messages.find(({ to }) => to[0] === 'Carol@example.com')!;
    expect(header(mail, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
    const { pathname, host } = linkOf(mail);
    expect(host).toBe(new URL(one.app.url).host);
    expect(linkOf(smtp.messages.find((it) => it !== mail)!).pathname).not.toBe(pathname);
    expect(pathname).toMatch(/^\/u\/[\w.-]{100,600}$/);
    expect(Buffer.from(pathname.split('.')[1]!, 'base64url').toString('latin1').toLowerCase()).not.toContain('carol');

    const page = await press(pathname, 'GET');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(String(page.body).match(/<button/g)).toHaveLength(1);
    expect(String(page.body)).not.toMatch(/<script|carol/i);
    await until('the mails to be recorded', async () => {
      const shown = await call('GET', `/notifications/${body.id}`);
      return shown.body.counts.sent === 2;
    });
    // Looking changes nothing, nor does it later on.
    for (let times = 0; times < 3; times++) expect((await press(pathname, 'GET')).body).toBe(page.body);
    expect((await call('GET', '/suppressions')).body.data).toEqual([]);
    expect((await call('GET', `/notifications/${body.id}`)).body.counts).toMatchObject({ sent: 2, delivered: 0 });
    for (const status of [200, 200]) expect((await press(pathname)).status).toBe(status);
    const { data } = (await call('GET', '/suppressions')).body;
    expect(data.map(({ address, reason }: any) => [address, reason])).toEqual([['Carol@example.com', 'unsubscribe']]);
    const { deliveries } = (await call('GET', `/notifications/${body.id}`)).body;
    const ofCarol = deliveries.find(({ recipient }: any) => recipient.address === 'Carol@example.com');
    expect(ofCarol).toMatchObject({ status: 'delivered', unsubscribed_at: expect.any(String) });
    expect((await send({})).body.counts).toMatchObject({ suppressed: 1 });
  });

  it('has none unless it asks for it', async () => {
    await send({});
    const [mail] = await smtp.waitFor(1);
    expect(header(mail!, 'List-Unsubscribe')).toBeUndefined();
  });

  it.each([
    [{ headers: { 'List-Unsubscribe': '<https://x.example>' } }, 'headers.List-Unsubscribe'],
    [{ cc: ['copy@example.com'] }, 'list_unsubscribe'],
  ])('has no other link, and no copies that carry it: %j', async (more, field) => {
    const { status, body } = await send({ list_unsubscribe: true, ...more });
    expect(status).toBe(422);
    expect(body.errors[0].field).toBe(`channels.email.${field}`);
  });
});

describe('a mail of a category', () => {
  const marketing = { category: 'marketing' };
  /** What becomes of a mail to them, once it has. */
  const sent = async (recipient: object, more: object = {}) => {
    const { status, body } = await send({ list_unsubscribe: true }, [recipient], more);
    expect([status, body.detail]).toEqual([202, undefined]);
    return until('the mail to be recorded', async () => {
      const [delivery] = (await call('GET', `/notifications/${body.id}`)).body.deliveries;
      return ['sent', 'suppressed'].includes(delivery.status) && delivery;
    });
  };
  const stateOf = async (recipient: object, more: object = {}) => {
    const { status, reason } = await sent(recipient, more);
    return reason === null ? status : `${status} ${reason}`;
  };
  const latestLink = () => linkOf(smtp.messages.at(-1)!).pathname;

  it('is left by a user for that category alone, which the opt-outs show', async () => {
    await call('PUT', '/users/carol', { email: 'carol@example.com' });
    const carol = { user_id: 'carol' };
    const { id } = await sent(carol, marketing);
    const link = latestLink();
    expect((await press(link, 'GET')).status).toBe(200);
    expect((await call('GET', '/users/carol/opt-outs')).body).toEqual({ categories: [], channels: [] });
    for (const status of [200, 200]) expect((await press(link)).status).toBe(status);
    const optOuts = (await call('GET', '/users/carol/opt-outs')).body;
    expect(optOuts).toEqual({
      categories: ['marketing'],
      channels: [],
      unsubscribed: { marketing: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/) },
    });
    expect((await call('GET', '/suppressions')).body.data).toEqual([]);
    expect((await call('GET', `/deliveries/${id}`)).body.unsubscribed_at).not.toBeNull();
    expect(await stateOf(carol, marketing)).toBe('suppressed opted_out');
    expect(await stateOf(carol, { category: 'orders' })).toBe('sent');
    expect(await stateOf(carol)).toBe('sent');

    await call('PUT', '/users/carol/opt-outs', { categories: ['orders', 'marketing'] });
    expect((await call('GET', '/users/carol/opt-outs')).body).toMatchObject({ unsubscribed: optOuts.unsubscribed });
    await call('PUT', '/users/carol/opt-outs', { categories: ['orders'] });
    expect((await call('GET', '/users/carol/opt-outs')).body).toEqual({ categories: ['orders'], channels: [] });
    expect(await stateOf(carol, marketing)).toBe('sent');
  });

  it('is left by an address without a user for that category alone, which the suppression list shows', async () => {
    const dora = { email: 'Dora@example.com' };
    expect(await stateOf(dora, marketing)).toBe('sent');
    await press(latestLink());
    const listed = async () =>
      (await call('GET', '/suppressions')).body.data.map((one: any) => [
        one.address,
        one.reason,
        one.category ?? 'all',
      ]);
    expect(await listed()).toEqual([['Dora@example.com', 'unsubscribe', 'marketing']]);
    expect(await stateOf({ email: 'dora@example.com' }, marketing)).toBe('suppressed unsubscribe');
    expect(await stateOf(dora, { category: 'orders' })).toBe('sent');
    expect(await stateOf(dora)).toBe('sent');
    // Of all mail now, beside it.
    await press(latestLink());
    expect((await listed()).toSorted()).toEqual([
      ['Dora@example.com', 'unsubscribe', 'all'],
      ['Dora@example.com', 'unsubscribe', 'marketing'],
    ]);
    expect(await stateOf(dora, { category: 'orders' })).toBe('suppressed unsubscribe');
    const { body } = await one.client.request('GET', '/suppressions/export?format=ndjson');
    for (const { id } of (await call('GET', '/suppressions')).body.data) await call('DELETE', `/suppressions/${id}`);
    expect(await stateOf(dora, marketing)).toBe('sent');
    const lines = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
    const imported = await one.client.request('POST', '/suppressions/import', {
      body: lines,
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(imported.body).toMatchObject({ received: 2, added: 2 });
    expect((await listed()).map(([, , category]: any) => category)).toEqual(
      expect.arrayContaining(['all', 'marketing']),
    );
  });

  it('has a name that a link can carry', async () => {
    const { status, body } = await send({ list_unsubscribe: true }, undefined, { category: 'ü'.repeat(151) });
    expect([status, body.errors[0].field]).toEqual([422, 'category']);
    await sent({ email: 'eve@example.com' }, { category: 'ü'.repeat(150) });
    expect(latestLink().length).toBeLessThan(950);
    expect((await press(latestLink())).status).toBe(200);
  });
});

describe('a batch over Mailgun', () => {
  let mailgun: MailgunServer;
  beforeAll(async () => (mailgun = await MailgunServer.start()));
  afterAll(() => mailgun.stop());

  it('is one request, in which each recipient has a link that is of nobody else', async () => {
    await call('POST', '/clients/me/email-providers?verify=false', {
      name: 'mailgun',
      provider_type: 'mailgun',
      from_email: 'acme@example.com',
      config: mailgun.config,
    });
    const people = ['ann', 'ben', 'cleo'].map((name) => `${name}@example.com`);
    const recipients = people.map((email) => ({ email }));
    const { body } = await send({ list_unsubscribe: true, provider: 'mailgun' }, recipients, { category: 'news' });
    await until('all to be sent', async () => (await call('GET', `/notifications/${body.id}`)).body.counts.sent === 3);
    expect(mailgun.messages.map(({ to }) => to.toSorted())).toEqual([people]);
    const headers = people.map((address) => headersFor(mailgun.messages[0]!, address));
    const links = headers.map((one) => /^<(\S+)>$/.exec(one['List-Unsubscribe']!)![1]!);
    expect(new Set(links).size).toBe(3);
    for (const one of headers) expect(one['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
    expect((await press(new URL(links[1]!).pathname)).status).toBe(200);
    const listed = (await call('GET', '/suppressions')).body.data;
    expect(listed.map((entry: any) => [entry.address, entry.category])).toEqual([['ben@example.com', 'news']]);
    const { deliveries } = (await call('GET', `/notifications/${body.id}`)).body;
    const left = deliveries.filter((one: any) => one.unsubscribed_at !== null);
    expect(left.map((one: any) => one.recipient.address)).toEqual(['ben@example.com']);
  });
});

it('a link that is not ours leads to a page that says so', async () => {
  await send({ list_unsubscribe: true });
  const [mail] = await smtp.waitFor(1);
  const { pathname } = linkOf(mail!);
  const forged = pathname.slice(0, -2) + (pathname.endsWith('AA') ? 'BB' : 'AA');
  for (const path of ['/u/junk', '/u/a.b', `${forged}`, `${pathname}.x`, `/u/${'a'.repeat(3_000)}`]) {
    for (const method of ['GET', 'POST']) {
      const { status, headers } = await press(path, method);
      expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    }
    const problem = await press(path, 'POST', 'application/json');
    expect([problem.status, problem.body.code]).toEqual([404, 'not_found']);
  }
  expect((await call('GET', '/suppressions')).body.data).toEqual([]);
});
