import { cleanOutcome } from '../../src/engine/providers/clean-text.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { generateKeyPairSync, verify } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { AddressGuard } from '../../src/platform/common/address-guard.js';
import { newId } from '../../src/platform/common/ids.js';
import { describeField, fieldsOf } from '../../src/platform/common/field-registry.js';
import type { EmailContent } from '../../src/engine/providers/email/email.content.js';
import { mailboxBuiltIn, MailboxProvider } from '../../src/engine/providers/mailbox/mailbox.provider.js';
import type {
  Outcome,
  OutboundDelivery,
  ProviderConfig,
  ProviderDescriptor,
} from '../../src/engine/providers/provider.js';
import { ProviderRegistry } from '../../src/engine/providers/provider.registry.js';
import { keepSecrets, withoutSecrets } from '../../src/engine/providers/provider-secrets.js';
import { MAILGUN } from '../../src/engine/providers/mailgun/mailgun.provider.js';
import { SMTP, SmtpProvider } from '../../src/engine/providers/smtp/smtp.provider.js';
import { POOL_CONNECTIONS } from '../../src/engine/providers/smtp/smtp.transports.js';
import type { WebhookContent } from '../../src/engine/providers/webhook/webhook.channel.js';
import { webhookBuiltIn, WebhookProvider } from '../../src/engine/providers/webhook/webhook.provider.js';
import type { WebsocketContent } from '../../src/engine/providers/websocket/websocket.channel.js';
import { WEBSOCKET_BUILT_IN } from '../../src/engine/providers/websocket/websocket.provider.js';
import { MailgunServer } from '../support/mailgun.js';
import { NestApp } from '../support/nest-app.js';
import { Receiver } from '../support/receiver.js';
import { SmtpSink } from '../support/smtp.js';
import { until } from '../support/until.js';

const guard = new AddressGuard('loopback');
const signal = () => AbortSignal.timeout(60_000);

let receiver: Receiver;
let sink: SmtpSink;
let mailgun: MailgunServer;
let folder: string;
/** A port that nobody listens on. */
let closedPort: number;
/** Takes connections and never says a word. */
let mute: Server;

beforeAll(async () => {
  [receiver, sink, mailgun, folder] = await Promise.all([
    Receiver.start(),
    SmtpSink.start(),
    MailgunServer.start(),
    mkdtemp(join(tmpdir(), 'mailbox-')),
  ]);
  const listen = async (server: Server) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const short = createServer();
  closedPort = await listen(short);
  await new Promise((resolve) => short.close(resolve));
  mute = createServer(() => undefined);
  await listen(mute);
});
afterAll(async () => {
  await Promise.all([receiver.stop(), sink.stop(), mailgun.stop(), rm(folder, { recursive: true })]);
  mute.close();
});
beforeEach(() => {
  receiver.respond(() => ({ status: 200 }));
  receiver.requests.length = 0;
  sink.messages.length = 0;
});

const TENANT = newId();

function delivery<Content>(content: Content, address: string | null): OutboundDelivery<Content> {
  const id = newId();
  return { id, client_id: TENANT, message_id: id, address, content };
}

const config = <T>(values: T): ProviderConfig<T> => ({
  key: newId(),
  from_email: 'acme@example.com',
  from_name: 'Acme',
  values,
});
const smtpConfig = (more: object = {}) => config({ host: '127.0.0.1', port: sink.port, secure: false, ...more });
const mail = (more: Partial<EmailContent> = {}, to = 'bob@example.com') =>
  delivery<EmailContent>({ subject: 'Subject', text: 'Text', ...more }, to);
const hook = (path = '/', body = '{}') =>
  delivery<WebhookContent>({ url: receiver.url + path, body }, receiver.url + path);
const hookConfig = () => config({ secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] });
const kindOf = (outcome: Outcome | undefined) =>
  outcome!.kind === 'accepted' ? ['accepted'] : [outcome!.kind, outcome!.fault, outcome!.code];

/** What the suite needs of a provider to try it. A new provider adds its own here, or the first test fails. */
interface Conforming {
  descriptor: ProviderDescriptor;
  config: () => ProviderConfig;
  make: () => OutboundDelivery;
  /** A configuration whose other side can't be reached; null where there is no other side. */
  unreachable: (() => [ProviderConfig, OutboundDelivery]) | null;
}

