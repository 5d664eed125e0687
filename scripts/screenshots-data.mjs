// What the pictures show: something of everything that a deployment knows, as a client's own server makes it.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

const LONGEST_MS = 30_000;
const OLD_SENDER = 'news@old.example';

/** A mail server that takes mail of one sender only, and a receiver of webhooks of which one path is broken. */
export async function outside() {
  const mail = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    onMailFrom: ({ address }, _session, done) =>
      address === OLD_SENDER ? done(refusal(`5.7.1 Sender ${address} is not allowed here`)) : done(),
    onData: (stream, _session, done) => stream.resume().on('end', () => done(null, '2.0.0 Queued')),
  });
  const receiver = createServer((request, response) =>
    request.url === '/good' ? response.writeHead(200).end('{"ok":true}') : response.writeHead(500).end('Out of order'),
  );
  for (const server of [mail, receiver]) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    smtpPort: mail.server.address().port,
    receiver: `http://127.0.0.1:${receiver.address().port}`,
    close() {
      mail.close();
      receiver.close();
    },
  };
}

const refusal = (message) => Object.assign(new Error(message), { responseCode: 550 });

/** @returns `call(method, path, body, user)`, which rejects with what the API refuses */
export function apiOf(url, key) {
  return async (method, path, body, user) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(user && { 'x-user-id': user }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
}

/**
 * What arrives, what fails, what waits and what is to be decided.
 * @param call of {@link apiOf}, with the client's master key
 * @returns the addresses of single things that are worth a picture
 */
export async function fill(call, { smtpPort, receiver }) {
  const bad = await webhooks(call, receiver);
  await inbound(call);
  await call('POST', '/clients/me/providers', {
    name: 'main',
    channel: 'email',
    provider_type: 'smtp',
    from_email: OLD_SENDER,
    from_name: 'The shop',
    daily_cap: 2_000,
    config: { host: '127.0.0.1', port: smtpPort, secure: false },
  });
  await call('POST', '/suppressions', { channel: 'email', address: 'left@example.com', reason: 'unsubscribe' });
  await call('POST', '/suppressions', { channel: 'email', address: 'full@example.org', reason: 'bounce' });
  const failed = await call('POST', '/notifications', orderOf(1, receiver));
  const failedMail = await ended(call, failed.id);
  await call('PATCH', '/clients/me/providers/main', { from_email: 'orders@shop.example' });
  for (let order = 2; order <= 24; order++) await call('POST', '/notifications', orderOf(order, receiver));
  const resent = await call('POST', `/deliveries/${failedMail}/resend`);
  await call('POST', '/recoveries', { filter: { status: 'failed', channel: 'webhook' }, dry_run: true });
  await call('POST', '/clients/me/keys', { name: 'The shop’s server' });
  const room = await toReview(call);
  return { failedMail, resent: resent.id, room, endpoint: bad };
}

async function webhooks(call, receiver) {
  await call('POST', '/webhooks/endpoints', {
    url: `${receiver}/good`,
    event_types: ['notification.*'],
    description: 'Orders',
  });
  const { id } = await call('POST', '/webhooks/endpoints', {
    url: `${receiver}/bad`,
    event_types: ['message.created'],
    description: 'CRM',
  });
  return id;
}

async function inbound(call) {
  const { id } = await call('POST', '/webhooks/sources', {
    name: 'GitHub',
    verification: { template: 'github', secret: 'screenshots-secret' },
  });
  await call('POST', '/webhooks/rules', {
    name: 'Issues become rooms',
    source_id: id,
    condition: "action = 'opened'",
    actions: [{ type: 'create_room', params: { room_type: 'support', name: { $jsonata: 'issue.title' } } }],
  });
}

const orderOf = (order, receiver) => ({
  recipients: [{ user_id: 'alice', email: order % 9 ? 'alice@example.com' : 'left@example.com' }],
  channels: {
    email: { subject: `Order ${order} shipped`, text: 'It is on its way.' },
    websocket: { title: 'Shipped', body: `Order ${order} is on its way.` },
    webhook: { url: `${receiver}/${order % 5 ? 'good' : 'bad'}`, payload: { order } },
  },
  max_retry_attempts: 0,
  tags: ['orders'],
});

/** @returns the id of the notification's mail, once that has failed */
async function ended(call, notification) {
  for (const deadline = Date.now() + LONGEST_MS; Date.now() < deadline; await sleep(200)) {
    const { deliveries } = await call('GET', `/notifications/${notification}`);
    const mail = deliveries.find(({ channel, status }) => channel === 'email' && status === 'failed');
    if (mail) return mail.id;
  }
  throw new Error('The mail that was to fail did not.');
}

/** A room in which somebody was reported, and somebody banned. */
async function toReview(call) {
  const { data: rooms } = await call('GET', '/rooms/all');
  const trip = rooms.find(({ name }) => name === 'Weekend trip');
  if (!trip) throw new Error('The seed made no room.');
  const path = `/rooms/${trip.id}/messages`;
  const { id } = await call('POST', path, { content: 'Cheap tickets, click here!' }, 'charlie');
  await call('POST', `${path}/${id}/reports`, { reason: 'spam', text: 'Advertising.' }, 'alice');
  await call('PUT', '/users/mallory', { display_name: 'Mallory' });
  await call('PUT', '/users/mallory/ban', { reason: 'Advertising in every room' });
  return trip.id;
}
