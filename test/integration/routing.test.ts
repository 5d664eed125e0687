import type { TestClient } from '../support/app.js';
import { NestApp } from '../support/nest-app.js';
import { SmtpSink } from '../support/smtp.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

let app: NestApp;
let client: TestClient;
let truth: Truth;
/** Two servers that take whatever comes. */
let one: SmtpSink;
let two: SmtpSink;

beforeAll(async () => {
  [app, one, two] = await Promise.all([NestApp.start(), SmtpSink.start(), SmtpSink.start()]);
  truth = new Truth(app.database);
});
afterAll(async () => {
  await app.stop();
  await Promise.all([one.stop(), two.stop()]);
});
beforeEach(async () => {
  client = await app.client();
  for (const sink of [one, two]) sink.messages.length = 0;
});
afterEach(async () => {
  jest.restoreAllMocks();
  await truth.expectBalancedLedger(client.id);
});

const provider = async (name: string, port: number, more: object = {}, of = client) => {
  const config = { host: '127.0.0.1', port, secure: false };
  const body = { name, provider_type: 'smtp', from_email: 'a@example.com', config, ...more };
  expect((await of.request('POST', '/clients/me/providers?verify=false', { body })).status).toBe(201);
};
const people = (count: number) => Array.from({ length: count }, (_, n) => ({ email: `p${n}@example.com` }));
const mail = async (count = 1, email: object = {}, more: object = {}): Promise<string> => {
  const channels = { email: { subject: 's', text: 't', ...email } };
  const { status, body } = await client.request('POST', '/notifications', {
    body: { recipients: people(count), channels, ...more },
  });
  expect([status, body]).toEqual([202, body]);
  return body.id;
};
const rows = (id: string) =>
  truth.query<any>(
    'select d.*, o.holds from deliveries d left join open_deliveries o using (client_id, id) where d.source_id = $1 order by d.id',
    [id],
  );
const become = (id: string, status: string, which = (all: any[]) => all.every((row) => row.status === status)) =>
  until(`the deliveries to be ${status}`, async () => {
    const found = await rows(id);
    return found.length > 0 && which(found) ? found : null;
  });

describe('by the number of recipients', () => {
  it('few go to the primary provider, many to the bulk one, copies counted', async () => {
    await client.request('PATCH', '/clients/me', { body: { settings: { bulk_threshold: 4, primary_max: 2 } } });
    await provider('bulk', two.port, { is_bulk: true });
    await provider('small', one.port, { is_primary: true });
    const routed = async (...args: Parameters<typeof mail>) => {
      const all = await become(await mail(...args), 'sent');
      return [...new Set(all.map(({ provider, routing }) => `${provider} ${routing.reason}`))];
    };
    expect(await routed(2)).toEqual(['small primary']);
    expect(await routed(3)).toEqual(['small primary']);
    expect(await routed(4)).toEqual(['bulk bulk']);
    expect(await routed(2, { cc: ['c@example.com'], bcc: ['d@example.com'] })).toEqual(['bulk bulk']);
    expect(await routed(4, { provider: 'small' })).toEqual(['small explicit']);
  });

  it('who takes fewer is passed by, and tells when one mail alone is too much', async () => {
    await provider('few', one.port, { is_primary: true, max_recipients: 2 });
    expect((await become(await mail(3), 'sent'))[0]).toMatchObject({ provider: 'few' });
    const cc = ['c@example.com', 'd@example.com'];
    expect((await become(await mail(1, { cc }), 'failed'))[0]).toMatchObject({ reason: 'too_many_recipients' });
    await provider('many', two.port);
    expect((await become(await mail(3), 'sent'))[0]).toMatchObject({ provider: 'many', routing: { reason: 'order' } });
  });

  it('counts those who are told, not those who can not be', async () => {
    await client.request('PATCH', '/clients/me', { body: { settings: { bulk_threshold: 2, primary_max: 0 } } });
    await provider('small', one.port, { is_primary: true });
    await provider('bulk', two.port, { is_bulk: true });
    const channels = { email: { subject: 's', text: 't' } };
    const recipients = [{ user_id: 'nobody' }, { email: 'b@example.com' }];
    const { body } = await client.request('POST', '/notifications', { body: { recipients, channels } });
    const ended = await become(body.id, 'over', (all) =>
      all.every(({ status }) => status !== 'pending' && status !== 'sending'),
    );
    expect(ended.map(({ status, provider }) => [status, provider]).toSorted()).toEqual([
      ['sent', 'small'],
      ['suppressed', null],
    ]);
  });
});
