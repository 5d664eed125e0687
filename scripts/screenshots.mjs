// node scripts/screenshots.mjs: starts the product in a directory of its own, fills it, and writes pictures of each page of
// the console and of the chat, at desktop and phone width, to docs/screenshots/.
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './dist.mjs';
import { findBrowser } from './test-browser.mjs';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const target = join(root, 'docs/screenshots');

/** A number in the address: what is reached by a click from there stands in the list below. */
const PAGES = [
  ...readFileSync(join(root, 'console/src/pages.ts'), 'utf8').matchAll(/path: '([\w-]+)'[^}]*?who: '([\w+]+)'/g),
].map(([, path, who]) => ({ path, who }));

async function main() {
  const dataDir = mkdtempSync(join(tmpdir(), 'chatapi-screenshots-'));
  const receiver = createServer((request, response) => response.writeHead(request.url === '/good' ? 200 : 500).end());
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const server = await start(dataDir);
  const browser = await chromium.launch({
    executablePath: await findBrowser(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const env = { ...process.env, CHATAPI_DATA_DIR: dataDir, PORT: new URL(server.url).port };
    spawnSync(process.execPath, ['scripts/run.mjs', 'cli.js', 'seed'], { cwd: root, env, stdio: 'inherit' });
    const master = readFileSync(join(dataDir, 'demo-master-key'), 'utf8').trim();
    await fill(server.url, master, `http://127.0.0.1:${receiver.address().port}`);
    mkdirSync(target, { recursive: true });
    const admin = readFileSync(join(dataDir, 'admin-api-key'), 'utf8').trim();
    await consolePages(
      browser,
      server.url,
      master,
      PAGES.filter(({ who }) => who.startsWith('client')),
      '',
    );
    await consolePages(
      browser,
      server.url,
      admin,
      PAGES.filter(({ who }) => who === 'admin'),
      'admin-',
    );
    await chatPages(browser, server.url);
  } finally {
    await browser.close();
    receiver.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
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

/** Something of everything: what arrives, what fails, what waits. */
async function fill(url, master, receiver) {
  const post = async (path, body) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${master}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
    return response.json();
  };
  await post('/webhooks/endpoints', {
    url: `${receiver}/good`,
    event_types: ['notification.*'],
    description: 'Orders',
  });
  await post('/webhooks/endpoints', { url: `${receiver}/bad`, event_types: ['message.created'], description: 'CRM' });
  const { id } = await post('/webhooks/sources', {
    name: 'GitHub',
    verification: { template: 'github', secret: 'screenshots-secret' },
  });
  await post('/webhooks/rules', {
    name: 'Issues become rooms',
    source_id: id,
    condition: "action = 'opened'",
    actions: [{ type: 'create_room', params: { room_type: 'support', name: { $jsonata: 'issue.title' } } }],
  }).catch((error) => console.error(error.message));
  await post('/suppressions', { channel: 'email', address: 'left@example.com', reason: 'unsubscribe' });
  for (let order = 1; order <= 24; order++) {
    await post('/notifications', {
      recipients: [{ user_id: 'alice', email: order % 9 ? 'alice@example.com' : 'left@example.com' }],
      channels: {
        email: { from: 'shop@example.com', subject: `Order ${order} shipped`, text: 'It is on its way.' },
        websocket: { title: 'Shipped', body: `Order ${order} is on its way.` },
        webhook: { url: `${receiver}/${order % 5 ? 'good' : 'bad'}`, payload: { order } },
      },
      tags: ['orders'],
    });
  }
  const room = (
    await (await fetch(`${url}/api/v1/rooms?limit=1`, { headers: { authorization: `Bearer ${master}` } })).json()
  ).data[0];
  if (!room) throw new Error('The seed made no room.');
}

async function consolePages(browser, url, key, pages, prefix) {
  const within = prefix ? '' : `client/${await clientOf(url, key)}/`;
  for (const [name, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    const context = await browser.newContext({ viewport, baseURL: url, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto('/console/');
    if (!prefix) await shoot(page, `console-login-${name}`);
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Log in' }).waitFor({ state: 'detached' });
    for (const { path } of pages) {
      await page.goto(`/console/${within}${path}`);
      await shoot(page, `console-${prefix}${path}-${name}`);
    }
    await context.close();
  }
}

async function clientOf(url, key) {
  const response = await fetch(`${url}/api/v1/clients/me`, { headers: { authorization: `Bearer ${key}` } });
  return (await response.json()).client.id;
}

async function chatPages(browser, url) {
  for (const [name, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    const context = await browser.newContext({ viewport, baseURL: url, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto('/chat/');
    await shoot(page, `chat-login-${name}`);
    await page.getByLabel(/name/i).first().fill('Alice');
    await page.keyboard.press('Enter');
    await shoot(page, `chat-${name}`);
    await context.close();
  }
}

async function shoot(page, name) {
  await page.waitForLoadState('networkidle').catch(() => {});
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(target, `${name}.jpg`), type: 'jpeg', quality: 70 });
  console.log(`wrote docs/screenshots/${name}.jpg`);
}

await main();
