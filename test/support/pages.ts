import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './until.js';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** A website on a free loopback port: pages by their paths, which a test may write by hand, byte by byte. */
export class Pages {
  /** Paths in the order in which they were asked for. */
  readonly asked: string[] = [];
  readonly headers: IncomingMessage['headers'][] = [];
  private readonly pages = new Map<string, Serve>();
  private readonly server = createServer((request, response) => {
    const path = request.url ?? '';
    this.asked.push(path);
    this.headers.push(request.headers);
    const serve = this.pages.get(path);
    if (serve) serve(request, response);
    else response.writeHead(404, { 'content-type': 'text/html' }).end('<title>Not found</title>');
  });

  static async start(): Promise<Pages> {
    const pages = new Pages();
    await new Promise<void>((resolve) => pages.server.listen(0, '127.0.0.1', resolve));
    return pages;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The address of a path, by any name of this machine. */
  at(path: string, host = '127.0.0.1'): string {
    return `http://${host}:${this.port}${path}`;
  }

  serve(path: string, serve: Serve): string {
    this.pages.set(path, serve);
    return this.at(path);
  }

  /** A page with this title, and more of a head if there is. */
  page(path: string, title: string, head = ''): string {
    return this.serve(path, (_, response) => html(response, title, head));
  }

  redirect(path: string, to: string): string {
    return this.serve(path, (_, response) => response.writeHead(302, { location: to }).end());
  }

  /** A page that is answered when the test says so. */
  held(path: string, title: string): { url: string; answer: () => void } {
    const waiting: ServerResponse[] = [];
    let open = false;
    const url = this.serve(path, (_, response) => void (open ? html(response, title) : waiting.push(response)));
    const answer = (): void => {
      open = true;
      for (const response of waiting) html(response, title);
    };
    return { url, answer };
  }

  timesAsked(path: string): number {
    return this.asked.filter((one) => one === path).length;
  }

  waitFor(path: string): Promise<unknown> {
    return until(`a request for ${path}`, () => this.asked.includes(path));
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }
}

function html(response: ServerResponse, title: string, head = ''): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<html><head><title>${title}</title>${head}</head><body><h1>${title}</h1></body></html>`);
}
