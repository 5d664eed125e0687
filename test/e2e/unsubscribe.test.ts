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
const send = (email: object, recipients: object[] = [{ email: 'Carol@example.com' }]) =>
  call('POST', '/notifications', { recipients, channels: { email: { subject: 'News', text: 'Hi', ...email } } });
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
    const { pathname } = linkOf(mail);
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
