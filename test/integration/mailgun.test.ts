import { createServer, type AddressInfo } from 'node:net';
import { AddressGuard } from '../../src/platform/common/address-guard.js';
import { newId } from '../../src/platform/common/ids.js';
import { Problem } from '../../src/platform/common/problem.js';
import type { EmailContent } from '../../src/engine/providers/email/email.content.js';
import { baseUrlOf } from '../../src/engine/providers/mailgun/mailgun.config.js';
import { MailgunProvider } from '../../src/engine/providers/mailgun/mailgun.provider.js';
import type {
  Outcome,
  OutboundDelivery,
  ProviderConfig,
  UnknownDelivery,
} from '../../src/engine/providers/provider.js';
import { MailgunServer, valueOf, valuesOf } from '../support/mailgun.js';

const guard = new AddressGuard('loopback');
const provider = new MailgunProvider(guard);
let mailgun: MailgunServer;

beforeAll(async () => {
  mailgun = await MailgunServer.start();
});
afterAll(async () => {
  provider.close();
  await mailgun.stop();
});
beforeEach(() => mailgun.forget());

const TENANT = newId();

function mails(addresses: string[], more: Partial<EmailContent> = {}): OutboundDelivery<EmailContent>[] {
  const content: EmailContent = { subject: 'Subject', text: 'Text', ...more };
  return addresses.map((address) => {
    const id = newId();
    return { id, client_id: TENANT, message_id: id, address, content };
  });
}

const config = (more: object = {}): ProviderConfig<any> => ({
  key: newId(),
  from_email: 'acme@example.com',
  from_name: 'Acme, "Ltd"',
  values: { ...mailgun.config, ...more },
});

const send = (batch: OutboundDelivery<EmailContent>[], settings = config(), signal = AbortSignal.timeout(60_000)) =>
  provider.send(batch, settings, signal);

const kindOf = (outcome: Outcome | undefined) =>
  outcome!.kind === 'accepted' ? ['accepted'] : [outcome!.kind, outcome!.fault, outcome!.code];

