import { transformSync } from '@swc/core';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { RemoteAgent } from './sdk-suite.js';

const root = join(__dirname, '../..');
const FLAGS = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking';

/** Modules as they are shipped, by where the page finds them; the browser puts them together itself. */
const MODULES: Record<string, string> = {
  '@chatapi/sdk': '/sdk/dist/index.js',
  'openapi-fetch': '/node_modules/openapi-fetch/dist/index.mjs',
  'socket.io-client': '/node_modules/socket.io-client/dist/socket.io.esm.min.js',
};

/** A page of a browser in which an agent of the SDK lives. */
export class SdkPage {
  /** What the page threw. That requests failed, it logs: lines are cut on purpose. */
  readonly errors: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    private readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.errors.push(error.stack ?? error.message));
  }

  static async open(): Promise<SdkPage> {
    const server = createServer((request, response) => {
      void respond(request.url!).then(
        ([type, body]) => response.writeHead(200, { 'content-type': type }).end(body),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath: process.env.TEST_CHROME!, args: FLAGS.split(' ') });
    const shown = new SdkPage(server, browser, await browser.newPage());
    await shown.page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await shown.page.waitForFunction('window.agent !== undefined');
    return shown;
  }

  /** Every call crosses to the page. */
  get agent(): RemoteAgent {
    const call = (name: string, args: unknown[]): Promise<unknown> =>
      this.page.evaluate(([method, given]) => (globalThis as any).agent[method](...given), [name, args] as [
        string,
        any[],
      ]);
    return new Proxy({} as RemoteAgent, {
      get:
        (_, name) =>
        (...args: unknown[]) =>
          call(String(name), args),
    });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

async function respond(url: string): Promise<[type: string, body: string]> {
  const script = 'text/javascript';
  if (url === '/') {
    return [
      'text/html',
      `<!doctype html><title>SDK</title><link rel="icon" href="data:,">
       <script type="importmap">${JSON.stringify({ imports: MODULES })}</script>
       <script type="module">import { SdkAgent } from '/agent.js'; window.agent = new SdkAgent();</script>`,
    ];
  }
  if (url === '/agent.js') {
    const source = await readFile(join(root, 'test/support/sdk-agent.ts'), 'utf8');
    const { code } = transformSync(source, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    return [script, code];
  }
  return [script, await readFile(join(root, url), 'utf8')];
}
