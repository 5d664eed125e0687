import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './until.js';

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** The bytes as sent: what a signature is computed over. */
  body: Buffer;
  receivedAt: number;
}

/** What to answer; `hang` never answers, `reset` cuts the connection, `half` does so in the middle of a 200. */
export type Reply =
  { status?: number; headers?: Record<string, string>; body?: string | Buffer } | 'hang' | 'reset' | 'half';

export type ReplyTo = (request: ReceivedRequest, index: number) => Reply | Promise<Reply>;

/** A real HTTP server on a free loopback port: it keeps every request and answers as the test tells it to (200 at first). */
export class Receiver {
  readonly requests: ReceivedRequest[] = [];
  private readonly server = createServer((request, response) => {
    this.receive(request, response).catch(() => response.destroy());
  });

  private deadPort = 0;

  private constructor(private replyTo: ReplyTo) {}

  static async start(replyTo: ReplyTo = () => ({ status: 200 })): Promise<Receiver> {
    const receiver = new Receiver(replyTo);
    await new Promise<void>((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on; `index` counts all requests from 0. */
  respond(replyTo: ReplyTo): void {
    this.replyTo = replyTo;
  }

  /** Waits until at least `count` requests have come and returns all of them. */
  async waitFor(count: number): Promise<ReceivedRequest[]> {
    await until(`${count} requests at the receiver`, () => this.requests.length >= count);
    return this.requests;
  }

  /** Ends the connections on which nothing is under way. */
  closeIdle(): void {
    this.server.closeIdleConnections();
  }

  /** Nobody listens any more, and every connection is cut, whatever was under way on it. */
  async die(): Promise<void> {
    this.deadPort = Number(new URL(this.url).port);
    await this.stop();
  }

  /** After {@link die}: at the same address. */
  async revive(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.deadPort, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const received: ReceivedRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
      receivedAt: Date.now(),
    };
    const index = this.requests.push(received) - 1;

    const reply = await this.replyTo(received, index);
    if (reply === 'hang') return;
    if (reply === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (reply === 'half') {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => request.socket.destroy());
      return;
    }
    response.writeHead(reply.status ?? 200, reply.headers).end(reply.body);
  }
}