describe('a message', () => {
  it('is written as the manual says', async () => {
    const [mail] = mails(['bob@example.com'], {
      html: '<img src="cid:logo@acme">',
      from: { name: 'Ann', address: 'ann@acme.example' },
      reply_to: { name: '', address: 'help@example.com' },
      cc: [{ name: 'Carl', address: 'carl@example.com' }],
      bcc: [{ name: '', address: 'dora@example.com' }],
      headers: { 'X-Campaign': 'spring' },
      tags: ['spring', 'sale'],
      tracking: { opens: true, clicks: false },
      attachments: [
        { filename: 'a "b".txt', content: Buffer.from('attached').toString('base64'), content_type: 'text/plain' },
        { filename: 'logo.png', content: 'AAAA', content_type: 'image/png', content_id: 'logo@acme' },
      ],
    });
    const [outcome] = await send([mail!], config({ test_mode: true }));
    const [message] = mailgun.messages;
    expect(outcome).toMatchObject({
      kind: 'accepted',
      provider_message_id: `<${mail!.id}@acme.example>`,
      response: { status: 200 },
    });
    expect(Object.fromEntries(message!.fields)).toEqual({
      from: 'Ann <ann@acme.example>',
      to: 'bob@example.com',
      cc: 'Carl <carl@example.com>',
      bcc: 'dora@example.com',
      subject: 'Subject',
      text: 'Text',
      html: '<img src="cid:logo@acme">',
      'v:delivery_id': mail!.id,
      'o:tag': 'sale',
      'o:tracking-opens': 'yes',
      'o:tracking-clicks': 'no',
      'o:testmode': 'yes',
      'h:X-Campaign': 'spring',
      'h:Reply-To': 'help@example.com',
      'h:Message-Id': `<${mail!.id}@acme.example>`,
    });
    expect(valuesOf(message!, 'o:tag')).toEqual(['spring', 'sale']);
    expect(message!.files.map(({ field, name, type, bytes }) => [field, name, type, bytes.toString('base64')])).toEqual(
      [
        ['attachment', 'a "b".txt', 'text/plain', Buffer.from('attached').toString('base64')],
        ['inline', 'logo@acme', 'image/png', 'AAAA'],
      ],
    );
  });

  it('names its sender so that no name can be read as an address', async () => {
    await send(mails(['bob@example.com']));
    expect(valueOf(mailgun.messages[0]!, 'from')).toBe('"Acme, \\"Ltd\\"" <acme@example.com>');
  });

  it('has variables only where it is for many, or has a link', async () => {
    const [one] = mails(['a@example.com']);
    await send([one!]);
    await send([{ ...one!, unsubscribe_url: 'https://chat.example/u/1' }]);
    await send(mails(['a@example.com', 'b@example.com']));
    expect(mailgun.messages.map((message) => Object.keys(message.variables).length)).toEqual([0, 1, 2]);
    expect(valueOf(mailgun.messages[0]!, 'recipient-variables')).toBeUndefined();
  });

  it('has an id in ASCII, whatever the sender is called', async () => {
    const [mail] = mails(['a@example.com'], { from: { name: '', address: 'shop@exämple.com' } });
    await send([mail!]);
    expect(valueOf(mailgun.messages[0]!, 'h:Message-Id')).toBe(`<${mail!.id}@xn--exmple-cua.com>`);
  });

  it('has a link of its own for each recipient to unsubscribe by', async () => {
    const batch = mails(['a@example.com', 'b@example.com']).map((mail, n) => ({
      ...mail,
      unsubscribe_url: `https://chat.example/u/${n}`,
    }));
    await send(batch);
    const [message] = mailgun.messages;
    expect(valueOf(message!, 'h:List-Unsubscribe')).toBe('<%recipient.unsubscribe_url%>');
    expect(valueOf(message!, 'h:List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
    expect(message!.variables['b@example.com']).toMatchObject({ unsubscribe_url: 'https://chat.example/u/1' });
  });
});

describe('a batch', () => {
  it('is one request for a thousand recipients, who do not see each other', async () => {
    const batch = mails(Array.from({ length: 1_001 }, (_, n) => `user${n}@example.com`));
    const outcomes = await send(batch);
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(mailgun.messages.map(({ to }) => to.length).toSorted((a, b) => a - b)).toEqual([1, 1_000]);
    const large = mailgun.messages.find(({ to }) => to.length === 1_000)!;
    expect(Object.keys(large.variables)).toEqual(large.to);
    expect(new Set(outcomes.map((it) => it.kind === 'accepted' && it.provider_message_id)).size).toBe(2);
  });

  it('keeps contents, and addresses that differ in case only, apart', async () => {
    const outcomes = await send([
      ...mails(['a@example.com', 'A@example.com', 'b@example.com']),
      ...mails(['a@example.com'], { subject: 'Other' }),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
    expect(mailgun.messages.map(({ to }) => to.join()).toSorted()).toEqual([
      'A@example.com',
      'a@example.com',
      'a@example.com,b@example.com',
    ]);
  });

  it('goes one by one where copies go along, for everybody would get a copy of each', async () => {
    await send(mails(['a@example.com', 'b@example.com'], { cc: [{ name: '', address: 'c@example.com' }] }));
    expect(mailgun.messages.map(({ to }) => to)).toEqual([['a@example.com'], ['b@example.com']]);
  });

  it('goes to the others where Mailgun refuses one of its recipients', async () => {
    mailgun.refuse('user7@example.com');
    const batch = mails(Array.from({ length: 50 }, (_, n) => `user${n}@example.com`));
    const outcomes = await send(batch);
    expect(outcomes.flatMap((outcome, n) => (outcome.kind === 'accepted' ? [] : [[n, ...kindOf(outcome)]]))).toEqual([
      [7, 'permanent', 'recipient', 'recipient_refused'],
    ]);
    const taken = mailgun.messages.flatMap(({ to }) => to);
    expect(taken).toHaveLength(49);
    expect(new Set(taken).size).toBe(49);
  });
});

describe('a batch with many that Mailgun refuses', () => {
  it('is not split for ever: who is left is tried again, and nobody is written to twice', async () => {
    const batch = mails(Array.from({ length: 150 }, (_, n) => [`bad${n}@example.com`, `good${n}@example.com`]).flat());
    for (const { address } of batch) if (address!.startsWith('bad')) mailgun.refuse(address!);
    const outcomes = await send(batch);
    expect(mailgun.requests.length).toBeLessThan(220);
    const kinds = (which: string) =>
      new Set(outcomes.filter((_, n) => batch[n]!.address!.startsWith(which)).map(({ kind }) => kind));
    expect([kinds('good'), kinds('bad')]).toEqual([
      new Set(['accepted', 'retryable']),
      new Set(['permanent', 'retryable']),
    ]);
    const taken = mailgun.messages.flatMap(({ to }) => to);
    const accepted = batch.filter((_, n) => outcomes[n]!.kind === 'accepted').map(({ address }) => address);
    expect(taken.toSorted()).toEqual(accepted.toSorted());
  });
});

describe('what Mailgun answers', () => {
  it.each([
    [401, 'Forbidden', ['retryable', 'provider', 'authentication_failed']],
    [403, { message: 'Domain is not allowed to send' }, ['retryable', 'provider', 'authentication_failed']],
    [402, { message: 'Request failed' }, ['retryable', 'provider', 'payment_required']],
    [404, { message: 'Domain not found: mg.example.com' }, ['retryable', 'provider', 'domain_not_found']],
    [400, { message: "'to' parameter is not a valid address" }, ['permanent', 'recipient', 'recipient_refused']],
    [400, { message: "'from' parameter is not a valid address" }, ['permanent', 'provider', 'sender_refused']],
    [400, { message: 'Something else' }, ['permanent', 'recipient', 'message_refused']],
    [413, { message: 'Too large' }, ['permanent', 'recipient', 'message_too_large']],
    [500, { message: 'Internal' }, ['retryable', 'provider', 'http_500']],
    [502, '<html>Bad gateway</html>', ['unknown', 'provider', 'http_502']],
    [503, { message: 'Busy' }, ['retryable', 'provider', 'http_503']],
    [301, {}, ['retryable', 'provider', 'redirected']],
    [200, '<html>A proxy</html>', ['unknown', 'provider', 'unreadable_answer']],
    [200, { message: 'Queued' }, ['unknown', 'provider', 'unreadable_answer']],
  ])('%i %j', async (status, body, expected) => {
    mailgun.answerWith({ status, body });
    const [outcome] = await send(mails(['bob@example.com']));
    expect(kindOf(outcome)).toEqual(expected);
    if (status >= 300) expect(outcome!.response!.status).toBe(status);
    expect(mailgun.messages).toHaveLength(0);
  });

  it('says how long to wait', async () => {
    mailgun.answerWith({ status: 429, body: { message: 'Too many' }, headers: { 'retry-after': '120' } });
    const [outcome] = await send(mails(['bob@example.com']));
    expect(kindOf(outcome)).toEqual(['retryable', 'provider', 'rate_limited']);
    expect(outcome).toMatchObject({ retryAfterMs: 120_000, message: 'Too many' });
  });

  it('is not known when it had the whole request, and is silent or gone', async () => {
    mailgun.answerWith('reset');
    expect(kindOf((await send(mails(['bob@example.com'])))[0])).toEqual(['unknown', 'provider', 'connection_failed']);
    mailgun.answerWith('hang');
    const [outcome] = await send(mails(['bob@example.com']), config(), AbortSignal.timeout(300));
    expect(kindOf(outcome)).toEqual(['unknown', 'provider', 'timeout']);
  });

  it('is known to be none when it could not have had the whole request', async () => {
    const attachments = [{ filename: 'a', content: Buffer.alloc(15_000_000).toString('base64') }];
    mailgun.answerWith('reset-early');
    const [outcome] = await send(mails(['bob@example.com'], { attachments }));
    expect(kindOf(outcome)).toEqual(['retryable', 'provider', 'connection_failed']);
    const mute = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const { port } = mute.address() as AddressInfo;
    mute.close();
    const [refused] = await send(mails(['bob@example.com']), config({ base_url: `http://127.0.0.1:${port}` }));
    expect(kindOf(refused)).toEqual(['retryable', 'provider', 'connection_failed']);
  });
});

describe('what it is asked about', () => {
  const unknown = (mail: OutboundDelivery<EmailContent>, message: string | null): UnknownDelivery => {
    const { content: _, ...asked } = mail;
    return { ...asked, created_at: new Date(), attempted_at: new Date(), provider_message_id: message };
  };
  const ask = (batch: UnknownDelivery[], settings = config(), signal = AbortSignal.timeout(60_000)) =>
    provider.reconcile(batch, settings, signal);
  const taken = async (addresses: string[]) => {
    const batch = mails(addresses);
    const [outcome] = await send(batch);
    return { batch, message: (outcome as { provider_message_id: string }).provider_message_id };
  };
  const five = [1, 2, 3, 4, 5].map((n) => `user${n}@example.com`);

  it('it finds by the message id in one search, page by page, each recipient for itself, with what became of them', async () => {
    const { batch, message } = await taken(five);
    mailgun.pageSize = 2;
    mailgun.event('delivered', five[1]!, message, { 'user-variables': { delivery_id: batch[1]!.id } });
    const [never] = mails(['user3@example.com']);
    const outcomes = await ask([...batch, never!].map((mail) => unknown(mail, message)));
    expect(outcomes.map(({ kind }) => kind)).toEqual([...five.map(() => 'accepted'), 'retryable']);
    expect(outcomes[0]).toEqual({ kind: 'accepted', provider_message_id: message, events: [] });
    expect(outcomes[1]!.events).toMatchObject([{ kind: 'delivered', recipient: five[1] }]);
    expect(kindOf(outcomes[5])).toEqual(['retryable', 'provider', 'not_accepted']);
    expect(mailgun.asked).toEqual([
      { begin: expect.stringMatching(/^\d+$/), ascending: 'yes', limit: '300', 'message-id': message.slice(1, -1) },
    ]);
    expect(mailgun.requests.filter((one) => one.includes('/events/'))).toHaveLength(3);
    expect(Date.now() / 1_000 - Number(mailgun.asked[0]!.begin)).toBeGreaterThan(60);
  });

  it('it finds by a recipient, and by that the others of the request', async () => {
    const { batch, message } = await taken(five);
    const [never] = mails([five[0]!]);
    const outcomes = await ask([...batch, never!].map((mail) => unknown(mail, null)));
    expect(outcomes.map(({ kind }) => kind)).toEqual([...five.map(() => 'accepted'), 'retryable']);
    expect((outcomes[4] as { provider_message_id: string }).provider_message_id).toBe(message);
    expect(mailgun.asked.filter((query) => query['message-id'])).toHaveLength(1);
    expect(mailgun.asked.some(({ recipient }) => recipient === five[0])).toBe(true);
  });

  it('it gave up where it rejected the mail', async () => {
    const [mail] = mails(['bob@example.com']);
    mailgun.event('rejected', 'bob@example.com', 'x@example.com', { 'user-variables': { delivery_id: mail!.id } });
    expect((await ask([unknown(mail!, null)])).map(kindOf)).toEqual([['permanent', 'recipient', 'rejected']]);
  });

  it('it can not tell when it does not answer, or not as it should, and nothing private is asked', async () => {
    const asked = [unknown(mails(['bob@example.com'])[0]!, null)];
    await expect(ask(asked, config({ api_key: 'wrong' }))).rejects.toThrow('Forbidden');
    mailgun.answerEventsWith({ status: 500, body: { message: 'Oh.' } });
    await expect(ask(asked)).rejects.toThrow('Oh.');
    mailgun.answerEventsWith({ status: 200, body: {} });
    await expect(ask(asked)).rejects.toThrow('no events');
    mailgun.answerEventsWith('hang');
    await expect(ask(asked, config(), AbortSignal.timeout(300))).rejects.toThrow();
    mailgun.forget();
    const strict = new MailgunProvider(new AddressGuard('false'));
    await expect(strict.reconcile(asked, config(), AbortSignal.timeout(60_000))).rejects.toThrow('not a public');
    expect(mailgun.requests).toEqual([]);
    strict.close();
  });

  it('it is told apart from what was found when a later page fails', async () => {
    const { batch, message } = await taken(five);
    mailgun.pageSize = 3;
    mailgun.answerEventsWith({
      status: 200,
      body: {
        items: mailgun.events.slice(0, 3),
        paging: { next: `${mailgun.url}/v3/${mailgun.domain}/events/more` },
      },
    });
    mailgun.answerEventsWith({ status: 503, body: {} });
    const outcomes = await ask(batch.map((mail) => unknown(mail, message)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted', 'unknown', 'unknown']);
  });
});

describe('settings', () => {
  it.each([
    [{ region: 'us' }, 'https://api.mailgun.net'],
    [{ region: 'eu' }, 'https://api.eu.mailgun.net'],
    [{}, 'https://api.mailgun.net'],
    [{ base_url: 'https://proxy.example/mailgun/v3/' }, 'https://proxy.example/mailgun'],
    [{ base_url: 'https://proxy.example/v3', region: 'eu' }, 'https://proxy.example'],
    [{ base_url: 'https://proxy.example/' }, 'https://proxy.example'],
  ])('%j', (values, expected) => expect(baseUrlOf(values as never)).toBe(expected));

  it('are sent to below base_url, with or without /v3', async () => {
    await send(mails(['bob@example.com']), config({ base_url: `${mailgun.url}/v3/` }));
    expect(mailgun.requests).toEqual([`POST /v3/${mailgun.domain}/messages`]);
  });

  it('are verified by asking for the domain', async () => {
    await expect(provider.verify(config())).resolves.toBeUndefined();
    await expect(provider.verify(config({ api_key: 'wrong' }))).rejects.toThrow('Forbidden');
    await expect(provider.verify(config({ domain: 'other.example' }))).rejects.toThrow('Not Found');
    await expect(provider.verify(config({ api_key: undefined }))).rejects.toThrow('api_key');
  });

  it('lead nowhere private, also by a name', async () => {
    const strict = new MailgunProvider(new AddressGuard('false'));
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]']) {
      const settings = config({ base_url: mailgun.url.replace('127.0.0.1', host) });
      const [outcome] = await strict.send(mails(['bob@example.com']), settings, AbortSignal.timeout(60_000));
      expect(kindOf(outcome)).toEqual(['permanent', 'provider', 'address_blocked']);
      await expect(strict.verify(settings)).rejects.toThrow('not a public address');
    }
    expect(mailgun.requests).toEqual([]);
    strict.close();
  });

  it('need somebody to send as', async () => {
    const [outcome] = await send(mails(['bob@example.com']), { ...config(), from_email: null });
    expect(kindOf(outcome)).toEqual(['permanent', 'provider', 'no_sender']);
  });
});

describe('webhooks of Mailgun', () => {
  const settings = () => config({ webhook_signing_key: mailgun.signingKey });
  const parse = (body: string) => provider.parseEvents({ headers: {}, body: Buffer.from(body) }, settings());
  const told = (event: string, more: object = {}) =>
    parse(mailgun.webhook(mailgun.event(event, 'bob@example.com', '<x@example.com>', more)))[0];

  it.each([
    ['delivered', {}, { kind: 'delivered' }],
    ['opened', {}, { kind: 'opened' }],
    ['clicked', { url: 'https://example.com' }, { kind: 'clicked' }],
    ['complained', {}, { kind: 'complained', suppress: 'complaint' }],
    ['unsubscribed', {}, { kind: 'unsubscribed', suppress: 'unsubscribe' }],
    ['failed', { severity: 'temporary', reason: 'generic' }, { kind: 'deferred', code: 'deferred' }],
    ['failed', { severity: 'permanent', reason: 'bounce' }, { kind: 'failed', code: 'bounced', suppress: 'bounce' }],
    ['failed', { severity: 'permanent', reason: 'old' }, { kind: 'failed', code: 'old' }],
    [
      'failed',
      { severity: 'permanent', reason: 'suppress-complaint' },
      { kind: 'failed', code: 'suppress_complaint', suppress: 'complaint' },
    ],
    [
      'failed',
      { severity: 'permanent', reason: 'generic', 'delivery-status': { message: '550 5.1.1 No such user' } },
      { kind: 'failed', code: 'bounced', suppress: 'bounce' },
    ],
  ])('%s %j', (event, more, expected) => {
    expect(told(event, more)).toEqual({
      provider_message_id: 'x@example.com',
      recipient: 'bob@example.com',
      occurred_at: expect.any(Date),
      ...expected,
    });
  });

  it('tell of nothing that changes a delivery', () => expect(told('accepted')).toBeUndefined());

  it('are refused unless they are signed, now, and for the first time', () => {
    const event = mailgun.event('delivered', 'bob@example.com', 'x');
    const long = Math.floor(Date.now() / 1_000) - 3_600;
    const once = mailgun.webhook(event);
    expect(parse(once)).toHaveLength(1);
    for (const body of [
      once,
      mailgun.webhook(event, { key: 'another' }),
      mailgun.webhook(event, { timestamp: long }),
      mailgun.webhook(event).replace(/"token":"./, '"token":"'),
      JSON.stringify({ 'event-data': event }),
      'null',
    ])
      expect(() => parse(body)).toThrow(Problem);
    expect(() => parse('{')).toThrow('JSON');
  });
});

describe('the events API', () => {
  it('is read page by page, from a while before where it was read to', async () => {
    mailgun.pageSize = 2;
    for (const n of [1, 2, 3, 4, 5]) mailgun.event('delivered', `user${n}@example.com`, 'x');
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let pages = 0, more = true; more && pages < 10; pages++) {
      const page = await provider.pollEvents(config(), cursor, AbortSignal.timeout(60_000));
      seen.push(...page.events.map(({ recipient }) => recipient!));
      ({ next: cursor, more } = page);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5].map((n) => `user${n}@example.com`));
    mailgun.event('opened', 'late@example.com', 'x', { timestamp: Date.now() / 1_000 - 600 });
    mailgun.pageSize = 300;
    const { events } = await provider.pollEvents(config(), cursor, AbortSignal.timeout(60_000));
    expect(events.map(({ recipient }) => recipient)).toContain('late@example.com');
  });

  it('says so when it does not answer', async () => {
    await expect(provider.pollEvents(config({ api_key: 'wrong' }), null, AbortSignal.timeout(60_000))).rejects.toThrow(
      'Forbidden',
    );
  });
});
