import { oneApp } from '../support/one-app.js';
import { MailgunServer } from '../support/mailgun.js';
import { SENDERS } from '../support/senders.js';
import { until } from '../support/until.js';

const one = oneApp();
const { as } = one;

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
});
