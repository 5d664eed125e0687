import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { startApp, type Answer, type TestApp } from '../support/app.js';
import { faultsOf } from '../support/axe.js';
import { oneBrowser } from '../support/browser.js';
import { Proxy } from '../support/proxy.js';
import { until } from '../support/until.js';

const root = join(__dirname, '../..');
const chat = join(root, 'examples/web-chat');
// Run in the page, whose types these tests do not know.
const FOCUSED_TEXT = 'document.activeElement?.textContent ?? ""';
const FOCUSED_LABEL = 'document.activeElement?.ariaLabel';
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 780 } };

interface Login {
  api_key: string;
  room_id: string;
  user: { user_id: string };
}

// Embedded mode is where the chat is served. Everybody is a user of the demo client, so each test takes names of its own,
// and where it looks at a room as a whole, a room of its own.
describe('the chat', () => {
  const { open, expectErrors } = oneBrowser();
  let dataDir: string;
  let app: TestApp;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'chatapi-chat-'));
    chmodSync(dataDir, 0o711); // as root PostgreSQL runs as another user, who must get through
    app = await startApp({ dataDir });
    await until('the demo client', async () => (await login('First')).status === 201);
  });
  afterEach(async () => expect(await app.errors()).toEqual([]));
  afterAll(async () => {
    await app.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const login = (name: string) => app.request<Login>('POST', '/dev/login', { body: { name } });
  const masterKey = () => readFileSync(join(dataDir, 'demo-master-key'), 'utf8').trim();
  const asClient = (method: string, path: string, body?: object) =>
    app.request(method, path, { key: masterKey(), body });

  /** A room of these people, the first of whom owns it. */
  const makeRoom = async (name: string, ...people: string[]): Promise<string> => {
    const users = [];
    for (const person of people) users.push((await login(person)).body);
    const members = users.slice(1).map(({ user }) => user.user_id);
    const key = users[0]!.api_key;
    const { body } = await app.request('POST', '/rooms', { key, body: { room_type: 'group', name, members } });
    return body.id;
  };
  /** So many messages of one person. */
  const fill = async (roomId: string, user: string, count: number): Promise<void> => {
    const headers = { 'x-user-id': user };
    const one = (n: number): Promise<Answer> =>
      app.request('POST', `/rooms/${roomId}/messages`, {
        key: masterKey(),
        headers,
        body: { content: `Message ${n}` },
      });
    for (let n = 1; n <= count; n++) expect((await one(n)).status).toBe(201);
  };
  /** A window of somebody, in a room or in the one of all. */
  const enter = async (
    name: string,
    path = '',
    options: BrowserContextOptions = {},
    origin = app.url,
  ): Promise<Page> => {
    const page = await open(origin, options);
    await page.goto(`/chat/${path}`);
    await page.getByLabel('Your name').fill(name);
    await page.getByRole('button', { name: 'Get in' }).click();
    await page.getByRole('region', { name: 'Conversations' }).or(log(page)).first().waitFor();
    return page;
  };

  const log = (page: Page): Locator => page.getByRole('log', { name: /^Messages in/ });
  const field = (page: Page): Locator => page.getByRole('textbox', { name: /^Message/ });
  const message = (page: Page, text: string): Locator => log(page).getByRole('article').filter({ hasText: text });
  const thread = (page: Page): Locator => page.getByRole('region', { name: 'Thread' });
  const write = async (page: Page, text: string): Promise<void> => {
    await field(page).fill(text);
    await field(page).press('Enter');
  };
  /** What is shown, in order. */
  const bubbles = (page: Page): Promise<string[]> => log(page).locator('.bubble').allInnerTexts();
  const shows = (page: Page, texts: string[]) =>
    until(`${texts.length} messages`, async () => JSON.stringify(await bubbles(page)) === JSON.stringify(texts));
  /** By the keyboard, as nothing moves away under it. */
  const act = async (row: Locator, action: string): Promise<void> => {
    await row.focus();
    await row.getByRole('button', { name: action, exact: true }).press('Enter');
  };

  it('lets two windows talk: typing, receipts, mentions, reactions, edits, deletion', async () => {
    const ada = await enter('Ada');
    const grace = await enter('Grace Hopper');
    await write(ada, 'Hello Grace!');
    await message(grace, 'Hello Grace!').waitFor();

    await field(grace).pressSequentially('Hi @ad');
    await ada.getByText('Grace Hopper is typing …').waitFor();
    await grace.getByRole('option', { name: '@Ada' }).waitFor();
    await field(grace).press('Tab');
    await field(grace).pressSequentially('how are you?');
    await field(grace).press('Enter');
    const answer = message(ada, 'how are you?');
    await answer.waitFor();
    expect(await answer.locator('b').innerText()).toBe('@Ada');
    await ada.bringToFront();
    await message(grace, 'how are you?').getByText('Seen by Ada').waitFor();
    await message(ada, 'Hello Grace!').getByText('Seen by Grace Hopper').waitFor();
    expect(await answer.getByText(/^Seen/).count()).toBe(0); // that she has read her own goes without saying

    await act(answer, 'Heart');
    await message(grace, 'how are you?')
      .getByRole('button', { name: /^❤️, 1 reaction/, pressed: false })
      .waitFor();
    await answer.getByRole('button', { name: /^❤️/, pressed: true }).click();
    await message(grace, 'how are you?').getByRole('button', { name: /^❤️/ }).waitFor({ state: 'hidden' });

    await field(grace).press('ArrowUp'); // the last of one's own
    await field(grace).fill('How do you do?');
    await field(grace).press('Enter');
    const edited = message(ada, 'How do you do?');
    await edited.getByText('(edited)').waitFor();

    await edited.focus();
    expect(await edited.getByRole('button', { name: 'Delete' }).count()).toBe(1);
    expect(await edited.getByRole('button', { name: 'Edit' }).count()).toBe(0); // it is not Ada's
    await act(message(grace, 'How do you do?'), 'Delete');
    await grace.getByRole('button', { name: 'Delete for everybody' }).click();
    await message(ada, 'Message deleted').waitFor();
    expect(await log(ada).getByText('How do you do?').count()).toBe(0);
  });

  it('writes to one person, in a thread, with a file, and finds it again', async () => {
    const iris = await enter('Iris');
    const jack = await enter('Jack');
    await iris.getByRole('button', { name: 'New conversation' }).click();
    await iris.getByRole('dialog').getByRole('button', { name: 'Jack' }).click();
    await iris.getByRole('heading', { name: 'Jack' }).waitFor();
    const plan = { name: 'plan.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(4321) };
    await iris.locator('input[type=file]').setInputFiles(plan);
    await write(iris, 'The plan for Zanzibar');
    await jack.getByRole('navigation', { name: 'Rooms' }).getByRole('button', { name: /Iris/ }).click();
    const received = message(jack, 'The plan for Zanzibar');
    await received.getByText('application/pdf, 5 kB').waitFor();

    await act(received, 'Reply in thread');
    await thread(jack).getByRole('textbox', { name: 'Reply' }).fill('I like it');
    await thread(jack).getByRole('textbox', { name: 'Reply' }).press('Enter');
    await message(iris, 'The plan for Zanzibar').getByRole('button', { name: '1 reply' }).click();
    await thread(iris).getByRole('article').filter({ hasText: 'I like it' }).waitFor();
    await thread(iris).getByRole('textbox').press('Escape');
    await thread(iris).waitFor({ state: 'hidden' });

    await jack.getByRole('button', { name: 'Nudge Iris' }).click();
    await iris.getByRole('region', { name: 'Notices' }).getByText('Jack nudges you').waitFor();

    await iris.goto('/chat/');
    const search = iris.getByLabel('Search messages');
    // Found some seconds after it was written.
    await until('it in the search', async () => {
      await search.fill('');
      await search.fill('zanz');
      const found = iris.getByRole('status').filter({ hasText: /found/ });
      await found.waitFor();
      return (await found.innerText()) === '1 message found';
    });
    await iris.getByRole('navigation', { name: 'Search results' }).getByRole('button').click();
    const focused = () => iris.evaluate<string>(FOCUSED_TEXT);
    await until('the jump', async () => (await focused()).includes('Zanzibar'));
    expect(new URL(iris.url()).search).toBe('?at=1'); // so that it can be sent to Jack
  });

  it('invites by name and by a link, is found where it is public, and keeps messages in view', async () => {
    const kim = await enter('Kim');
    const leo = await enter('Leo');
    await kim.getByRole('button', { name: 'New conversation' }).click();
    await kim.getByLabel('Name of the room').fill('Chess');
    await kim.getByRole('button', { name: 'Make it' }).click();
    await kim.getByRole('heading', { name: 'Chess' }).waitFor();
    await kim.getByText('You are alone: invite somebody').waitFor();
    const path = new URL(kim.url()).pathname.replace('/chat', '');
    expect((await asClient('PATCH', path, { privacy: 'public' })).status).toBe(200);
    await kim.getByRole('button', { name: 'Members and invitations' }).click();
    await kim.getByRole('dialog').getByRole('button', { name: 'Leo Invite' }).click();
    await leo.getByRole('group', { name: 'Invitation' }).getByRole('button', { name: 'Accept' }).click();
    await leo.getByRole('heading', { name: 'Chess' }).waitFor();

    await kim.getByRole('button', { name: 'Make an invitation link' }).click();
    const link = await kim.getByLabel('Invitation link').inputValue();
    const mia = await enter('Mia', new URL(link).pathname.replace('/chat/', ''));
    await mia.getByRole('button', { name: 'Join the room' }).click();
    await mia.getByRole('heading', { name: 'Chess' }).waitFor();
    await mia.getByText('3 members').waitFor();
    expect(await mia.getByRole('navigation', { name: 'Rooms' }).getByRole('button', { name: /Chess/ }).count()).toBe(1);

    const nick = await enter('Nick');
    await nick.getByRole('button', { name: 'New conversation' }).click();
    await nick.getByRole('dialog').getByRole('searchbox').fill('ches');
    await nick.getByRole('button', { name: 'Chess Public room, 3 members' }).click();
    await nick.getByText('4 members').waitFor();
    await nick.getByRole('button', { name: 'New conversation' }).click();
    await nick.getByRole('dialog').getByRole('searchbox').fill('ches');
    await nick.getByText('There is none of this name.').waitFor(); // one is in it
    await nick.getByRole('button', { name: 'Close', exact: true }).click();

    await kim.keyboard.press('Escape');
    await write(kim, 'White begins');
    await act(message(kim, 'White begins'), 'Pin');
    await message(nick, 'White begins').getByText('(pinned)').waitFor();
    const received = message(nick, 'White begins');
    await received.focus();
    expect(await received.getByRole('button', { name: 'Reply in thread' }).count()).toBe(1);
    expect(await received.getByRole('button', { name: 'Unpin' }).count()).toBe(0); // by owners and admins only
    await nick.getByRole('button', { name: 'Pinned messages' }).click();
    await nick
      .getByRole('dialog')
      .getByRole('button', { name: /White begins/ })
      .click();
    const focused = () => nick.evaluate<string>(FOCUSED_TEXT);
    await until('the jump', async () => (await focused()).includes('White begins'));
    await act(message(kim, 'White begins'), 'Unpin');
    await message(nick, 'White begins').getByText('(pinned)').waitFor({ state: 'hidden' });

    // A copied tab is the same person on another device; one that is loaded again is the same device.
    const deviceOf = (page: Page) => page.evaluate<string>('sessionStorage.getItem("chat.device")');
    const device = await deviceOf(kim);
    const copying = kim.waitForEvent('popup');
    await kim.evaluate('void open(location.href)');
    const copy = await copying;
    await message(copy, 'White begins').waitFor();
    expect(await deviceOf(copy)).not.toBe(device);
    await kim.reload();
    await message(kim, 'White begins').waitFor();
    expect(await deviceOf(kim)).toBe(device);
  });

  it('catches up after its line was cut by the switch, and sends what was written meanwhile', async () => {
    const room = await makeRoom('Cut', 'Nora', 'Otto');
    const nora = await enter('Nora', `rooms/${room}`);
    const otto = await enter('Otto', `rooms/${room}`);
    await write(nora, 'one');
    await message(otto, 'one').waitFor();
    await until('nothing to be said', async () => (await otto.locator('.banner').innerText()) === '');
    const presence = () => otto.getByLabel('Your presence').inputValue();
    expect(await presence()).toBe('online');
    await otto.getByRole('switch', { name: 'Connection' }).click();
    await otto.getByText(/^Offline since/).waitFor();
    expect(await presence()).toBe('offline');
    for (const text of ['two', 'three', 'four']) await write(nora, text);
    await message(nora, 'four').waitFor();
    await write(otto, 'five');
    await message(otto, 'five').getByText('Sending …').waitFor();
    expect(await bubbles(otto)).toEqual(['one', 'five']);
    await nora.getByText('Sending …').waitFor({ state: 'hidden' });
    await otto.getByRole('switch', { name: 'Connection' }).click();
    await otto.getByText(/^Back online: [3-9] events caught up/).waitFor();
    const all = ['one', 'two', 'three', 'four', 'five'];
    await shows(otto, all);
    await shows(nora, all);
    expect(await otto.getByText('Sending …').count()).toBe(0);
  });

  it('catches up after its network was gone', async () => {
    expectErrors('ERR_', 'WebSocket connection');
    const room = await makeRoom('Broken', 'Pia', 'Quinn');
    const proxy = await Proxy.start(app.url);
    const origin = proxy.through(app.url).replace(/\/$/, '');
    try {
      const pia = await enter('Pia', `rooms/${room}`);
      const quinn = await enter('Quinn', `rooms/${room}`, {}, origin);
      await write(pia, 'one');
      await message(quinn, 'one').waitFor();
      proxy.cut();
      await quinn.getByText(/^Offline since/).waitFor();
      for (const text of ['two', 'three']) await write(pia, text);
      await write(quinn, 'four');
      await message(pia, 'three').waitFor();
      await pia.getByText('Sending …').waitFor({ state: 'hidden' });
      proxy.mend();
      await shows(quinn, ['one', 'two', 'three', 'four']);
      await shows(pia, ['one', 'two', 'three', 'four']);
    } finally {
      await proxy.stop();
    }
  });

  it('shows a message that was refused, to be sent again or let go', async () => {
    const room = await makeRoom('Frozen', 'Rosa', 'Sam');
    const sam = await enter('Sam', `rooms/${room}`);
    await field(sam).waitFor();
    await sam.getByRole('switch', { name: 'Connection' }).click();
    await sam.getByText(/^Offline since/).waitFor();
    for (const text of ['first', 'second']) await write(sam, text);
    expect((await asClient('POST', `/rooms/${room}/freeze`, {})).status).toBe(200);
    await sam.getByRole('switch', { name: 'Connection' }).click();
    await message(sam, 'first')
      .getByText(/^Not sent/)
      .waitFor();
    await message(sam, 'second').getByRole('button', { name: 'Discard' }).click();
    await message(sam, 'second').waitFor({ state: 'hidden' });
    await asClient('POST', `/rooms/${room}/unfreeze`, {});
    await message(sam, 'first').getByRole('button', { name: 'Retry' }).click();
    await message(sam, 'first')
      .getByText(/^Not sent/)
      .waitFor({ state: 'hidden' });
    await message(sam, 'first').getByText('Sending …').waitFor({ state: 'hidden' });
    const { body } = await asClient('GET', `/rooms/${room}/messages`);
    expect(body.data.map(({ content }: { content: string }) => content)).toEqual(['first']);
  });

  it('keeps the place of what is hidden from one, here and in a window that never saw it', async () => {
    const room = await makeRoom('Hidden', 'Abe', 'Bea');
    await fill(room, 'bea', 3);
    const abe = await enter('Abe', `rooms/${room}`);
    await act(message(abe, 'Message 2'), 'Delete');
    await abe.getByRole('button', { name: 'Delete for me' }).click();
    const left = ['Message 1', 'Hidden for you', 'Message 3'];
    await shows(abe, left);
    await abe.reload();
    await shows(abe, left);
    const asAbe = { key: masterKey(), headers: { 'x-user-id': 'abe' } };
    expect((await app.request('PUT', '/users/me/blocks/bea', asAbe)).status).toBe(204);
    await shows(abe, ['Hidden for you', 'Hidden for you', 'Hidden for you']);
    await write(abe, 'Peace');
    const other = await enter('Abe', `rooms/${room}`);
    for (const page of [abe, other]) {
      await shows(page, ['Hidden for you', 'Hidden for you', 'Hidden for you', 'Peace']);
      expect(await log(page).locator('.day:not(.unread)').count()).toBe(1);
      expect(await log(page).getByText('Bea', { exact: true }).count()).toBe(0);
    }
  });

  it('puts what can be done with a message beside its bubble', async () => {
    const room = await makeRoom('Beside', 'Cleo', 'Dora');
    await fill(room, 'dora', 1);
    const cleo = await enter('Cleo', `rooms/${room}`);
    await write(cleo, 'mine');
    for (const [text, side] of [
      ['Message 1', 'left'],
      ['mine', 'right'],
    ] as const) {
      const row = message(cleo, text);
      await row.hover();
      const [bar, bubble] = [await row.getByRole('toolbar').boundingBox(), await row.locator('.bubble').boundingBox()];
      const edge = (box: typeof bar) => (side === 'left' ? box!.x : box!.x + box!.width);
      expect(Math.abs(edge(bar) - edge(bubble))).toBeLessThan(12);
      expect(bubble!.y - (bar!.y + bar!.height)).toBeLessThan(24);
      expect(bubble!.y + bubble!.height / 2).toBeGreaterThan(bar!.y + bar!.height); // what it says is to be read
    }
  });

  it('says so when the room that is open is one’s own no longer', async () => {
    expectErrors('404'); // where the room was just being read
    const room = await makeRoom('Short stay', 'Enzo', 'Fay');
    const fay = await enter('Fay', `rooms/${room}`);
    await fay.getByText('2 members').waitFor();
    expect((await asClient('DELETE', `/rooms/${room}/members/fay`)).status).toBe(204);
    await fay.getByText(/^This room cannot be shown: /).waitFor();
    for (const name of ['Pinned messages', 'Members and invitations'])
      expect(await fay.getByRole('button', { name }).count()).toBe(0);
    expect(await fay.getByText(/0 members/).count()).toBe(0);
  });

  it('keeps what is half written, and says what is too long', async () => {
    const room = await makeRoom('Drafts', 'Gus');
    const other = await makeRoom('Elsewhere', 'Gus');
    const gus = await enter('Gus', `rooms/${room}`);
    await write(gus, 'one');
    await message(gus, 'one').waitFor();
    const written = (text: string) => until(text, async () => (await field(gus).inputValue()) === text);
    await field(gus).fill('half a');
    await act(message(gus, 'one'), 'Edit');
    await written('one');
    await gus.keyboard.press('Escape');
    await written('half a');
    const rooms = gus.getByRole('navigation', { name: 'Rooms' });
    await rooms.getByRole('button', { name: /Elsewhere/ }).click();
    await until('the other room', () => gus.url().endsWith(other));
    await written('');
    await rooms.getByRole('button', { name: /Drafts/ }).click();
    await written('half a');

    await field(gus).fill('😀'.repeat(10_002));
    await gus.getByRole('alert').getByText('2 characters too many: 10000 are the most.').waitFor();
    await field(gus).press('Enter');
    expect(await gus.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    const most = '😀'.repeat(10_000);
    await write(gus, most);
    await written('');
    await until('it was sent', async () => {
      const { body } = await asClient('GET', `/rooms/${room}/messages`);
      return body.data.at(-1).content === most;
    });
  });

  it('offers no field where one may not write, and says why', async () => {
    const room = await makeRoom('Closed', 'Hal', 'Ida');
    const news = { room_type: 'channel', name: 'News', members: ['ida'] };
    const owner = { key: masterKey(), headers: { 'x-user-id': 'hal' }, body: news };
    const channel = (await app.request('POST', '/rooms', owner)).body.id;
    const ida = await enter('Ida', `rooms/${channel}`);
    await ida.getByText('Only owners and admins can write in this channel.').waitFor();
    expect(await field(ida).count()).toBe(0);
    const hal = await enter('Hal', `rooms/${channel}`);
    await field(hal).waitFor();
    await ida.goto(`/chat/rooms/${room}`);
    await hal.goto(`/chat/rooms/${room}`);
    for (const page of [ida, hal]) await field(page).waitFor();
    await asClient('POST', `/rooms/${room}/freeze`, {});
    await ida.getByText('This room is frozen: only owners and admins can write.').waitFor();
    expect([await field(ida).count(), await field(hal).count()]).toEqual([0, 1]);
    await asClient('POST', `/rooms/${room}/archive`, {});
    for (const page of [ida, hal]) await page.getByText('Nobody can write here any more.').waitFor();
  });

  it('tells addresses and mentions from what stands around them, and the room in the title', async () => {
    const room = await makeRoom('Marks', 'Jan', 'Kay');
    const jan = await enter('Jan', `rooms/${room}`);
    await until('the room in the title', async () => (await jan.title()) === 'Marks – ChatAPI');
    const links = ['https://example.com/x', 'https://example.com/a_(b)', 'https://example.com/?q=1'];
    await write(jan, `x@Kay (see ${links[0]}). ${links[1]}, "${links[2]}"!`);
    const shown = message(jan, 'x@Kay');
    await shown.waitFor();
    expect(await shown.locator('a').allInnerTexts()).toEqual(links);
    await write(jan, 'for x@Kay from @Kay herself');
    await message(jan, 'for x@Kay').waitFor();
    expect(await message(jan, 'for x@Kay').locator('b').allInnerTexts()).toEqual(['@Kay']);
    await until('both sent', async () => {
      const { body } = await asClient('GET', `/rooms/${room}/messages`);
      const mentioned = body.data.map(({ mentions }: { mentions: object[] }) => mentions.length);
      return JSON.stringify(mentioned) === '[0,1]';
    });
    await fill(room, 'kay', 1);
    await jan.getByRole('button', { name: 'Leave', exact: true }).click();
    await until('no room in the title', async () => (await jan.title()) === 'ChatAPI');
    expectErrors('ERR_');
    await jan.context().setOffline(true);
    await jan.getByLabel('Your name').fill('Jan');
    await jan.getByRole('button', { name: 'Get in' }).click();
    await jan.getByRole('alert').getByText('The server cannot be reached. Are you online?').waitFor();
  });

  it('shows six hundred messages with few of them in the page, from the first unread to the latest', async () => {
    const room = await makeRoom('Long', 'Tess', 'Uma');
    await fill(room, 'tess', 600);
    const uma = await enter('Uma', `rooms/${room}`);
    const few = async (): Promise<void> => expect(await log(uma).getByRole('article').count()).toBeLessThan(60);
    const inView = (text: string) =>
      until(`${text} in view`, async () => {
        const found = log(uma).getByText(text, { exact: true });
        if ((await found.count()) === 0) return false;
        const [box, view] = [await found.boundingBox(), await log(uma).boundingBox()];
        return box && view && box.y >= view.y && box.y < view.y + view.height;
      });
    await inView('Message 600');
    await few();
    await uma.getByRole('button', { name: 'Jump to the first of 600 unread messages' }).click();
    await inView('Message 1');
    await few();
    // Onwards, through pages that are loaded as they are needed.
    for (const next of [40, 80, 120]) {
      await until(`message ${next}`, async () => {
        await log(uma).evaluate((element) => element.scrollBy(0, 400));
        return (await log(uma).getByText(`Message ${next}`, { exact: true }).count()) > 0;
      });
      await few();
    }
    const numbers = (await bubbles(uma)).map((text) => Number(text.replace('Message ', '')));
    expect(numbers).toEqual(numbers.map((_, at) => numbers[0]! + at));
    await uma.getByRole('button', { name: 'Jump to the latest message' }).click();
    await inView('Message 600');
    await few();
    await log(uma).focus();
    await log(uma).press('ArrowUp');
    const focused = () => uma.evaluate<string>(FOCUSED_TEXT);
    await until('the last row', async () => (await focused()).includes('Message 600'));
    await uma.keyboard.press('ArrowUp');
    await until('the row before', async () => (await focused()).includes('Message 599'));
    await uma.keyboard.press('Escape');
    expect(await uma.evaluate(FOCUSED_LABEL)).toBe('Message Long');
  });

  it.each([
    ['a desktop', {}],
    ['a phone', PHONE],
  ] as const)('is accessible on %s, in light and dark', async (where, size) => {
    const isPhone = where === 'a phone';
    const room = await makeRoom(`Looks on ${where}`, 'Vera', 'Wim');
    await fill(room, 'wim', 3);
    const vera = await enter('Vera', '', { ...size });
    const check = async (): Promise<void> => expect(await faultsOf(vera)).toEqual([]);
    await vera.getByRole('navigation', { name: 'Rooms' }).getByRole('button').first().waitFor();
    await check();
    await vera.goto(`/chat/rooms/${room}`);
    const first = message(vera, 'Message 1');
    await first.waitFor();
    if (isPhone) expect(await vera.getByRole('navigation', { name: 'Rooms' }).isVisible()).toBe(false);
    await act(first, 'Heart');
    await first.getByRole('button', { name: /^❤️/, pressed: true }).waitFor();
    await field(vera).fill('@');
    await vera.getByRole('listbox').waitFor();
    await check();
    await field(vera).fill('مرحبا');
    expect(await vera.evaluate('getComputedStyle(document.querySelector("textarea")).direction')).toBe('rtl');
    await act(first, 'Reply in thread');
    await thread(vera).getByRole('article').waitFor();
    if (isPhone) expect(await log(vera).isVisible()).toBe(false);
    await check();
    await vera.getByRole('button', { name: 'Close the thread' }).click();
    await vera.getByRole('button', { name: 'Members and invitations' }).click();
    await vera.getByRole('dialog').getByText('Wim').waitFor();
    await check();
    await vera.keyboard.press('Escape');
    const focused = () => vera.evaluate<string>(FOCUSED_LABEL);
    await until('the focus back', async () => (await focused()) === 'Members and invitations');
    expect(await vera.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  it('shows nothing of a room to who is not in it, and keeps the key out of what outlives the page', async () => {
    expectErrors('404');
    const room = await makeRoom('Secret plans', 'Xena', 'Yuri');
    await fill(room, 'xena', 2);
    const other = await app.client();
    const foreign = await other.request('POST', '/rooms', { body: { room_type: 'group', name: 'Of another tenant' } });
    const zoe = await enter('Zoe', `rooms/${room}`);
    await zoe.getByText(/This room cannot be shown/).waitFor();
    expect(await zoe.getByText(/Message 1|Secret plans|Xena/).count()).toBe(0);
    await zoe.goto(`/chat/rooms/${foreign.body.id}`);
    await zoe.getByText(/This room cannot be shown/).waitFor();
    expect(await zoe.getByText('Of another tenant').count()).toBe(0);
    const kept = await zoe.evaluate<string>(
      'JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }])',
    );
    expect(kept).not.toContain('ck_user_');
    expect((await app.request('GET', `/rooms/${room}/messages`, { key: other.key })).status).toBe(404);
  });

  it('says at the login what is wrong', async () => {
    expectErrors('422');
    const page = await open(app.url);
    await page.goto('/chat');
    await page.getByLabel('Your name').fill('!?');
    await page.getByRole('button', { name: 'Get in' }).click();
    await page.getByRole('alert').filter({ hasText: 'must hold a letter or a digit' }).waitFor();
    expect(await page.getByLabel('Your name').inputValue()).toBe('!?');
    // Plain http on another name than this machine's.
    await page.addInitScript('Object.defineProperty(window, "isSecureContext", { value: false })');
    await page.reload();
    await page.getByLabel('Your name').fill('Ann');
    await page.getByRole('button', { name: 'Get in' }).click();
    const here = `http://127.0.0.1:${new URL(app.url).port}/chat`;
    await page
      .getByRole('alert')
      .filter({ hasText: `on this machine only: open ${here}` })
      .waitFor();
  });

  it('is small enough to be read, and to be loaded', () => {
    const sources = readdirSync(chat, { recursive: true, encoding: 'utf8' }).filter(
      (path) => !/node_modules|dist/.test(path) && ['.ts', '.tsx', '.css', '.html'].includes(extname(path)),
    );
    const lines = sources.map((path) => readFileSync(join(chat, path), 'utf8').trimEnd().split('\n').length);
    expect(lines.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(1500);
    const assets = join(root, 'dist/pages/chat/assets');
    const files = readdirSync(assets).filter((name) => /\.(js|css)$/.test(name));
    const zipped = files.map((name) => gzipSync(readFileSync(join(assets, name))).length);
    expect(zipped.length).toBeGreaterThan(1);
    expect(zipped.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(200 * 1024);
  });
});