const conforming: Record<string, () => Conforming> = {
  'email smtp': () => ({
    descriptor: SMTP,
    config: () => smtpConfig({ password: 'p', dkim: { domain: 'd', selector: 's', private_key: 'k' } }),
    make: mail,
    unreachable: () => [smtpConfig({ port: closedPort }), mail()],
  }),
  'email mailgun': () => ({
    descriptor: MAILGUN,
    config: () => config({ ...mailgun.config, webhook_signing_key: 'k', test_mode: false }),
    make: mail,
    unreachable: () => [config({ ...mailgun.config, base_url: `http://127.0.0.1:${closedPort}` }), mail()],
  }),
  'webhook webhook': () => ({
    descriptor: webhookBuiltIn(async () => []),
    config: hookConfig,
    make: hook,
    unreachable: () => {
      const url = `http://127.0.0.1:${closedPort}/`;
      return [hookConfig(), delivery<WebhookContent>({ url, body: '{}' }, url)];
    },
  }),
  'websocket websocket': () => ({
    descriptor: WEBSOCKET_BUILT_IN,
    config: () => config(null),
    make: () => delivery<WebsocketContent>({ title: 't', body: null, data: null }, null),
    unreachable: null,
  }),
  'email mailbox': () => ({
    descriptor: mailboxBuiltIn(new MailboxProvider(folder)),
    config: () => config(null),
    make: mail,
    unreachable: null,
  }),
};

it('every registered provider is in the suite', async () => {
  const app = await NestApp.start();
  const names = app
    .get(ProviderRegistry)
    .all()
    .map(({ descriptor: { channel, type } }) => `${channel.name} ${type}`);
  await app.stop();
  // The mailbox is there in embedded mode only.
  expect([...names, 'email mailbox'].toSorted()).toEqual(Object.keys(conforming).toSorted());
});

