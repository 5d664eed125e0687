import { oneApp } from '../support/one-app.js';
import { MailgunServer } from '../support/mailgun.js';
import { SENDERS } from '../support/senders.js';
import { until } from '../support/until.js';

const one = oneApp();
const { as } = one;

type Fields = Record<string, string>;

const urlencoded = (fields: Fields) => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});
/** As what has attachments comes. */
const multipart = (fields: Fields) => {
  const parts = Object.entries(fields).map(
    ([name, value]) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`,
  );
  parts.push(
    'Content-Disposition: form-data; name="attachment-1"; filename="a.bin"\r\nContent-Type: application/octet-stream\r\n\r\n\u0000',
  );
  const boundary = 'c4d1e4b3';
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`,
  };
};
/** What is signed, of any request. */
const signature = (): Fields => JSON.parse(SENDERS.mailgun!.sign({}).body).signature;

/** The whole way: a mail over Mailgun, and what Mailgun tells of it over a source. */
describe('a source of Mailgun', () => {
  let mailgun: MailgunServer;
  beforeAll(async () => (mailgun = await MailgunServer.start()));
  afterAll(() => mailgun.stop());

  it("moves the state of the client's deliveries", async () => {
    const made = await as(undefined, 'POST', '/clients/me/email-providers?verify=false', {
      name: 'mg',
      provider_type: 'mailgun',
      from_email: 'acme@example.com',
      config: mailgun.config,
    });
    expect(made).toMatchObject({ status: 201 });
    const { body: notification } = await as(undefined, 'POST', '/notifications', {
      recipients: [{ email: 'ann@example.com' }],
      channels: { email: { subject: 's', text: 't' } },
    });
    const delivery = async () => (await as(undefined, 'GET', `/notifications/${notification.id}`)).body.deliveries[0];
    const sent = await until('the mail', async () => {
      const found = await delivery();
      return found.status === 'sent' ? found : null;
    });
    const { body: source } = await as(undefined, 'POST', '/webhooks/sources', {
      name: 'Mailgun',
      verification: SENDERS.mailgun!.verification,
    });
    const { headers, body } = SENDERS.mailgun!.sign({
      timestamp: Date.now() / 1_000,
      event: 'delivered',
      recipient: 'ann@example.com',
      message: { headers: { 'message-id': sent.provider_message_id.replace(/[<>]/g, '') } },
    });
    const answer = await one.app.request('POST', `/${new URL(source.url).pathname}`, { headers, body });
    expect(answer.status).toBe(200);
    await until('the state', async () => (await delivery()).status === 'delivered');
    const event = await until('the event', async () => {
      const found = (await as(undefined, 'GET', `/webhooks/sources/${source.id}/events/${answer.body.id}`)).body;
      return found.status === 'processed' ? found : null;
    });
    expect(event.results).toEqual([{ rule_id: null, action: 'provider_event' }]);
  });

  it('takes forms, in both encodings, as signed as JSON', async () => {
    await as(undefined, 'POST', '/clients/me/email-providers?verify=false', {
      name: 'mg',
      provider_type: 'mailgun',
      from_email: 'acme@example.com',
      config: mailgun.config,
    });
    const { body: notification } = await as(undefined, 'POST', '/notifications', {
      recipients: ['ann', 'ben', 'cleo'].map((name) => ({ email: `${name}@example.com` })),
      channels: { email: { subject: 's', text: 't' } },
    });
    const deliveries = async (): Promise<any[]> =>
      (await as(undefined, 'GET', `/notifications/${notification.id}`)).body.deliveries;
    const stateOf = async (name: string) => {
      const found = (await deliveries()).find(({ recipient }) => recipient.address === `${name}@example.com`);
      return [found.status, found.reason];
    };
    const sent = await until('the mails', async () => {
      const found = await deliveries();
      return found.every(({ status }) => status === 'sent') && found;
    });
    const id: string = sent[0].provider_message_id;
    const { body: source } = await as(undefined, 'POST', '/webhooks/sources', {
      name: 'Mailgun',
      verification: SENDERS.mailgun!.verification,
    });
    const post = (request: { headers: Fields; body: string }) =>
      one.app.request('POST', `/${new URL(source.url).pathname}`, request);
    const told = { domain: 'mg.example.com', 'message-headers': JSON.stringify([['Message-Id', id]]) };
    const opened = { ...told, ...signature(), event: 'opened', recipient: 'ann@example.com' };
    expect((await post(urlencoded(opened))).status).toBe(200);
    const bounced = { ...told, ...signature(), event: 'bounced', code: '550', recipient: 'ben@example.com' };
    const answer = await post(multipart(bounced));
    expect(answer.status).toBe(200);
    const dropped = { ...signature(), event: 'dropped', reason: 'hardfail', code: '607', 'Message-Id': id };
    expect((await post(urlencoded({ ...dropped, recipient: 'cleo@example.com' }))).status).toBe(200);
    await until(
      'the states',
      async () => (await stateOf('cleo'))[0] === 'failed' && (await stateOf('ben'))[0] === 'failed',
    );
    await until('the first', async () => (await stateOf('ann'))[0] === 'delivered');
    expect(await stateOf('ben')).toEqual(['failed', 'bounced']);
    expect(await stateOf('cleo')).toEqual(['failed', 'suppress_complaint']);
    const { body: list } = await as(undefined, 'GET', '/suppressions');
    expect(list.data.map((entry: any) => [entry.address, entry.reason]).toSorted()).toEqual([
      ['ben@example.com', 'bounce'],
      ['cleo@example.com', 'complaint'],
    ]);
    const kept = (await as(undefined, 'GET', `/webhooks/sources/${source.id}/events/${answer.body.id}`)).body;
    expect(kept).toMatchObject({
      type: 'bounced',
      payload: { event: 'bounced', 'attachment-1': { filename: 'a.bin', bytes: 1 } },
    });

    expect((await post(multipart(bounced))).body.status).toBe('duplicate');
    for (const forged of [
      urlencoded({ ...opened, ...signature(), signature: '0'.repeat(64) }),
      multipart({ ...bounced, token: 'x' }),
      urlencoded({ ...bounced, recipient: 'ann@example.com' }),
      { ...multipart(bounced), body: 'junk' },
      { ...multipart(bounced), body: multipart(bounced).body.slice(0, -10) },
      { ...multipart(bounced), headers: { 'content-type': 'multipart/form-data' } },
      urlencoded({}),
    ])
      expect((await post(forged)).status).toBe(406);
  });
});
