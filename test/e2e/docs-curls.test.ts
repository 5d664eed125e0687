import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TEST_SETTINGS } from '../support/app.js';
import { loginToAll, makeRoom, ok, owner, say } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { Receiver } from '../support/receiver.js';
import { shellCalls, type ShellCall } from '../support/shell-calls.js';

const ROOT = join(__dirname, '../..');

/** What is refused on purpose: a page shows one thing after the other that can't all be done in one go. */
const REFUSED: Record<string, number> = {
  // Bob has just been banned.
  'members.md PATCH /api/v1/rooms/{room_id}/me': 404,
};

type TestUser = Awaited<ReturnType<typeof loginToAll>>;

const pages = ['../README.md', ...readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))];
const blocksOf = (page: string): string[] =>
  [...readFileSync(join(ROOT, 'docs', page), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .map(([, block]) => block!)
    .filter((block) => block.includes('curl '));

describe('the calls in the pages', () => {
  const on = oneApp();
  let receiver: Receiver;
  let routes: { method: string; path: string; pattern: RegExp; deprecated: boolean }[];

  beforeAll(async () => {
    receiver = await Receiver.start();
    const { body: document } = await on.app.request('GET', '/openapi.json');
    routes = Object.entries<any>(document.paths)
      .flatMap(([path, methods]) =>
        Object.entries<any>(methods).map(([method, { deprecated = false }]) => ({
          method: method.toUpperCase(),
          path,
          pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
          deprecated,
        })),
      )
      // Before a route whose parameter could be that word.
      .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length);
  });
  afterAll(() => receiver.stop());

  /** What the variables of pages stand for, all of it made anew. */
  async function variables(block: string, [ann, bob]: TestUser[]): Promise<Record<string, string>> {
    const { app, client, as } = on;
    const comesIn = /\/join\b|join-requests|invites/.test(block);
    const room = await makeRoom(client, [owner('ann'), 'alice', 'carol', 'mallory', ...(comesIn ? [] : ['bob'])], {
      privacy: /\/join /.test(block) ? 'public' : 'private',
    });
    const message = await say(ann!.request, room.id, 'Hello');
    if (!comesIn) await say(bob!.request, room.id, 'Hi');
    const later = { content: 'Later', send_at: new Date(Date.now() + 60_000).toISOString() };
    const scheduled = block.includes('/scheduled-messages/$ID')
      ? ok(await as('ann', 'POST', `/rooms/${room.id}/scheduled-messages`, later)).id
      : null;
    const invite = comesIn
      ? ok(await as('ann', 'POST', `/rooms/${room.id}/invites`, { kind: 'user', user_id: 'bob' })).id
      : '';
    const code = comesIn ? ok(await as('ann', 'POST', `/rooms/${room.id}/invites`, { kind: 'link' })).code : '';
    const endpoint = block.includes('ENDPOINT')
      ? ok(await as(undefined, 'POST', '/webhooks/endpoints', { url: `${receiver.url}/own` })).id
      : '';
    return {
      API: `${app.url}/api/v1`,
      URL: app.url,
      ADMIN: TEST_SETTINGS.ADMIN_API_KEY,
      ADMIN_API_KEY: TEST_SETTINGS.ADMIN_API_KEY,
      MASTER: client.key,
      CLIENT: client.id,
      ANNS_KEY: ann!.key,
      BOBS_KEY: bob!.key,
      // Either the whole header, or what stands in it.
      KEY: block.includes('-H "$KEY"') ? `Authorization: Bearer ${keyFor(block, client.key, ann!.key)}` : ann!.key,
      ROOM: room.id,
      ID: scheduled ?? message.id,
      MESSAGE: message.id,
      INVITE: invite,
      ENDPOINT: endpoint,
      CODE: code,
      REV: String(message.rev),
      EPOCH: room.epoch,
    };
  }

  const keyFor = (block: string, master: string, user: string) => (block.includes('/clients/me') ? master : user);

  /** What pages name and a test can't have: others' servers, ids that are an example, an hour's patience. */
  const grounded = (block: string, { CODE, REV, EPOCH, ROOM }: Record<string, string>): string =>
    block
      .replace(/^(API|ADMIN)=.*$/gm, '')
      .replaceAll(/https:\/\/example\.com|http:\/\/127\.0\.0\.1:9000/g, receiver.url)
      .replaceAll('me/providers ', "me/providers'?verify=false' ")
      .replaceAll('4fJ0Qx7ZbT1kPq9sWv2LhN', CODE!)
      .replaceAll('"if_rev": 17', `"if_rev": ${REV}`)
      .replaceAll('"room_id": "…"', `"room_id": "${ROOM}"`)
      .replaceAll('"epoch": "1.1"', `"epoch": "${EPOCH}"`)
      .replaceAll('"timeout_s": 30', '"timeout_s": 0');

  async function run(block: string, users: TestUser[]): Promise<ShellCall[]> {
    const known = await variables(block, users);
    return shellCalls(grounded(block, known), known);
  }

  it.each(pages.filter((page) => blocksOf(page).length > 0))('%s', async (page) => {
    const users = [await loginToAll(on.client, 'ann'), await loginToAll(on.client, 'bob')];
    for (const block of blocksOf(page)) {
      const calls = await run(block, users);
      expect(calls).toHaveLength(block.match(/\bcurl /g)!.length);
      for (const { method, url, status, text } of calls) {
        const path = new URL(url).pathname;
        const route = routes.find((one) => one.method === method && one.pattern.test(path));
        const name = `${page} ${method} ${route?.path ?? path}`;
        if (name in REFUSED) expect([name, status]).toEqual([name, REFUSED[name]]);
        else if (status >= 300) throw new Error(`${name}: ${status} ${text}`);
        expect([name, route?.deprecated]).toEqual([name, false]);
      }
    }
  });
});