describe.each(Object.keys(conforming))('the provider contract: %s', (name) => {
  let subject: Conforming & { provider: ReturnType<ProviderDescriptor['create']> };
  beforeEach(() => {
    const made = conforming[name]!();
    subject = { ...made, provider: made.descriptor.create(guard) };
  });
  afterEach(() => subject.provider.close?.());

  it('is what it is called', () => {
    const { channel, type } = subject.descriptor;
    expect(`${channel.name} ${type}`).toBe(name);
    expect(`${channel.name} ${type}`).toMatch(/^[a-z][a-z0-9-]* [a-z][a-z0-9-]*$/);
  });

  it('is set up by clients or built in, and then has no secrets of theirs', () => {
    const { configSchema, builtIn, secretFields } = subject.descriptor;
    expect(builtIn === undefined).toBe(configSchema !== null);
    if (builtIn) expect(secretFields).toEqual([]);
  });

  it('names exactly those settings as secret that its schema shows as never returned', () => {
    const { configSchema, secretFields } = subject.descriptor;
    expect(secretFields.toSorted()).toEqual(configSchema ? writeOnlyIn(configSchema).toSorted() : []);
  });

  it('says where its secrets go by settings that there are', () => {
    const { configSchema, secretFields, secretsGoTo = {} } = subject.descriptor;
    expect(secretFields).toEqual(expect.arrayContaining(Object.keys(secretsGoTo)));
    const known = configSchema ? [...fieldsOf(configSchema)].map(([name]) => name) : [];
    expect(known).toEqual(expect.arrayContaining(Object.values(secretsGoTo).flat()));
  });

  it('keeps secrets that a change leaves out, and shows none', () => {
    const values = (subject.config().values ?? {}) as object;
    if (!subject.descriptor.configSchema) return;
    const shown = withoutSecrets(subject.descriptor, values);
    expect(keepSecrets(subject.descriptor, shown, values)).toEqual(values);
    expect(keepSecrets(subject.descriptor, shown, null)).toEqual(shown);
    expect(shown).not.toEqual(values);
  });

  it('bounds what it takes, and tries again by a policy that ends', () => {
    const { maxBatch, inFlight, retryPolicy } = subject.descriptor;
    for (const n of [maxBatch, inFlight, retryPolicy.attempts, ...retryPolicy.waits]) expect(n).toBeGreaterThan(0);
    expect(retryPolicy.waits).toEqual(retryPolicy.waits.toSorted((a, b) => a - b));
  });

  it('answers one outcome per delivery, in order', async () => {
    const batch = Array.from({ length: 3 }, () => subject.make());
    const outcomes = await subject.provider.send(batch, subject.config(), signal());
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it('takes as many in one call as it says, with an outcome for each', async () => {
    const batch = Array.from({ length: subject.descriptor.maxBatch }, () => subject.make());
    const outcomes = await subject.provider.send(batch, subject.config(), signal());
    expect(outcomes).toHaveLength(batch.length);
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']));
  });

  it('says of what it is asked about what it can, and no more', async () => {
    const { provider } = subject;
    if (!provider.reconcile) return;
    await expect(provider.reconcile([], subject.config(), signal())).resolves.toEqual([]);
    const { content: _, ...asked } = subject.make();
    const outcomes = await provider.reconcile([{ ...asked, ...AGO }], subject.config(), signal());
    expect(outcomes).toHaveLength(1);
  });

  it('answers nothing for nothing', async () => {
    await expect(subject.provider.send([], subject.config(), signal())).resolves.toEqual([]);
  });

  it('tells of an other side that is away as of something that may pass, and does not throw', async () => {
    if (!subject.unreachable) return expect(subject.provider.verify).toBeUndefined();
    const [settings, outbound] = subject.unreachable();
    const [outcome] = await subject.provider.send([outbound], settings, signal());
    expect(outcome!.kind).toBe('retryable');
    expect((outcome as { code: string }).code).toMatch(/^[a-z][a-z0-9_]*$/);
  });

  it('stops when told to, with an outcome', async () => {
    const [outcome] = await subject.provider.send([subject.make()], subject.config(), AbortSignal.abort());
    expect(['accepted', 'retryable', 'unknown']).toContain(outcome!.kind);
  });
});

const AGO = { created_at: new Date(), attempted_at: new Date(), provider_message_id: null };

/** Paths of the fields of a DTO that are written and never read. */
function writeOnlyIn(dto: new () => object): string[] {
  return [...fieldsOf(dto)].flatMap(([name, { nested }]) => {
    if (describeField(dto, name).writeOnly) return [name];
    return nested ? writeOnlyIn(nested() as new () => object).map((inner) => `${name}.${inner}`) : [];
  });
}

describe('SMTP', () => {
  const provider = new SmtpProvider(guard);
  afterAll(() => provider.close());
  const send = async (outbound: OutboundDelivery<EmailContent>, settings = smtpConfig()) =>
    (await provider.send([outbound], settings, signal()))[0]!;

  it('writes the mail as it was asked for', async () => {
    const outbound = mail({
      subject: 'Grüße',
      html: '<b>Hi</b>',
      reply_to: { name: '', address: 'help@example.com' },
      cc: [{ name: 'Carl', address: 'carl@example.com' }],
      bcc: [{ name: '', address: 'dora@example.com' }],
      headers: { 'X-Campaign': 'spring' },
      attachments: [
        { filename: 'a.txt', content: Buffer.from('attached').toString('base64'), content_type: 'text/plain' },
      ],
    });
    expect(await send(outbound)).toMatchObject({
      kind: 'accepted',
      provider_message_id: `<${outbound.id}@example.com>`,
    });
    const [{ to, mail: received, raw }] = sink.messages as [(typeof sink.messages)[0]];
    expect(to).toEqual(['bob@example.com', 'carl@example.com', 'dora@example.com']);
    expect(received).toMatchObject({
      subject: 'Grüße',
      from: { name: 'Acme', address: 'acme@example.com' },
      replyTo: [{ address: 'help@example.com' }],
      messageId: `<${outbound.id}@example.com>`,
    });
    expect(received.attachments[0]).toMatchObject({ filename: 'a.txt' });
    expect(raw.toString()).toContain('X-Campaign: spring');
    expect(raw.toString()).not.toContain('dora');
  });

  it('lets nothing add headers of its own', async () => {
    const evil = 'x\r\nBcc: eve@example.com\r\nX-Evil: 1';
    await send(mail({ subject: evil, headers: { 'X-A': evil }, attachments: [{ filename: evil, content: '' }] }));
    const [{ to, raw }] = sink.messages as [(typeof sink.messages)[0]];
    expect(to).toEqual(['bob@example.com']);
    expect(raw.toString()).not.toMatch(/^(Bcc|X-Evil):/m);
  });

  it.each([
    ['rcpt', 550, ['permanent', 'recipient', 'recipient_refused']],
    ['rcpt', 451, ['retryable', 'recipient', 'recipient_refused']],
    ['mail', 550, ['permanent', 'provider', 'sender_refused']],
    ['data', 554, ['permanent', 'recipient', 'message_refused']],
    ['data', 452, ['retryable', 'recipient', 'message_refused']],
  ] as const)('reads a refusal at %s with %i', async (stage, code, expected) => {
    sink.refuse(code, { stage });
    const outcome = await send(mail());
    expect(kindOf(outcome)).toEqual(expected);
    expect(outcome.response).toMatchObject({ status: code });
  });

  it('writes addresses beyond ASCII to servers only that offer to take them', async () => {
    const ascii = await SmtpSink.start({ asciiOnly: true });
    const settings = smtpConfig({ port: ascii.port });
    const to = 'bäb@exämple.com';
    for (const outbound of [
      mail({}, to),
      mail({ cc: [{ name: '', address: to }] }),
      mail({ from: { name: '', address: to } }),
    ])
      expect(kindOf(await send(outbound, settings))).toEqual(['permanent', 'provider', 'invalid_address']);
    expect(kindOf(await send(mail({}, 'bob@exämple.com'), settings))).toEqual(['accepted']);
    // By its DNS name on the wire; the test's server shows it in Unicode.
    expect(ascii.messages.map(({ to: [first] }) => first)).toEqual(['bob@exämple.com']);
    await ascii.stop();
    expect(kindOf(await send(mail({}, to)))).toEqual(['accepted']);
    expect(sink.messages[0]!.to).toEqual([to]);
  });

  it('encodes names and domains beyond ASCII in every header, which stays in ASCII', async () => {
    const named = (name: string, address: string) => ({ name, address });
    const people = [
      named('Jürgen "der" Größte, Dr.', 'jürgen@example.com'.replace('ü', 'ue')),
      named('山田 太郎', 'yamada@例え.jp'),
      named('Zoë 🎉'.repeat(12), 'zoe@exämple.com'),
    ] as const;
    await send(
      mail(
        { from: people[0], reply_to: people[1], cc: [people[2]], bcc: [named('Geheim', 'bcc@exämple.com')] },
        'bob@bücher.example',
      ),
    );
    const [{ raw, mail: received, to }] = sink.messages as [(typeof sink.messages)[0]];
    const head = raw.toString('latin1').split('\r\n\r\n', 1)[0]!;
    expect(head).toMatch(/^[\t\r\n -~]+$/);
    expect(Math.max(...head.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78);
    expect(head).toMatch(/^Reply-To: =\?UTF-8\?[QB]\?\S+\?=\s<yamada@xn--r8jz45g\.jp>/m);
    expect(head).toContain('bob@xn--bcher-kva.example');
    expect(head).not.toContain('bcc@');
    expect(to).toHaveLength(3);
    expect(received.from).toMatchObject(people[0]);
    expect(received.replyTo).toMatchObject([{ name: people[1].name, address: 'yamada@xn--r8jz45g.jp' }]);
    expect(received.cc).toMatchObject([{ name: people[2].name, address: 'zoe@xn--exmple-cua.com' }]);
  });

  it('names its mail in ASCII, whatever the sender is called', async () => {
    const outbound = mail({ from: { name: '', address: 'shop@Exämple.com' } });
    const outcome = await send(outbound);
    expect(outcome).toMatchObject({ provider_message_id: `<${outbound.id}@xn--exmple-cua.com>` });
    expect(sink.messages[0]!.raw.toString()).toMatch(/^Message-ID: <[\w-]+@xn--exmple-cua\.com>\r$/m);
  });

  it('knows whom a server refused, however the address is written', async () => {
    sink.refuse(550, { stage: 'rcpt', message: '5.1.1 No such user' });
    const cc = [{ name: '', address: 'carl@example.com' }];
    const outcome = await send(mail({ cc }, 'Bob@EXÄMPLE.com'));
    expect(kindOf(outcome)).toEqual(['permanent', 'recipient', 'address_unknown']);
  });

  it('writes further headers as they are', async () => {
    const value = '{"to": ["a@example.com"], "x": "=?"}';
    await send(mail({ headers: { 'X-Metadata': value, 'X-Long': 'word '.repeat(199), 'X-Name': 'Grüße' } }));
    const raw = sink.messages[0]!.raw.toString();
    expect(raw.split('\r\n')).toContain(`X-Metadata: ${value}`);
    expect(raw).toContain('X-Name: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=');
    expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(998);
  });

  it('keeps using a connection after a refusal', async () => {
    const settings = smtpConfig();
    sink.refuse(550, { stage: 'rcpt' });
    await send(mail(), settings);
    expect((await send(mail(), settings)).kind).toBe('accepted');
  });

  it('does not know when the server is silent after the body', async () => {
    sink.hold();
    const stop = new AbortController();
    const sending = provider.send([mail()], smtpConfig(), stop.signal);
    await sink.waitFor(1);
    stop.abort();
    const outcomes = await sending;
    sink.release();
    expect(kindOf(outcomes[0])).toEqual(['unknown', 'provider', 'connection_lost']);
    expect(sink.messages).toHaveLength(1);
  });

  it.each([
    [{ rcpt: 'hello there' }, ['retryable', 'provider', 'protocol_error']],
    [{ end: 'hello world' }, ['unknown', 'provider', 'protocol_error']],
  ])('takes what is no reply for no refusal: %j', async (says: { rcpt?: string; end?: string }, expected) => {
    const odd = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('220 odd\r\n');
      let inBody = false;
      socket.on('data', (chunk) => {
        const line = chunk.toString();
        const isEnd = inBody && line.endsWith('\r\n.\r\n');
        if (inBody && !isEnd) return;
        inBody = line.startsWith('DATA');
        const reply = line.startsWith('RCPT') ? says.rcpt : isEnd ? says.end : undefined;
        socket.write(`${reply ?? (inBody ? '354 go on' : '250 fine')}\r\n`);
      });
    });
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = odd.address() as AddressInfo;
      const [outcome] = await provider.send([mail()], smtpConfig({ port }), AbortSignal.timeout(60_000));
      expect(kindOf(outcome)).toEqual(expected);
    } finally {
      odd.close();
    }
  });

  it('does know when the server is silent before it', async () => {
    const { port } = mute.address() as AddressInfo;
    const outcomes = await provider.send([mail()], smtpConfig({ port }), AbortSignal.timeout(300));
    expect(outcomes[0]!.kind).toBe('retryable');
  });

  it('logs in, says so when it is refused, and is verified before', async () => {
    const strict = await SmtpSink.start({ auth: { user: 'u', pass: 'p' } });
    const settings = (password: string) => smtpConfig({ port: strict.port, username: 'u', password });
    expect((await send(mail(), settings('p'))).kind).toBe('accepted');
    expect(kindOf(await send(mail(), settings('wrong')))).toEqual(['retryable', 'provider', 'authentication_failed']);
    await expect(provider.verify(settings('p'))).resolves.toBeUndefined();
    await expect(provider.verify(settings('wrong'))).rejects.toThrow('Invalid login');
    await strict.stop();
  });

  it('is not verified with a key that cannot sign', async () => {
    const pem = { type: 'pkcs8', format: 'pem' } as const;
    const ofCurve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    // Whoever verifies signatures takes no key of so few bits (RFC 8301 §3.2).
    const short = generateKeyPairSync('rsa', { modulusLength: 768 }).privateKey;
    const long = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
    const locked = { ...pem, cipher: 'aes-256-cbc', passphrase: 'secret' };
    for (const private_key of [
      'garbage',
      ...[ofCurve, short].map((key) => key.export(pem) as string),
      long.export(locked) as string,
    ]) {
      const settings = smtpConfig({ dkim: { domain: 'example.com', selector: 'mail', private_key } });
      await expect(provider.verify(settings)).rejects.toThrow('dkim.private_key must be an RSA key');
    }
  });

  it('ends a look at a server that never comes to an end', async () => {
    const open = new Set<Socket>();
    const drip = createServer((socket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket)).on('error', () => undefined);
      socket.write('220 mail.example.com\r\n');
      const timer = setInterval(() => socket.write('250-and more\r\n'), 20);
      socket.once('close', () => clearInterval(timer));
    });
    await new Promise<void>((resolve) => drip.listen(0, '127.0.0.1', resolve));
    const settings = smtpConfig({ port: (drip.address() as AddressInfo).port });
    await expect(provider.verify(settings, 300)).rejects.toThrow('did not come to an end within 0.3 s');
    await until('its connection to end', () => open.size === 0);
    drip.close();
  });

  it('refuses to send without TLS when told so', async () => {
    expect(kindOf(await send(mail(), smtpConfig({ require_tls: true })))[0]).toBe('retryable');
    expect(sink.messages).toHaveLength(0);
  });

  it('sends no password in the clear to another machine, unless told so', async () => {
    const open = await SmtpSink.start({ auth: { user: 'u', pass: 'p' } });
    const named: NonNullable<ConstructorParameters<typeof AddressGuard>[1]> = (_host, _options, done) =>
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    const remote = new SmtpProvider(new AddressGuard('loopback', named));
    const settings = (more: object) => smtpConfig({ host: 'mail.example.com', port: open.port, ...more });
    const login = { username: 'u', password: 'p' };
    const outcomes = async (more: object) => kindOf((await remote.send([mail()], settings(more), signal()))[0]);
    expect(await outcomes(login)).toEqual(['retryable', 'provider', 'tls_failed']);
    await expect(remote.verify(settings(login))).rejects.toThrow('unless require_tls is false');
    expect(open.messages).toHaveLength(0);
    expect(await outcomes({ ...login, require_tls: false })).toEqual(['accepted']);
    expect(SMTP.derived!(settings(login).values as never)).toEqual({ require_tls: true });
    expect(SMTP.derived!(settings({}).values as never)).toEqual({ require_tls: false });
    expect(SMTP.derived!(smtpConfig(login).values as never)).toEqual({ require_tls: false });
    remote.close();
    await open.stop();
  });

  it('refuses private hosts', async () => {
    const strict = new SmtpProvider(new AddressGuard('false'));
    const [outcome] = await strict.send([mail()], smtpConfig(), signal());
    expect(kindOf(outcome)).toEqual(['permanent', 'provider', 'address_blocked']);
    await expect(strict.verify(smtpConfig())).rejects.toThrow('not a public address');
    strict.close();
  });

  it('signs what it sends, the headers of unsubscribing too', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const dkim = {
      domain: 'example.com',
      selector: 'mail',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    };
    const outbound = {
      ...mail({ text: 'Signed,\n\nit is. ' }),
      unsubscribe_url: `https://chat.example/u/${'x'.repeat(700)}`,
    };
    expect((await send(outbound, smtpConfig({ dkim }))).kind).toBe('accepted');
    const { signed, value, text } = signatureIn(sink.messages[0]!.raw.toString('latin1'));
    expect(text).toMatch(/d=example\.com; .*s=mail; /);
    expect(signed).toEqual(expect.arrayContaining(['from', 'subject', 'list-unsubscribe', 'list-unsubscribe-post']));
    expect(verify('sha256', Buffer.from(value.data, 'latin1'), publicKey, Buffer.from(value.signature, 'base64'))).toBe(
      true,
    );
  });

  it('shows images in the HTML, beside what is attached', async () => {
    await send(
      mail({
        html: '<img src="cid:logo@acme">',
        attachments: [
          { filename: 'logo.png', content: 'AAAA', content_type: 'image/png', content_id: 'logo@acme' },
          { filename: 'a.txt', content: 'QQ==', content_type: 'text/plain' },
        ],
      }),
    );
    const [{ mail: received, raw }] = sink.messages as [(typeof sink.messages)[0]];
    expect(raw.toString()).toMatch(/multipart\/related/);
    expect(
      received.attachments.map(({ filename, contentId, related }) => [filename, contentId, related ?? false]),
    ).toEqual([
      ['logo.png', '<logo@acme>', true],
      ['a.txt', undefined, false],
    ]);
  });

  it('sends many mails over few connections', async () => {
    let connections = 0;
    const counting = createServer((socket) => {
      connections++;
      const on = connect(sink.port, '127.0.0.1');
      socket.on('error', () => on.destroy()).pipe(on);
      on.on('error', () => socket.destroy()).pipe(socket);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => counting.once('listening', resolve));
    const settings = smtpConfig({ port: (counting.address() as AddressInfo).port });
    const outcomes = await provider.send(
      Array.from({ length: 40 }, () => mail()),
      settings,
      signal(),
    );
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(sink.messages).toHaveLength(40);
    expect(connections).toBeLessThanOrEqual(POOL_CONNECTIONS);
    counting.close();
  });

  it.each([
    ['implicit', { secure: true }],
    ['starttls', { require_tls: true }],
  ] as const)('refuses a server that cannot say who it is: %s TLS', async (tls, more) => {
    const selfSigned = await SmtpSink.start({ tls });
    const outcome = await send(mail(), smtpConfig({ port: selfSigned.port, ...more }));
    expect(kindOf(outcome)).toEqual([
      'retryable',
      'provider',
      expect.stringMatching(/^(tls_failed|connection_failed)$/),
    ]);
    expect(selfSigned.messages).toHaveLength(0);
    await selfSigned.stop();
  });

  it('needs somebody to send as', async () => {
    const settings = { ...smtpConfig(), from_email: null };
    expect(kindOf(await send(mail(), settings))).toEqual(['permanent', 'provider', 'no_sender']);
    expect((await send(mail({ from: { name: 'Me', address: 'me@example.com' } }), settings)).kind).toBe('accepted');
  });
});

