import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, ok, say } from '../support/chat.js';
import { inParallel } from '../support/in-parallel.js';
import { Pages } from '../support/pages.js';
import { TestDatabase } from '../support/postgres.js';
import { queuesOf } from '../support/queue-board.js';
import { closeSockets, connect } from '../support/socket.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let app: TestApp;
let client: TestClient;
let pages: Pages;
let room: { id: string; epoch: string; last_rev: number };

beforeAll(async () => {
  database = await TestDatabase.create();
  app = await startApp({ database });
});
beforeEach(async () => {
  pages = await Pages.start();
  client = await app.client();
  await turn(true);
  room = await makeRoom(client, ['ann', 'bob']);
});
afterEach(async () => {
  closeSockets();
  await pages.stop();
  expect(await app.errors()).toEqual([]);
});
afterAll(async () => {
  await app.stop();
  await database.drop();
});

const turn = async (link_previews: boolean | null) =>
  ok(await client.request('PATCH', '/clients/me', { body: { settings: { link_previews } } }));
const as = (user: string, method: string, path: string, body?: object) =>
  client.master(user).request(method, path, body ? { body } : {});
const at = (id: string) => `/rooms/${room.id}/messages/${id}`;
const read = async (id: string) => ok(await as('bob', 'GET', at(id)));
const edit = async (id: string, body: object) => ok(await as('ann', 'PATCH', at(id), body));
const send = async (body: object) => ok(await as('ann', 'POST', `/rooms/${room.id}/messages`, body));
const saying = (content: string) => say(client.master('ann').request, room.id, content);
const titlesOf = ({ attachments }: any): string[] => attachments.map(({ title }: any) => title);
/** Once the message shows these, in this order. */
const showing = (id: string, ...titles: string[]) =>
  until(`${titles.join(', ')} at the message`, async () => {
    const message = await read(id);
    return JSON.stringify(titlesOf(message)) === JSON.stringify(titles) && message;
  });
/** Once nothing is to be fetched any more. */
const settled = () =>
  until('the queue to be empty', async () => {
    const { counts } = (await queuesOf(app)).find(({ name }) => name === 'link-previews')!;
    return Object.values(counts).every((count) => count === 0);
  });

it('are off until a client wants them, and no other client gets any', async () => {
  const other = await app.client();
  const theirs = await makeRoom(other, ['ann']);
  expect((await turn(null)).settings.link_previews).toBe(false);
  const before = await saying(pages.page('/before', 'Before'));
  await turn(true);
  const wrong = { settings: { link_previews: 'yes' } };
  expect((await client.request('PATCH', '/clients/me', { body: wrong })).status).toBe(422);
  await say(other.master('ann').request, theirs.id, pages.page('/other', 'Other'));
  await showing((await saying(pages.page('/after', 'After'))).id, 'After');
  await settled();
  expect(pages.asked).toEqual(['/after']);
  expect((await read(before.id)).attachments).toEqual([]);
});

it('come by message.updated, in history and sync alike, and are no edit', async () => {
  const bob = await connect(app, (await client.login('bob')).key);
  const head =
    '<meta property="og:description" content="About it"><meta property="og:image" content="/i.png"><meta property="og:site_name" content="Site">';
  const link = pages.page('/x?a=1', 'Title &lt;1&gt;', head);
  const sent = await saying(`Look: ${link}.`);
  expect(sent.attachments).toEqual([]);
  const event = await bob.waitFor('message.updated');
  const preview = {
    type: 'link',
    url: link,
    name: null,
    size: null,
    mime_type: null,
    title: 'Title <1>',
    description: 'About it',
    image_url: pages.at('/i.png'),
    site_name: 'Site',
    preview: true,
  };
  expect(event).toMatchObject({ rev: sent.rev + 1, actor: { id: null, type: 'client' } });
  const updated = { ...sent, rev: sent.rev + 1, attachments: [preview], updated_at: event.data.updated_at };
  expect(event.data).toEqual(updated);
  expect(updated.edited_at).toBeNull();
  expect(await read(sent.id)).toEqual(updated);
  expect(ok(await as('bob', 'GET', `/rooms/${room.id}/messages`)).data).toEqual([updated]);
  expect(ok(await as('bob', 'GET', `${at(sent.id)}/edits`)).data).toHaveLength(1);
  const position = { room_id: room.id, epoch: room.epoch, rev: sent.rev };
  const { rooms } = await bob.get('sync.resume', { rooms: [position] });
  expect(rooms[0].events).toMatchObject([{ type: 'message.updated', rev: updated.rev, data: updated }]);
});

