import { Redis } from 'ioredis';
import { createTransport } from 'nodemailer';
import pg from 'pg';
import { TestDatabase } from '../support/postgres.js';
import { Receiver } from '../support/receiver.js';
import { TestRedis } from '../support/redis.js';
import { SmtpSink, type SmtpSinkOptions } from '../support/smtp.js';

const letter = { from: 'a@example.com', to: ['b@example.com', 'c@example.com'], subject: 'Grüße', text: 'Hello' };

describe('the SMTP server of the tests', () => {
  let sink: SmtpSink;
  afterEach(() => sink.stop());

  const send = async (options: SmtpSinkOptions, auth?: { user: string; pass: string }) => {
    const transport = createTransport({
      host: '127.0.0.1',
      port: sink.port,
      secure: options.tls === 'implicit',
      ignoreTLS: !options.tls,
      requireTLS: options.tls === 'starttls',
      tls: { rejectUnauthorized: false },
      ...(auth && { auth }),
    });
    try {
      return await transport.sendMail(letter);
    } finally {
      transport.close();
    }
  };

  it('keeps envelope and parsed message', async () => {
    sink = await SmtpSink.start();
    await send({});
    const [got] = await sink.waitFor(1);
    expect(got).toMatchObject({ from: 'a@example.com', to: letter.to, secure: false });
    expect(got!.mail.subject).toBe('Grüße');
    expect(got!.mail.text?.trim()).toBe('Hello');
  });

  it.each(['starttls', 'implicit'] as const)('speaks TLS (%s) and checks the login', async (tls) => {
    const options = { tls, auth: { user: 'mailer', pass: 'secret' } };
    sink = await SmtpSink.start(options);
    await expect(send(options, { user: 'mailer', pass: 'wrong' })).rejects.toMatchObject({ responseCode: 535 });
    await send(options, options.auth);
    expect(sink.messages).toHaveLength(1);
    expect(sink.messages[0]).toMatchObject({ secure: true, user: 'mailer' });
  });

  it.each(['mail', 'rcpt', 'data'] as const)('refuses at %s as often as told, then accepts', async (stage) => {
    sink = await SmtpSink.start();
    sink.refuse(451, { stage, times: stage === 'rcpt' ? 2 : 1 });
    await expect(send({})).rejects.toMatchObject({ responseCode: 451 });
    await send({});
    expect(sink.messages).toHaveLength(1);
  });

  it('can hold back the acknowledgement', async () => {
    sink = await SmtpSink.start();
    sink.hold();
    let acknowledged = false;
    const sent = send({}).then(() => (acknowledged = true));
    await sink.waitFor(1);
    expect(acknowledged).toBe(false);
    sink.release();
    await sent;
  });
});

describe('the webhook receiver of the tests', () => {
  let receiver: Receiver;
  afterEach(() => receiver.stop());

  it('keeps the raw request and answers as told', async () => {
    receiver = await Receiver.start();
    receiver.respond((request, index) =>
      index === 0 ? { status: 503, headers: { 'retry-after': '7' }, body: request.path } : { status: 204 },
    );
    const post = () => fetch(`${receiver.url}/hook?x=1`, { method: 'POST', body: '{"a": 1}', headers: { 'x-y': 'z' } });
    const first = await post();
    expect([first.status, first.headers.get('retry-after'), await first.text()]).toEqual([503, '7', '/hook?x=1']);
    expect((await post()).status).toBe(204);

    const [got] = await receiver.waitFor(2);
    expect(got).toMatchObject({ method: 'POST', path: '/hook?x=1' });
    expect(got!.headers['x-y']).toBe('z');
    expect(got!.body).toEqual(Buffer.from('{"a": 1}'));
  });

  it('can cut the connection, and stops while a request hangs', async () => {
    receiver = await Receiver.start((_request, index) => (index === 0 ? 'reset' : 'hang'));
    await expect(fetch(receiver.url)).rejects.toThrow('fetch failed');
    const hung = fetch(receiver.url).catch((error: Error) => error.message);
    await receiver.waitFor(2);
    await receiver.stop();
    expect(await hung).toBe('fetch failed');
  });
});

describe('the servers of the tests', () => {
  it('gives each file a migrated database of its own', async () => {
    const [one, two] = await Promise.all([TestDatabase.create(), TestDatabase.create()]);
    const client = new pg.Client({ connectionString: one.url });
    // It is dropped under the open connection.
    client.on('error', () => {});
    try {
      await client.connect();
      expect(one.url).not.toBe(two.url);
      expect((await client.query('select count(*)::int as n from clients')).rows).toEqual([{ n: 0 }]);
    } finally {
      await Promise.all([one.drop(), two.drop()]);
    }
    await expect(new pg.Client({ connectionString: one.url }).connect()).rejects.toMatchObject({ code: '3D000' });
  });

  it('gives each file a Redis that never evicts and can be flushed', async () => {
    const server = await TestRedis.start();
    const client = new Redis(server.url);
    try {
      expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
      await client.set('a', '1');
      await server.flush();
      expect(await client.get('a')).toBeNull();
    } finally {
      client.disconnect();
      await server.stop();
    }
  });
});
