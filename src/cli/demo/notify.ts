import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { Api } from '../api.js';
import { check, type Printer } from './print.js';
import type { Reader } from './reader.js';
import { HookServer, MailServer } from './receivers.js';

interface Delivery {
  id: string;
  channel: string;
  status: string;
  reason: string | null;
  provider: string | null;
  attempt_count: number;
  attempts?: Record<string, unknown>[];
}

interface Notification {
  id: string;
  status: string;
  deliveries?: Delivery[];
}

const SMTP_LOGIN = { username: 'demo', password: 'demo-password' };
const WAIT_MS = 15_000;

/** One notification over email, websocket and webhook, each received for real, and the record of each. */
export async function notify(master: Api, bob: Reader, printer: Printer): Promise<void> {
  const mail = new MailServer(SMTP_LOGIN);
  const hook = new HookServer();
  try {
    await configureSmtp(master, await mail.start(), printer);
    const notification = await send(master, await hook.start(), printer);
    await showMail(mail, printer);
    await showSocketEvent(bob, printer);
    await showWebhook(master, hook, printer);
    await showRecord(master, notification.id, printer);
  } finally {
    await Promise.all([mail.stop(), hook.stop()]);
  }
}

async function configureSmtp(master: Api, port: number, printer: Printer): Promise<void> {
  printer.step('Configure SMTP (POST /clients/me/providers); ChatAPI logs in there before it says yes');
  const provider = await master.post('/clients/me/providers', {
    name: 'demo-smtp',
    provider_type: 'smtp',
    is_primary: true,
    from_email: 'hello@example.com',
    from_name: 'ChatAPI demo',
    config: { host: '127.0.0.1', port, secure: false, ...SMTP_LOGIN },
  });
  check(!JSON.stringify(provider).includes(SMTP_LOGIN.password), 'the password came back');
  printer.say(`an SMTP server runs on 127.0.0.1:${port}, and is now the provider ${String(provider.name)}`);
}

async function send(master: Api, hookUrl: string, printer: Printer): Promise<Notification> {
  printer.step('Send one notification over email, websocket and webhook at once (POST /notifications)');
  const notification = await master.post<Notification>('/notifications', {
    recipients: [{ user_id: 'bob', email: 'bob@example.com' }],
    channels: {
      email: { subject: 'Your order has shipped', text: 'It arrives on Friday.' },
      websocket: { title: 'Shipped', body: 'It arrives on Friday.', data: { order: 1234 } },
      webhook: { url: `${hookUrl}/orders`, payload: { order: 1234, state: 'shipped' } },
    },
  });
  printer.say(`accepted as ${notification.id}`);
  return notification;
}

async function showMail(mail: MailServer, printer: Printer): Promise<void> {
  printer.step('The mail, as the SMTP server received it');
  await until('the mail', () => mail.mails.length > 0);
  const [{ from, to, user, raw }] = mail.mails as [MailServer['mails'][0]];
  printer.say(`from ${from} to ${to.join(', ')}, sent by the SMTP user ${user}`);
  printer.quote(raw);
  check(to.join() === 'bob@example.com' && raw.includes('Your order has shipped'), 'it is another mail');
}

async function showSocketEvent(bob: Reader, printer: Printer): Promise<void> {
  printer.step("The event on bob's socket; his app acknowledges it (notification.ack)");
  await bob.until('the notification', () => bob.notifications.length > 0);
  const [event] = bob.notifications;
  printer.json(event);
  await bob.acknowledge(String(event!.data.delivery_id));
}

async function showWebhook(master: Api, hook: HookServer, printer: Printer): Promise<void> {
  printer.step('The signed HTTP request, verified with the standardwebhooks package');
  await until('the webhook', () => hook.requests.length > 0);
  const [{ method, path, headers, body }] = hook.requests as [HookServer['requests'][0]];
  const shown = Object.entries(headers).filter(([name]) => /^(webhook-|content-type|user-agent)/.test(name));
  printer.quote([`${method} ${path}`, ...shown.map(([name, value]) => `${name}: ${value}`), '', body].join('\n'));
  const { secret } = await master.get<{ secret: string }>('/clients/me/signing-secret');
  new Webhook(secret).verify(body, headers);
  printer.say('the signature is right');
  let refused = false;
  try {
    new Webhook(secret).verify(body.replace('1234', '9999'), headers);
  } catch {
    refused = true;
  }
  check(refused, 'a changed body has a valid signature, too');
  printer.say('and it is wrong for a body in which one number was changed');
}

/** Nothing more will happen to a delivery in one of these. */
const SETTLED = ['delivered', 'failed', 'suppressed', 'cancelled', 'expired'];

async function showRecord(master: Api, id: string, printer: Printer): Promise<void> {
  printer.step('What ChatAPI keeps: each delivery with its attempts (GET /notifications/{id})');
  let latest: Notification | undefined;
  await until('the deliveries to settle', async () => {
    latest = await master.get<Notification>(`/notifications/${id}`);
    // An email is delivered on its provider's report, which SMTP has none of: it stays sent.
    return latest.deliveries!.every(
      ({ status, channel }) => SETTLED.includes(status) || (channel === 'email' && status === 'sent'),
    );
  });
  const { status, deliveries = [] } = latest!;
  for (const { channel, status, reason, provider, attempt_count, attempts = [] } of deliveries) {
    printer.say(
      `${channel}: ${status}, ${attempt_count} attempt(s)${reason ? `, ${reason}` : ''}, by ${provider ?? '-'}`,
    );
    for (const attempt of attempts) printer.quote(JSON.stringify(attempt));
  }
  printer.say(`the notification is ${status}`);
  const states = Object.fromEntries(deliveries.map(({ channel, status }) => [channel, status]));
  const wanted = { email: 'sent', websocket: 'delivered', webhook: 'delivered' };
  for (const [channel, state] of Object.entries(wanted)) {
    check(states[channel] === state, `the ${channel} delivery is ${states[channel]}, not ${state}`);
  }
  check(status === 'completed', `the notification is ${status}`);
}

async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await look())) {
    check(Date.now() < deadline, `${what} did not come within ${WAIT_MS / 1000} s`);
    await sleep(50);
  }
}
