import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { serverSetting } from './postgres.js';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface OneBrowser {
  /**
   * A window of its own, with storage of its own, closed after the test.
   * @param origin of the application; whatever the page asks of another one fails the test
   */
  open(origin: string, options?: BrowserContextOptions): Promise<Page>;
  /** What the test has provoked, and is no fault: texts that the console's errors contain. */
  expectErrors(...texts: string[]): void;
}

/**
 * One Chromium for the tests of the file that calls this. A test fails when one of its pages asks anything of another origin, throws,
 * violates its content security policy, or writes an error to the console.
 */
export function oneBrowser(): OneBrowser {
  let browser: Browser;
  let faults: string[] = [];
  let expected: string[] = [];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: serverSetting('TEST_CHROME'), args: ARGS });
  });
  beforeEach(() => {
    faults = [];
    expected = [];
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    expect(faults.filter((fault) => !expected.some((text) => fault.includes(text)))).toEqual([]);
  });
  afterAll(() => browser.close());
  return {
    open: async (origin, options = {}) => {
      const context = await browser.newContext({ baseURL: origin, reducedMotion: 'reduce', ...options });
      context.setDefaultTimeout(10_000);
      const page = await context.newPage();
      watch(page, origin, (fault) => faults.push(fault));
      return page;
    },
    expectErrors: (...texts) => expected.push(...texts),
  };
}

function watch(page: Page, origin: string, tell: (fault: string) => void): void {
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== origin) tell(`asked ${url.origin}: ${request.url()}`);
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(origin).host) tell(`opened a socket to ${socket.url()}`);
  });
  page.on('pageerror', (error) => tell(`threw ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // A violated policy is an error of the console, too.
    if (message.type() === 'error') tell(`wrote ${message.text()} (${message.location().url})`);
  });
}
