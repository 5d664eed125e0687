import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Mail {
  from: string;
  to: string[];
  user: string;
  raw: string;
}

/** A real SMTP server that wants a login, on a free port of loopback. */
export class MailServer {
  readonly mails: Mail[] = [];
  private readonly server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 200,
    onAuth: ({ username, password }, _session, done) =>
      username === this.login.username && password === this.login.password
        ? done(null, { user: username })
        : done(new Error('Wrong user or password')),
    onData: (stream, { envelope, user }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        this.mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), user: String(user), raw });
        done();
      });
    },
  });

  constructor(private readonly login: { username: string; password: string }) {}

  async start(): Promise<number> {
    // Who breaks a connection off is nobody's fault here.
    this.server.on('error', () => undefined);
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}

export interface HookRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** A real HTTP server that accepts whatever is posted, on a free port of loopback. */
export class HookServer {
  readonly requests: HookRequest[] = [];
  private readonly server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = request.headers as Record<string, string>;
      const body = Buffer.concat(chunks).toString('utf8');
      this.requests.push({ method: request.method ?? '', path: request.url ?? '', headers, body });
      response.writeHead(200, { 'content-type': 'text/plain' }).end('thank you');
    });
  });

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
