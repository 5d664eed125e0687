import { createTransport } from 'nodemailer';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { SMTPServer } from 'smtp-server';
import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.js';
import { httpLoad, type HttpRequest } from '../support/http-load.js';
import type { Tenant } from '../support/product.js';
import { LoadSocket } from '../support/socket-load.js';

const BARE = fileURLToPath(new URL('../floors/bare-deliveries.js', import.meta.url));

const FROM = 'bench@example.com';
const TEXT = 'A mail of some forty characters in length.';
/** As the product's own pools have. */
const CONNECTIONS = 5;

/** Notifications to one person each, by mail through a local server or over the socket, until all are recorded as sent. */
export class Mails {
  private constructor(
    private readonly tenant: Tenant,
    private readonly db: pg.Client,
    private readonly server: SMTPServer,
    private readonly arrived: { count: number },
    private readonly bare: Child,
    private readonly listeners: LoadSocket[],
  ) {}

  /** @param caps of the provider */
  static async prepare(tenant: Tenant, databaseUrl: string, caps: object = {}): Promise<Mails> {
    const arrived = { count: 0 };
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      onData: (stream, _session, done) =>
        void stream.resume().once('end', () => {
          arrived.count++;
          done();
        }),
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const db = new pg.Client(databaseUrl);
    await db.connect();
    // As whoever survives a kill must, it claims from PostgreSQL what it sends.
    const bare = await Child.start([BARE], { DATABASE_URL: databaseUrl, CLAIMS: '1' });
    await bare.ready('/');
    const listeners = [
      await LoadSocket.open(tenant.port, '/sockets', { api_key: await tenant.login('bench-user') }),
      await LoadSocket.open(bare.port, '/sockets'),
    ];
    const mails = new Mails(tenant, db, server, arrived, bare, listeners);
    await tenant.call('POST', '/clients/me/email-providers', {
      name: 'bench',
      provider_type: 'smtp',
      from_email: FROM,
      ...caps,
      config: { host: '127.0.0.1', port: mails.port, secure: false },
    });
    return mails;
  }

  /** Mails per second. */
  measure(count: number): Promise<number> {
    return this.send('email', count, {
      recipients: [{ email: 'to@example.com' }],
      channels: { email: { subject: 'Bench', text: TEXT } },
    });
  }

  /** Socket notifications per second, to a user who listens. */
  overSockets(count: number): Promise<number> {
    return this.send('websocket', count, {
      recipients: [{ user_id: 'bench-user' }],
      channels: { websocket: { title: 'Bench', body: TEXT } },
    });
  }

  /** The same of a bare server: one row, a claim, one emit, one settling update, gathered. */
  async overSocketsFloor(count: number): Promise<number> {
    const request = { method: 'POST', path: '/', body: JSON.stringify({ payload: { title: 'Bench', body: TEXT } }) };
    return this.run(this.bare.port, count, request, `bare_deliveries where status = 'delivered'`);
  }

  /** Mails per second that bare nodemailer sends over as many pooled connections. */
  async floor(count: number): Promise<number> {
    const transport = createTransport({
      host: '127.0.0.1',
      port: this.port,
      secure: false,
      ignoreTLS: true,
      pool: true as const,
      maxConnections: CONNECTIONS,
      maxMessages: 1000,
    });
    const started = performance.now();
    const mail = { from: FROM, to: 'to@example.com', subject: 'Bench', text: TEXT };
    await Promise.all(Array.from({ length: count }, () => transport.sendMail(mail)));
    const perSecond = count / ((performance.now() - started) / 1000);
    transport.close();
    return perSecond;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    await Promise.all(this.listeners.map((socket) => socket.close()));
    await this.bare.stop();
    await this.db.end();
  }

  private get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  private send(channel: string, count: number, body: object): Promise<number> {
    const headers = { authorization: `Bearer ${this.tenant.masterKey}` };
    const request = { method: 'POST', path: '/api/v1/notifications', headers, body: JSON.stringify(body) };
    return this.run(
      this.tenant.port,
      count,
      request,
      `ended_deliveries where channel = '${channel}' and status = 'sent'`,
      channel === 'email' ? () => this.arrived.count : undefined,
    );
  }

  /** @param arrived counting rows costs the database something, so it begins when they can all be there */
  private async run(port: number, count: number, request: HttpRequest, rows: string, arrived?: () => number) {
    const recorded = async () =>
      (await this.db.query<{ n: number }>(`select count(*)::int as n from ${rows}`)).rows[0]!.n;
    const before = await recorded();
    const arrivedBefore = arrived?.() ?? 0;
    const started = performance.now();
    const result = await httpLoad({ port, connections: 64, requests: count, next: () => request });
    if (result.statuses.get(202) !== count) throw new Error(JSON.stringify([...result.statuses]));
    while (arrived && arrived() < arrivedBefore + count) await sleep(10);
    while ((await recorded()) < before + count) await sleep(25);
    return count / ((performance.now() - started) / 1000);
  }
}
