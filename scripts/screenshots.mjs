// node scripts/screenshots.mjs: starts the product in a directory of its own, fills it, and writes pictures of each page of
// the console and of the chat, at desktop and phone width, to docs/screenshots/.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './dist.mjs';
import { converse, converseInThread } from './screenshots-chat.mjs';
import { apiOf, fill, outside } from './screenshots-data.mjs';
import { findBrowser } from './test-browser.mjs';

const VIEWPORTS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
/** So that a picture says the same wherever it is made. */
const LIKE = { reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'UTC' };
const target = join(root, 'docs/screenshots');

const PAGES = [
  ...readFileSync(join(root, 'console/src/pages.ts'), 'utf8').matchAll(/path: '([\w-]+)'[^}]*?who: '([\w+]+)'/g),
].map(([, path, who]) => ({ name: path, path, who }));

async function main() {
  const dataDir = mkdtempSync(join(tmpdir(), 'chatapi-screenshots-'));
  const others = await outside();
  let server;
  let browser;
  try {
    server = await start(dataDir);
    browser = await chromium.launch({ executablePath: await findBrowser(), args: ['--no-sandbox', '--disable-gpu'] });
    const keys = await seeded(dataDir, server.url);
    const call = apiOf(server.url, keys.master);
    const made = await fill(call, others);
    mkdirSync(target, { recursive: true });
    const { client } = await call('GET', '/clients/me');
    const ofClient = [...PAGES.filter(({ who }) => who.startsWith('client')), ...singlesOf(made)];
    await consolePages(
      { browser, url: server.url, key: keys.master },
      ofClient.map(({ name, path }) => ({ name, path: `client/${client.id}/${path}` })),
    );
    await consolePages(
      { browser, url: server.url, key: keys.admin },
      PAGES.filter(({ who }) => who === 'admin').map(({ name, path }) => ({ name: `admin-${name}`, path })),
    );
    await chatPages(browser, server.url, call);
  } finally {
    await browser?.close();
    others.close();
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Pages about one thing. */
const singlesOf = ({ failedMail, room, endpoint }) => [
  { name: 'delivery', path: `deliveries/${failedMail}` },
  { name: 'endpoint', path: `webhooks/${endpoint}` },
  { name: 'room', path: `rooms/${room}` },
  { name: 'reports', path: 'rooms/reports' },
  { name: 'user', path: 'users?user=alice' },
];

async function seeded(dataDir, url) {
  const env = { ...process.env, CHATAPI_DATA_DIR: dataDir, PORT: new URL(url).port };
  const { status } = spawnSync(process.execPath, ['scripts/run.mjs', 'cli.js', 'seed'], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The seed failed.');
  const read = (file) => readFileSync(join(dataDir, file), 'utf8').trim();
  return { master: read('demo-master-key'), admin: read('admin-api-key') };
}

function start(dataDir) {
  const env = { ...process.env, CHATAPI_DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, ['scripts/run.mjs', 'main.js'], { cwd: root, env });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
      const url = /ready at (http\S+)/.exec(output)?.[1];
      if (url) resolve({ url, stop: () => (child.kill('SIGTERM'), ended) });
    });
    child.stderr.pipe(process.stderr);
    void ended.then((code) => reject(new Error(`The server ended with ${code}:\n${output}`)));
  });
}

async function consolePages({ browser, url, key }, pages) {
  for (const [size, viewport] of Object.entries(VIEWPORTS)) {
    const context = await browser.newContext({ ...LIKE, viewport, baseURL: url });
    const page = await context.newPage();
    await page.goto('/console/');
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    await shoot(page, `console-login-${size}`);
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    for (const { name, path } of pages) {
      await page.goto(`/console/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await shoot(page, `console-${name}-${size}`);
    }
    await context.close();
  }
}

/** Two people talk; then everything that they did is there on a phone. */
async function chatPages(browser, url, call) {
  const windowOf = async (size) => {
    const context = await browser.newContext({ ...LIKE, viewport: VIEWPORTS[size], baseURL: url });
    const page = await context.newPage();
    await page.goto('/chat/');
    await page.getByLabel('Your name').waitFor();
    return page;
  };
  for (const size of Object.keys(VIEWPORTS)) {
    const mine = await windowOf(size);
    await shoot(mine, `chat-login-${size}`);
    const theirs = await windowOf('desktop');
    await converse(mine, theirs, call, size);
    await shoot(mine, `chat-${size}`);
    await converseInThread(mine, theirs);
    await shoot(mine, `chat-thread-${size}`);
    for (const page of [mine, theirs]) await page.context().close();
  }
}

async function shoot(page, name) {
  await page.waitForLoadState('networkidle').catch(() => {});
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(target, `${name}.jpg`), type: 'jpeg', quality: 70 });
  console.log(`wrote docs/screenshots/${name}.jpg`);
}

await main();