/** What a DKIM signature signs, with headers in the relaxed form (RFC 6376 §3.4.2), and the signature. */
function signatureIn(raw: string) {
  const headers = raw
    .slice(0, raw.indexOf('\r\n\r\n'))
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1)] as const);
  const relaxed = (value: string) => value.replaceAll(/[ \t]+/g, ' ').trim();
  const text = relaxed(headers.find(([name]) => name === 'dkim-signature')![1]);
  const tag = (name: string) => new RegExp(`(?:^|; ?)${name}=([^;]*)`).exec(text)![1]!.replaceAll(' ', '');
  const signed = tag('h').toLowerCase().split(':');
  const lines = signed.map((name) => `${name}:${relaxed(headers.findLast(([one]) => one === name)![1])}`);
  const own = `dkim-signature:${text.replace(/([; ]b=)[^;]*/, '$1')}`;
  return { signed, text, value: { data: [...lines, own].join('\r\n'), signature: tag('b') } };
}

describe('webhooks', () => {
  const provider = new WebhookProvider(guard);
  /** For receivers that give no answer; the others may take their time. */
  const impatient = new WebhookProvider(guard, 2_000);
  afterAll(() => {
    provider.close();
    impatient.close();
  });
  const send = async (outbound: OutboundDelivery<WebhookContent>, by = provider) =>
    (await by.send([outbound], hookConfig(), signal()))[0]!;

  it.each([
    [204, ['accepted']],
    [301, ['retryable', 'recipient', 'redirected']],
    [404, ['retryable', 'recipient', 'http_404']],
    [410, ['permanent', 'recipient', 'gone']],
    [503, ['retryable', 'recipient', 'http_503']],
  ])('reads the answer %i', async (status, expected) => {
    receiver.respond(() => ({ status, headers: { location: `${receiver.url}/elsewhere` } }));
    expect(kindOf(await send(hook()))).toEqual(expected);
    expect(receiver.requests).toHaveLength(1);
  });

  it('signs with the secrets that the content brings, before those of the client', async () => {
    const own = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
    const outbound = hook();
    await send({ ...outbound, content: { ...outbound.content, secrets: [own] } });
    const { headers, body } = receiver.requests[0]!;
    expect(() => new Webhook(own).verify(body, headers as Record<string, string>)).not.toThrow();
    await send(outbound);
    const other = receiver.requests[1]!;
    expect(() => new Webhook(own).verify(other.body, other.headers as Record<string, string>)).toThrow();
  });

  it('honours Retry-After', async () => {
    receiver.respond(() => ({ status: 429, headers: { 'retry-after': '120' } }));
    expect(await send(hook())).toMatchObject({ retryAfterMs: 120_000 });
  });

  it('keeps only the beginning of a long answer, fit to be stored', async () => {
    receiver.respond(() => ({
      status: 500,
      body: Buffer.concat([Buffer.from('a\u0000\ud83d'), Buffer.alloc(1_000_000, 'x')]),
    }));
    const said = await send(hook());
    expect(said.response!.body!.length).toBeLessThanOrEqual(65_536);
    const { response } = cleanOutcome(said);
    expect(response!.body).not.toContain('\u0000');
    expect(response!.body).toMatch(/^a.*x$/s);
  });

  it('does not know what became of it when there is no answer', async () => {
    receiver.respond(() => 'hang');
    expect(kindOf(await send(hook(), impatient))).toEqual(['unknown', 'recipient', 'timeout']);
  });

  it('ends an answer that never ends', async () => {
    const endless = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx'));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => endless.once('listening', resolve));
    const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}/`;
    expect((await send(delivery<WebhookContent>({ url, body: '{}' }, url), impatient)).kind).toBe('unknown');
    endless.close();
  });

  it('hangs up on an answer that goes on and on, once it has the beginning that is kept', async () => {
    let isOver = false;
    const talker = createServer((socket) => {
      const say = () => {
        while (!socket.destroyed && socket.write('x'.repeat(16_384)));
      };
      socket.on('error', () => undefined);
      socket.on('drain', say);
      socket.once('close', () => (isOver = true));
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n');
        say();
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => talker.once('listening', resolve));
    const url = `http://127.0.0.1:${(talker.address() as AddressInfo).port}/`;
    const said = await send(delivery<WebhookContent>({ url, body: '{}' }, url));
    expect([said.kind, said.response!.body]).toEqual(['accepted', 'x'.repeat(65_536)]);
    await until('the connection to be closed', () => isOver);
    talker.close();
  });

  it.each([
    ['changes to another protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
    ['says nothing and leaves', ''],
    ['says half a line and leaves', 'HTTP/1.1 20'],
  ])('ends with an outcome where the other side %s', async (_what, answer) => {
    const odd = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => (answer.includes('101') ? socket.write(answer) : socket.end(answer)));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => odd.once('listening', resolve));
    const url = `http://127.0.0.1:${(odd.address() as AddressInfo).port}/`;
    const outcome = await send(delivery<WebhookContent>({ url, body: '{}' }, url));
    expect(outcome.kind).not.toBe('accepted');
    odd.close();
  });

  it.each([
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::ffff:127.0.0.1]/',
    'http://127.1/',
    'http://localhost/',
    'http://0/',
  ])('refuses private addresses, however they are written: %s', async (url) => {
    const strict = new WebhookProvider(new AddressGuard('false'));
    const [outcome] = await strict.send([delivery<WebhookContent>({ url, body: '{}' }, url)], hookConfig(), signal());
    expect(kindOf(outcome)).toEqual(['permanent', 'recipient', 'address_blocked']);
    strict.close();
  });

  it('keeps its connections', async () => {
    const sockets = new Set<number>();
    receiver.respond((request) => {
      sockets.add(Number(request.headers['content-length']));
      return { status: 200 };
    });
    await send(hook());
    await send(hook());
    expect(receiver.requests.map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'keep-alive']);
  });

  it('begins with a new connection when a kept one was closed meanwhile', async () => {
    await send(hook());
    receiver.closeIdle();
    // While another one is asked, this process hears that the connection has ended.
    const other = await Receiver.start();
    await send(delivery<WebhookContent>({ url: other.url, body: '{}' }, other.url));
    expect((await send(hook())).kind).toBe('accepted');
    expect(receiver.requests).toHaveLength(2);
    await other.stop();
  });

  it('does not know what became of it when a kept connection is cut, and sends it no second time by itself', async () => {
    await send(hook());
    receiver.respond((_, index) => (index === 1 ? 'reset' : { status: 200 }));
    expect(kindOf(await send(hook()))).toEqual(['unknown', 'recipient', 'connection_failed']);
    expect(receiver.requests).toHaveLength(2);
  });
});