it('are of the first three links, also of images, each page fetched once for all rooms', async () => {
  const links = ['/1', '/2', '/3', '/4'].map((path) => pages.page(path, path));
  await showing((await saying(`${links[0]} ${links[0]} ${links.join(' ')}`)).id, '/1', '/2', '/3');
  const rooms = await inParallel(Array.from({ length: 20 }), () => makeRoom(client, ['ann', 'bob']));
  const messages = await inParallel(rooms, ({ id }) => say(client.master('ann').request, id, `again ${links[0]}`));
  for (const { id, room_id } of messages) {
    await until('its preview', async () => {
      const message = ok(await as('bob', 'GET', `/rooms/${room_id}/messages/${id}`));
      return titlesOf(message)[0] === '/1';
    });
  }
  expect(pages.asked.toSorted()).toEqual(['/1', '/2', '/3']);
  const image = pages.serve('/i', (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('png'));
  const shown = await showing((await saying(image)).id, undefined as never);
  expect(shown.attachments).toMatchObject([{ type: 'link', url: image, image_url: image, mime_type: 'image/png' }]);
});

it('are not of what is private, no page, or without a title; and of a huge page all the same', async () => {
  const secret = pages.page('/secret', 'Secret');
  // What a connection would reach: this very machine.
  const hidden = secret.replace('127.0.0.1', '0.0.0.0');
  const good = pages.page('/good', 'Good');
  await showing((await saying(`${hidden} ${pages.redirect('/way', hidden)} ${good}`)).id, 'Good');
  const text = pages.serve('/text', (_, response) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end('x'),
  );
  const untitled = pages.serve('/untitled', (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<head><meta name=description content=d></head>'),
  );
  await showing((await saying(`${text} ${untitled} ${good}`)).id, 'Good');
  const huge = pages.serve('/huge', (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).write('<title>Huge</title>');
    const more = (): void => {
      while (!response.destroyed && response.write('<p>x'.repeat(10_000)));
      response.once('drain', more);
    };
    more();
  });
  // A link in angle brackets is not to be shown.
  await showing((await saying(`<${pages.page('/quiet', 'Quiet')}> ${huge}`)).id, 'Huge');
  expect(pages.asked).not.toContain('/secret');
  expect(pages.asked).not.toContain('/quiet');
});

it('give a page five seconds, and keep no other client waiting', async () => {
  const slow = await saying(`${pages.held('/held', 'Held').url} ${pages.page('/quick', 'Quick')}`);
  await pages.waitFor('/quick');
  const more = Array.from({ length: 100 }, (_, n) => pages.held(`/held-${n}`, 'Held').url);
  await inParallel(more, saying);
  await pages.waitFor('/held-0');
  const mine = client;
  client = await app.client();
  await turn(true);
  const theirs = await makeRoom(client, ['ann', 'bob']);
  await say(client.master('ann').request, theirs.id, pages.page('/theirs', 'Theirs'));
  await pages.waitFor('/theirs');
  // A few at once: most of the other client's still wait.
  expect(pages.asked.indexOf('/theirs')).toBeLessThan(more.length);
  client = mine;
  await showing(slow.id, 'Quick');
});

it('are added to what the message says by then, and to none that is deleted', async () => {
  const held = pages.held('/held', 'Held');
  const stays = pages.page('/stays', 'Stays');
  const edited = await saying(`${held.url} ${stays}`);
  const deleted = await saying(`gone ${held.url}`);
  await pages.waitFor('/held');
  const { rev } = await edit(edited.id, { content: `only ${stays}` });
  ok(await as('ann', 'DELETE', at(deleted.id)));
  held.answer();
  const shown = await showing(edited.id, 'Stays');
  expect(shown.rev).toBe(rev + 2);
  await settled();
  expect(await read(deleted.id)).toMatchObject({ attachments: [], rev: rev + 1 });
  expect(ok(await as('bob', 'GET', `/rooms/${room.id}`)).last_rev).toBe(rev + 2);
});

it('go with their links, come with new ones, and stay away when they were taken away', async () => {
  const [one, two, three] = ['/one', '/two', '/three'].map((path) => pages.page(path, path)) as [
    string,
    string,
    string,
  ];
  const { id } = await saying(`${one} ${two}`);
  const { attachments } = await showing(id, '/one', '/two');
  // In the edit itself: nobody sees it stand by a text that it is not of.
  expect(titlesOf(await edit(id, { content: `only ${two}` }))).toEqual(['/two']);
  const file = { type: 'file', url: 'https://cdn.example.com/f', name: 'f' };
  // As an answer shows them, or as somebody would like them to be.
  const kept = { attachments: [{ ...attachments[1], title: 'Other' }, { ...attachments[0], url: one }, file] };
  const named = await edit(id, kept);
  expect(named.attachments).toEqual([attachments[1], { ...file, size: null, mime_type: null }]);
  expect(titlesOf(await edit(id, { attachments: [] }))).toEqual([]);
  await edit(id, { content: `${two} and ${three}` });
  await showing(id, '/three');
  await settled();
  expect(titlesOf(await read(id))).toEqual(['/three']);
  expect((await as('ann', 'PATCH', at(id), { content: null })).body.errors[0].field).toBe('content');
});

it('are nobody’s to send, and no more than a message has room for', async () => {
  const link = pages.page('/x', 'X');
  const mine = { type: 'link', url: link, title: 'Mine', description: 'd', site_name: 's', image_url: link };
  const forged = await send({ content: 'see', attachments: [{ ...mine, preview: true }] });
  expect(forged.attachments).toEqual([]);
  const plain = await send({ content: `see ${link}`, attachments: [mine] });
  expect(plain.attachments).toEqual([{ type: 'link', url: link, name: null, size: null, mime_type: null }]);
  const file = (n: number) => ({ type: 'file', url: `https://cdn.example.com/${n}` });
  const full = await send({ content: link, attachments: Array.from({ length: 20 }, (_, n) => file(n)) });
  const custom = await send({ content: link, content_type: 'custom' });
  const last = await saying(link);
  await showing(last.id, 'X');
  await settled();
  for (const { id, attachments } of [plain, full, custom]) expect((await read(id)).attachments).toEqual(attachments);
  // Nor do they count where somebody looks for files.
  const search = await until('the messages to be found', async () => {
    const found = ok(await as('bob', 'GET', `/messages/search?q=127&room_id=${room.id}`)).data;
    return found.some(({ message }: any) => message.id === last.id) && found.length > 1;
  });
  expect(search).toBe(true);
  const { data } = ok(await as('bob', 'GET', `/messages/search?q=127&room_id=${room.id}&has=attachment`));
  expect(data.map(({ message }: any) => message.id)).toEqual([full.id, plain.id]);
});

// Ends the application of this file: the last one.
it('are fetched by the next process when this one stops', async () => {
  const held = pages.held('/held', 'Held');
  const { id } = await saying(held.url);
  await pages.waitFor('/held');
  await app.stop();
  const { created } = client;
  app = await startApp({ database });
  client = Object.assign(Object.create(client), { app, created });
  held.answer();
  await showing(id, 'Held');
  expect(pages.timesAsked('/held')).toBe(2);
});
