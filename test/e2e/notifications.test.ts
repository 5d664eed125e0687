import { Webhook } from 'standardwebhooks';
import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { Receiver } from '../support/receiver.js';
import { SmtpSink } from '../support/smtp.js';
import { until } from '../support/until.js';

let app: TestApp;
let client: TestClient;
let receiver: Receiver;
let smtp: SmtpSink;

beforeAll(async () => {
  [app, receiver, smtp] = await Promise.all([startApp(), Receiver.start(), SmtpSink.start()]);
});
afterAll(async () => {
  await app.stop();
  await Promise.all([receiver.stop(), smtp.stop()]);
});
beforeEach(async () => {
  client = await app.client();
});

const settled = async (id: string) =>
  until('the notification to settle', async () => {
    const { body } = await client.request('GET', `/notifications/${id}`);
    return ['completed', 'partially_failed', 'failed'].includes(body.status) ? body : null;
  });

const send = async (body: object) => {
  const answer = await client.request('POST', '/notifications', { body });
  expect(answer.status).toBe(202);
  return answer.body;
};

describe('POST /notifications', () => {
  it('sends over email, websocket and webhook in one call, and records each delivery with its attempt', async () => {
    await client.request('POST', '/clients/me/email-providers', {
      body: {
        name: 'sink',
        provider_type: 'smtp',
        from_email: 'acme@example.com',
        config: { host: '127.0.0.1', port: smtp.port, secure: false },
      },
    });
    await client.request('PUT', '/users/alice', { body: { email: 'alice@example.com' } });
    const { id, status, counts } = await send({
      recipients: [{ user_id: 'alice' }],
      channels: {
        email: { subject: 'Hello', text: 'Hi Alice' },
        websocket: { title: 'Hello', body: 'Hi', data: { n: 1 } },
        webhook: { url: `${receiver.url}/hook`, payload: { z: 1, a: 2 } },
      },
    });
    expect({ status, total: counts.total, pending: counts.pending }).toEqual({
      status: 'pending',
      total: 3,
      pending: 3,
    });

    const done = await settled(id);
    expect(done).toMatchObject({ status: 'completed', counts: { total: 3, sent: 2, delivered: 1, pending: 0 } });
    const [webhook] = receiver.requests.filter(({ path }) => path === '/hook');
    expect(webhook!.body.toString()).toBe('{"z":1,"a":2}');
    const { body: secret } = await client.request('GET', '/clients/me/signing-secret');
    new Webhook(secret.secret).verify(webhook!.body.toString(), webhook!.headers as Record<string, string>);
    const [mail] = smtp.messages;
    expect(mail!.to).toEqual(['alice@example.com']);
    expect(mail!.mail.subject).toBe('Hello');
    for (const delivery of done.deliveries) {
      expect(delivery.attempt_count).toBe(1);
      expect(delivery.attempts).toHaveLength(1);
      expect(delivery.attempts[0]).toMatchObject({ number: 1, status: 'sent' });
    }
    const byChannel = Object.fromEntries(done.deliveries.map((d: any) => [d.channel, d]));
    expect(byChannel.webhook).toMatchObject({ status: 'delivered', recipient: { address: `${receiver.url}/hook` } });
    expect(webhook!.headers['webhook-id']).toBe(byChannel.webhook.id);
    expect(byChannel.email).toMatchObject({
      provider: 'sink',
      routing: { decision: 'sink' },
      recipient: { user_id: 'alice' },
    });
  });
});
