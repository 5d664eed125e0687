import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { faultsOf } from '../support/axe.js';
import { oneBrowser } from '../support/browser.js';
import { Cleanups } from '../support/cleanups.js';
import { oneApp } from '../support/one-app.js';
import { Proxy } from '../support/proxy.js';
import { Receiver } from '../support/receiver.js';
import { SENDERS } from '../support/senders.js';
import { SmtpSink } from '../support/smtp.js';
import { until } from '../support/until.js';

const one = oneApp();
const browser = oneBrowser();
const cleanups = new Cleanups();
afterEach(() => cleanups.run());

/** Logged in with this master key, on a page about its client. */
async function console_(
  path: string,
  key = one.client.key,
  clientId = one.client.id,
  origin = one.app.url,
): Promise<Page> {
  const page = await browser.open(origin, { viewport: { width: 1280, height: 900 } });
  await page.goto(`/console/client/${clientId}/${path}`);
  await page.getByLabel('Key', { exact: true }).fill(key);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
  return page;
}
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const dialog = (page: Page) => page.getByRole('dialog');
/** The button of the dialog that is open does what it says, and the dialog closes. */
async function confirm(page: Page, name: string): Promise<void> {
  await dialog(page).getByRole('button', { name, exact: true }).click();
  await dialog(page).waitFor({ state: 'hidden' });
}
/** Faster than the page can show that the first click was one. */
const clickTwice = (page: Page, name: string) =>
  button(page, name).evaluate((element) => {
    const { click } = element as unknown as { click(): void };
    for (const _ of [1, 2]) click.call(element);
  });
const focused = (page: Page, name: string) => button(page, name).and(page.locator(':focus')).waitFor();
const make = async (path: string, body: object) => {
  const { status, body: made } = await one.as(undefined, 'POST', path, body);
  if (status > 299) throw new Error(JSON.stringify(made));
  return made;
};

it('a webhook endpoint is made, fails, is disabled, enabled and recovered', async () => {
  const receiver = await Receiver.start(() => ({ status: 410, body: 'Gone for good' }));
  cleanups.add(() => receiver.stop());
  const page = await console_('webhooks');
  await page.getByText('No endpoints yet').waitFor();
  await button(page, 'New endpoint').first().click();
  browser.expectErrors('status of 422');
  await page.getByLabel('URL').fill('no address');
  await button(page, 'Make the endpoint').click();
  // What is refused is said at its field, with the id by which the logs find it.
  await dialog(page).getByText('request_id').waitFor();
  expect(await page.getByLabel('URL').getAttribute('aria-invalid')).toBe('true');
  // An answer that is lost, and two clicks in one moment: still it is one endpoint.
  browser.expectErrors('ERR_FAILED');
  await page.route('**/webhooks/endpoints', async (route) => {
    await route.fetch();
    await route.abort();
    await page.unroute('**/webhooks/endpoints');
  });
  await page.getByLabel('URL').fill(`${receiver.url}/hooks`);
  await page.getByPlaceholder('all').fill('message.created');
  await page.keyboard.press('Enter');
  await button(page, 'Make the endpoint').click();
  await dialog(page).getByText('No answer').waitFor();
  await clickTwice(page, 'Make the endpoint');
  await page.getByText(/whsec_/).waitFor();
  expect((await one.as(undefined, 'GET', '/webhooks/endpoints')).body.data).toHaveLength(1);
  await button(page, 'I have kept it').click();
  expect(await page.getByText(/whsec_/).count()).toBe(0);

  const room = await make('/rooms', { room_type: 'group', name: 'Team', members: ['ann'] });
  await make(`/rooms/${room.id}/messages`, { content: 'the first' });
  await receiver.waitFor(1);
  await page.getByText('disabled: gone').waitFor();
  await button(page, 'message.created').click();
  await page.getByText('HTTP 410').waitFor();
  await page.getByLabel('answer to attempt 1').filter({ hasText: 'Gone for good' }).waitFor();

  await make(`/rooms/${room.id}/messages`, { content: 'the second' });
  receiver.respond(() => ({ status: 200 }));
  await button(page, 'Enable').click();
  await confirm(page, 'Enable');
  await button(page, 'Disable').waitFor();
  await button(page, 'Recover').click();
  await button(page, 'Count').click();
  await button(page, 'Send 2 again').click();
  await dialog(page).getByText('completed').waitFor();
  await dialog(page).getByText('2 of 2').waitFor();
  const told = (await receiver.waitFor(3)).slice(1).map(({ body }) => JSON.parse(body.toString()).data.content);
  expect(told.toSorted()).toEqual(['the first', 'the second']);
  await button(page, 'Close').last().click();

  // What somebody else changes meanwhile stays.
  await button(page, 'Edit').click();
  await page.getByLabel('Description').fill('The shop’s');
  const [{ id }] = (await one.as(undefined, 'GET', '/webhooks/endpoints')).body.data;
  await one.as(undefined, 'PATCH', `/webhooks/endpoints/${id}`, { timeout_ms: 5_000, headers: { 'X-Shop': '1' } });
  await confirm(page, 'Save');
  expect((await one.as(undefined, 'GET', `/webhooks/endpoints/${id}`)).body).toMatchObject({
    description: 'The shop’s',
    timeout_ms: 5_000,
    headers: { 'X-Shop': '1' },
  });

  await button(page, 'Send a test').click();
  await button(page, 'Send').click();
  await dialog(page).getByText('HTTP 200').waitFor();
  await button(page, 'Cancel').click();
  await button(page, 'Rotate secret').click();
  await button(page, 'Make a new secret').click();
  await page.getByText(/whsec_/).waitFor();
  await page.getByText('Old secret signs until').waitFor();
  await button(page, 'Disable').click();
  await confirm(page, 'Disable');
  await page.getByText('disabled: manual').waitFor();
  // No secret is in the address, nor in what the tab keeps beside the session.
  expect(page.url()).not.toContain('whsec');
});

it('a source is made, and a rule tried on an event of it before it acts', async () => {
  const page = await console_('sources');
  await button(page, 'New source').first().click();
  await page.getByLabel('Name').fill('Issues');
  await page.getByLabel('Who sends').selectOption('github');
  await page.getByLabel('Secret').fill(SENDERS.github!.verification.secret!);
  await button(page, 'Make the source').click();
  const url = await page
    .getByText(/webhooks\/.*\/issues/)
    .first()
    .innerText();
  const { headers, body } = SENDERS.github!.sign({ action: 'opened', issue: { title: 'It broke' } });
  const path = `/${new URL(url).pathname}`;
  expect((await one.app.request('POST', path, { headers, body })).status).toBe(202);
  expect(
    (await one.app.request('POST', path, { headers: { ...headers, 'x-hub-signature-256': 'sha256=00' }, body })).status,
  ).toBe(401);
  await page.getByText('refused', { exact: true }).waitFor();
  await page.locator('.status', { hasText: 'processed' }).waitFor();
  await page
    .getByRole('row', { name: /processed/ })
    .getByRole('link')
    .click();
  await page.getByText('no rule’s condition held').waitFor();
  await page.getByRole('link', { name: 'Try a rule on it' }).click();

  await page.getByLabel('Name').fill('Issues become rooms');
  await page.getByLabel('Action 1', { exact: true }).selectOption('create_room');
  const params = (value: object) => page.getByLabel('Params of action 1').fill(JSON.stringify(value));
  await params({ room_type: 'support', name: { $jsonata: 'issue.title' }, nmae: 'x' });
  await page.getByLabel('When').fill('action = "closed"');
  await page.getByLabel('Headers and payload').filter({ hasText: 'It broke' }).waitFor();
  await button(page, 'Try').click();
  await page.getByText('it does not act').waitFor();
  await page.getByLabel('When').fill('action = "opened"');
  await button(page, 'Try').click();
  await page.getByText('it acts', { exact: true }).waitFor();
  await page.getByText('actions[0].params.nmae').waitFor();
  await params({ room_type: 'support', name: { $jsonata: 'issue.title' } });
  await button(page, 'Try').click();
  await page.getByLabel('what action 1 would send').filter({ hasText: '"name": "It broke"' }).waitFor();
  expect((await one.as(undefined, 'GET', '/rooms/all')).body.data).toEqual([]);

  await button(page, 'Make the rule').click();
  // It acts when somebody says so; what somebody else changes meanwhile stays.
  await page.getByRole('link', { name: 'Issues become rooms' }).click();
  const ruleNow = async () => (await one.as(undefined, 'GET', '/webhooks/rules')).body.data[0];
  const { id, enabled } = await ruleNow();
  expect(enabled).toBe(false);
  await page.getByLabel('It acts').check();
  const condition = 'action in ["opened"]';
  await one.as(undefined, 'PATCH', `/webhooks/rules/${id}`, { condition });
  await button(page, 'Save').click();
  await page.getByRole('link', { name: 'Issues become rooms' }).waitFor();
  expect(await ruleNow()).toMatchObject({ enabled: true, condition });
  await page
    .getByRole('row', { name: /Issues become rooms/ })
    .getByRole('link', { name: 'Issues', exact: true })
    .click();
  await page
    .getByRole('row', { name: /processed/ })
    .getByRole('checkbox')
    .check();
  await button(page, 'Replay 1 picked').click();
  await page.getByText('1 of 1 go again').waitFor();
  await page.getByText('1 done', { exact: true }).waitFor();
  const { body: rooms } = await one.as(undefined, 'GET', '/rooms/all');
  expect(rooms.data).toMatchObject([{ name: 'It broke', room_type: 'support' }]);

  const unsigned = { name: 'Anybody', verification: { template: 'none' }, allow_unsigned: true };
  const open = await make('/webhooks/sources', unsigned);
  await one.app.request('POST', `/${new URL(open.url).pathname}`, { body: '{"type": "hello"}' });
  await page.goto(`/console/client/${one.client.id}/sources/${open.id}`);
  await page.getByRole('cell', { name: 'not checked' }).waitFor();
  await page.locator('.data-table').getByRole('link').click();
  await page.locator('.fact-grid').getByText('not checked').waitFor();
});

it('a provider is added by the form of its schema, tested, ordered and removed', async () => {
  const sink = await SmtpSink.start({ auth: { user: 'u', pass: 'secret-p' } });
  cleanups.add(() => sink.stop());
  browser.expectErrors('status of 422');
  const page = await console_('providers');
  await button(page, 'Add a provider').first().click();
  await page.getByPlaceholder('main').fill('main');
  await page.getByLabel('From (address)').fill('shop@example.com');
  await page.getByLabel('Kind').selectOption('smtp');
  const field = (label: string) => page.locator('.schema-form').getByLabel(label, { exact: false }).first();
  await field('Host').fill('not a host');
  await field('Port').fill(String(sink.port));
  await field('Username').fill('u');
  await field('Password').fill('wrong');
  expect(await field('Password').getAttribute('type')).toBe('password');
  await button(page, 'Add').click();
  await dialog(page).getByText('request_id').waitFor();
  // At the field itself, too.
  expect(await page.locator('.schema-form').innerText()).toMatch(/must match|may hold|pattern|host/i);
  await field('Host').fill('127.0.0.1');
  await button(page, 'Add').click();
  await dialog(page)
    .getByText(/Invalid login/)
    .first()
    .waitFor();
  await field('Password').fill('secret-p');
  await confirm(page, 'Add');
  await page.getByText('in use').waitFor();

  await page.getByRole('button', { name: 'Test main' }).click();
  await page.getByLabel('To', { exact: true }).fill('me@example.com');
  await button(page, 'Send a test').click();
  await page.getByText('It took the mail').waitFor();
  expect(sink.messages.map(({ to }) => to)).toEqual([['me@example.com']]);
  await button(page, 'Cancel').click();

  const config = { host: '127.0.0.1', port: sink.port, secure: false };
  await make('/clients/me/providers?verify=false', { name: 'spare', provider_type: 'smtp', daily_cap: 10, config });
  await page.getByText('0 of 10 a day').waitFor();
  await page.getByRole('button', { name: 'Earlier spare' }).click();
  const names = async () =>
    (await one.as(undefined, 'GET', '/clients/me/providers')).body.data.map(({ name }: any) => name);
  await until('it to come first', async () => (await names())[0] === 'spare');
  await page.getByRole('button', { name: 'Remove main' }).click();
  await confirm(page, 'Remove');
  expect(await names()).toEqual(['spare']);
});

it('a key is made, shown once, and revoked; who rotates the own one goes on with its successor', async () => {
  const page = await console_('keys');
  await button(page, 'New master key').click();
  await page.getByLabel('Name').fill('The shop');
  // What is filled in is not lost by a click beside it; left, the focus is where it was.
  await page.mouse.click(5, 450);
  expect(await page.getByLabel('Name').inputValue()).toBe('The shop');
  await page.keyboard.press('Escape');
  await focused(page, 'New master key');
  await button(page, 'New master key').click();
  await page.getByLabel('Name').fill('The shop');
  const made: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && made.push(request.url()));
  await clickTwice(page, 'Make the key');
  const key = await page.locator('.once .copy-text').innerText();
  const asks = () => one.app.request('GET', '/clients/me', { key });
  expect((await asks()).status).toBe(200);
  expect(made).toHaveLength(1);
  await page.reload();
  await page.getByText('The shop').waitFor();
  expect(await page.getByText(key).count()).toBe(0);
  await button(page, 'Revoke The shop').click();
  await confirm(page, 'Cancel');
  await focused(page, 'Revoke The shop');
  await button(page, 'Revoke The shop').click();
  await confirm(page, 'Revoke');
  await until('it to be refused', async () => (await asks()).status === 401);

  browser.expectErrors('status of 401');
  await button(page, 'Rotate First key').click();
  await dialog(page).getByText('You are logged in with this key').waitFor();
  await page.getByLabel('The old one ends').selectOption('at once');
  await confirm(page, 'Make its successor');
  const successor = await page.locator('.once .copy-text').innerText();
  expect((await one.app.request('GET', '/clients/me', { key: successor })).status).toBe(200);
  const old = () => one.app.request('GET', '/clients/me', { key: one.client.key });
  await until('the old one to be refused', async () => (await old()).status === 401);
  await page.reload();
  await button(page, 'Revoke First key').waitFor();
  const as = { key: successor };
  const [{ id }] = (await one.app.request('GET', '/clients/me/keys', as)).body.data;
  await one.app.request('POST', `/clients/me/keys/${id}/rotate`, { ...as, body: { overlap_s: 0 } });
  await page.reload();
  await page.getByRole('alert').getByText('Your key is no longer taken').waitFor();
});

it('a room is watched live and frozen, and a user banned', async () => {
  const room = await make('/rooms', { room_type: 'group', name: 'Team', members: ['ann'] });
  await one.as('ann', 'POST', `/rooms/${room.id}/messages`, { content: 'before' });
  const page = await console_('rooms');
  await page.getByRole('link', { name: 'Team' }).click();
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByText('before').waitFor();
  await one.as('ann', 'POST', `/rooms/${room.id}/messages`, { content: 'and now' });
  await page.getByText('and now').waitFor();
  await page.locator('.fact-grid div').filter({ hasText: 'Messages' }).getByText('2', { exact: true }).waitFor();
  await button(page, 'Freeze').click();
  await confirm(page, 'Freeze');
  await button(page, 'Unfreeze').waitFor();
  const refused = await one.as('ann', 'POST', `/rooms/${room.id}/messages`, { content: 'no' });
  expect(refused.body.code).toBe('room_frozen');
  await page.getByRole('link', { name: 'ann' }).click();
  await button(page, 'Ban').click();
  await confirm(page, 'Ban');
  await page.getByText('banned', { exact: true }).waitFor();
  expect((await one.as(undefined, 'GET', '/users/ann')).body.banned_until).not.toBeNull();
});

it('addresses are imported, found and exported, and what cannot be read is named', async () => {
  const page = await console_('suppression');
  await button(page, 'Import').click();
  const lines = 'address,reason\nann@example.com,bounce\nno address,bounce\nben@example.com,complaint\n';
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'old.csv', mimeType: 'text/csv', buffer: Buffer.from(lines) });
  await page.getByLabel('Lines').filter({ hasText: 'ann@example.com' }).waitFor();
  await dialog(page).getByRole('button', { name: 'Import', exact: true }).click();
  await dialog(page).getByText('Of 3 lines 2 were added, 0 updated, 1 could not be read.').waitFor();
  await dialog(page)
    .getByText(/^Line 3: /)
    .waitFor();
  await button(page, 'Close').last().click();
  const rows = page.getByRole('table', { name: 'Suppressed addresses' }).locator('tbody tr');
  await until('both to be listed', async () => (await rows.count()) === 2);
  await page.getByLabel('Reason').selectOption('complaint');
  await until(
    'one to be left',
    async () => (await rows.allInnerTexts()).join().includes('ben') && (await rows.count()) === 1,
  );
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Export').click()]);
  expect(download.suggestedFilename()).toBe('suppressions.csv');
  const csv = readFileSync(await download.path(), 'utf8');
  expect(csv.split('\n')[0]).toContain('address');
  expect(csv).toContain('ann@example.com');
  expect(csv).toContain('ben@example.com');
});

it('reports are reviewed: one is dismissed, and the message of another deleted', async () => {
  const room = await make('/rooms', { room_type: 'group', name: 'Team', members: ['ann', 'ben'] });
  const messages = [];
  for (const content of ['a joke', 'buy this']) {
    const { body } = await one.as('ben', 'POST', `/rooms/${room.id}/messages`, { content });
    await one.as('ann', 'POST', `/rooms/${room.id}/messages/${body.id}/reports`, { reason: 'spam', text: 'Again.' });
    messages.push(body.id);
  }
  const page = await console_('rooms');
  await page.getByRole('link', { name: 'Reports to review' }).click();
  const decide = async (text: string, decision: string, note: string) => {
    await page.getByRole('row', { name: text }).getByRole('button', { name: 'Decide' }).click();
    await page.getByLabel('Decision').selectOption(decision);
    await page.getByLabel('Note').fill(note);
    await confirm(page, 'Decide');
    await page.getByRole('row', { name: text }).waitFor({ state: 'hidden' });
  };
  await decide('a joke', 'dismissed', 'Harmless');
  await decide('buy this', 'delete', 'Spam');
  await page.getByText('Nothing to review').waitFor();
  await page.getByLabel('State').selectOption('all');
  await page.getByRole('row', { name: 'a joke' }).getByText('dismissed').waitFor();
  const { data } = (await one.as(undefined, 'GET', '/reports')).body;
  const decided = Object.fromEntries(data.map(({ message_id, status, note }: any) => [message_id, [status, note]]));
  expect(decided).toEqual({ [messages[0]]: ['dismissed', 'Harmless'], [messages[1]]: ['actioned', 'Spam'] });
  const gone = await one.as('ann', 'GET', `/rooms/${room.id}/messages`);
  expect(gone.body.data.map(({ deleted_at }: any) => deleted_at !== null)).toEqual([false, true]);
});

it('live events come each once and in order, also those of a time when the line was cut', async () => {
  const room = await make('/rooms', { room_type: 'group', name: 'Team', members: ['ann'] });
  const say = (content: string) => one.as('ann', 'POST', `/rooms/${room.id}/messages`, { content });
  const proxy = await Proxy.start(one.app.url);
  cleanups.add(() => proxy.stop());
  browser.expectErrors('ERR_CONNECTION', 'ERR_EMPTY_RESPONSE', 'WebSocket connection');
  const page = await console_(
    'live?type=message.*',
    one.client.key,
    one.client.id,
    new URL(proxy.through(one.app.url)).origin,
  );
  await page.getByText('live', { exact: true }).waitFor();
  const contents = () => page.getByRole('log').locator('.event-head').allInnerTexts();
  const shows = (...texts: string[]) =>
    until(texts.join(', '), async () => {
      const shown = await contents();
      return shown.length === texts.length && shown.every((line, nth) => line.includes(texts[nth]!));
    });
  await say('first');
  await shows('first');
  proxy.cut();
  await page.getByText('cut off, tries again').waitFor();
  await say('second');
  await say('third');
  proxy.mend();
  await page.getByText('live', { exact: true }).waitFor();
  await say('fourth');
  await shows('fourth', 'third', 'second', 'first');
  await page.getByLabel('Paused').check();
  await say('fifth');
  // A type that there is not is refused in the API's own words, and nothing goes on in the background.
  await page.getByLabel('Type').fill('massage.created');
  await page.getByLabel('Type').press('Enter');
  await page.getByText('refused', { exact: true }).waitFor();
  await page.getByLabel('Type').fill('');
  await page.getByLabel('Type').press('Enter');
  await page.getByLabel('Paused').uncheck();
  await shows('fifth', 'fourth', 'third', 'second', 'first');
  expect(page.url()).not.toContain(one.client.key);
});

it('the operator makes a client, changes and suspends it', async () => {
  const page = await browser.open(one.app.url);
  await page.goto('/console');
  await page.getByLabel('Key', { exact: true }).fill(one.app.admin().key);
  await button(page, 'Log in').click();
  await button(page, 'New client').first().click();
  const name = `Acme ${one.client.slug}`;
  await page.getByLabel('Name').fill(name);
  await button(page, 'Make the client').click();
  const key = await page.locator('.once .copy-text').innerText();
  const me = () => one.app.request('GET', '/clients/me', { key });
  expect((await me()).body.client).toMatchObject({ name });
  // The list begins with the oldest, of whom there may be many.
  await page.getByRole('link', { name: `Set the limits of ${name}` }).click();
  const settings = page.getByRole('textbox', { name: 'Settings' });
  await settings.fill('{"bulk_threshold": 12');
  await button(page, 'Save').click();
  await page.getByRole('alert').filter({ hasText: 'Not sent' }).getByText('Settings is no JSON').waitFor();
  await settings.fill('{"bulk_threshold": 12}');
  const { id, limits } = (await me()).body.client;
  const others = { allowed_origins: ['https://acme.example'], limits: { messages_per_user_per_minute: 7 } };
  const changed = await one.app.admin().request('PATCH', `/clients/${id}`, { body: others });
  expect(changed.body).toMatchObject(others);
  await button(page, 'Save').click();
  await until('it to be changed', async () => (await me()).body.client.settings.bulk_threshold === 12);
  expect((await me()).body.client).toMatchObject({ ...others, limits: { ...limits, ...others.limits } });
  expect(await faultsOf(page)).toEqual([]);
  await button(page, 'Suspend').click();
  await confirm(page, 'Suspend');
  await button(page, 'Reactivate').waitFor();
  await until('its key to be refused', async () => (await me()).body.code === 'client_suspended');
  for (const path of ['clients', 'audit', 'queues']) {
    await page.goto(`/console/${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect([path, await faultsOf(page)]).toEqual([path, []]);
  }
  await page.goto('/console/audit?action=client.*');
  await button(page, 'client.suspend').first().click();
  await dialog(page).getByText('Before', { exact: true }).waitFor();
});

const PAGES = [
  'webhooks',
  'sources',
  'rules',
  'providers',
  'suppression',
  'audit',
  'keys',
  'limits',
  'rooms',
  'rooms/reports',
  'users',
  'live',
];

describe('every page of a client', () => {
  it('has no fault that axe finds, light and dark, and its address shows it again', async () => {
    const { endpoint, source, room } = await furnished();
    const page = await console_('webhooks');
    const details = [
      `webhooks/${endpoint.id}`,
      `sources/${source.id}`,
      `rooms/${room.id}`,
      'users?user=ann',
      `rules?rule=new`,
    ];
    for (const path of [...PAGES, ...details]) {
      await page.goto(`/console/client/${one.client.id}/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect([path, await faultsOf(page)]).toEqual([path, []]);
      await until(`${path} to fit`, () => page.evaluate('document.documentElement.scrollWidth === 1280'));
    }
    // What is sent to a colleague: the period is kept from page to page, too.
    const state = '?action=webhook.*&from=2026-01-02T03:00:00.000Z&timezone=Asia%2FTokyo';
    await page.goto(`/console/client/${one.client.id}/audit${state}`);
    expect(await page.getByLabel('What').inputValue()).toBe('webhook.*');
    expect(await page.getByLabel('From').inputValue()).toBe('2026-01-02T12:00');
    await page.getByRole('link', { name: 'Overview' }).click();
    expect(await page.locator('input').and(page.getByLabel('Time zone')).inputValue()).toBe('Asia/Tokyo');
    for (const [label, value] of [
      ['Range', '7d'],
      ['Interval', '1d'],
      ['Told apart by', 'provider'],
    ] as const) {
      await page.getByLabel(label).selectOption(value);
    }
    const { searchParams } = new URL(page.url());
    expect(Object.fromEntries(searchParams)).toMatchObject({
      range: '7d',
      interval: '1d',
      by: 'provider',
      timezone: 'Asia/Tokyo',
    });
    await page.reload();
    expect(await page.getByLabel('Told apart by').inputValue()).toBe('provider');
    expect(await page.getByLabel('Interval').inputValue()).toBe('1d');
    // And by the links within a page.
    await page.getByRole('link', { name: 'Rooms', exact: true }).click();
    await page.getByRole('link', { name: 'Team', exact: true }).click();
    await page.waitForURL((url) => url.pathname.endsWith(room.id));
    expect(new URL(page.url()).searchParams.get('timezone')).toBe('Asia/Tokyo');
  });

  it('has none in its dialogs, which fit a phone, nor wider than a phone is', async () => {
    const { endpoint, source, room } = await furnished();
    const page = await console_('webhooks');
    await page.setViewportSize({ width: 390, height: 844 });
    const dialogs: [string, string][] = [
      ['webhooks', 'New endpoint'],
      [`webhooks/${endpoint.id}`, 'Recover'],
      ['sources', 'New source'],
      ['providers', 'Edit main'],
      ['suppression', 'Import'],
      ['keys', 'New master key'],
      [`rooms/${room.id}`, 'Freeze'],
      ['users?user=ann', 'Ban'],
    ];
    for (const [path, name] of dialogs) {
      await page.goto(`/console/client/${one.client.id}/${path}`);
      await button(page, name).first().click();
      await dialog(page).getByRole('button', { name: 'Cancel' }).waitFor();
      expect([path, await faultsOf(page)]).toEqual([path, []]);
      const width =
        'Math.max(document.documentElement.scrollWidth, document.querySelector("[role=dialog]").scrollWidth)';
      expect([path, Number(await page.evaluate(width)) <= 390]).toEqual([path, true]);
    }
    const details = [`webhooks/${endpoint.id}`, `sources/${source.id}`, `rooms/${room.id}`, 'rules?rule=new'];
    for (const path of [...PAGES, ...details]) {
      await page.goto(`/console/client/${one.client.id}/${path}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await until(`${path} to fit`, () => page.evaluate('document.documentElement.scrollWidth === 390'));
    }
    // The menu is there for the keyboard while it is open only.
    const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
    expect(await links.count()).toBe(0);
    const menu = page.getByRole('button', { name: 'Navigation', exact: true, expanded: false });
    await menu.click();
    await links.first().waitFor();
    await page.keyboard.press('Escape');
    await menu.waitFor();
    expect(await links.count()).toBe(0);
    await focused(page, 'Navigation');
  });

  it('shows another tenant nothing', async () => {
    const { endpoint, source, room, rule } = await furnished();
    const other = await one.app.client();
    browser.expectErrors('status of 404');
    const page = await console_('webhooks', other.key, other.id);
    for (const path of PAGES.filter((one) => !['audit', 'keys', 'limits'].includes(one))) {
      await page.goto(`/console/client/${other.id}/${path}`);
      await page.locator('.empty').waitFor();
    }
    for (const path of [
      `webhooks/${endpoint.id}`,
      `sources/${source.id}`,
      `rooms/${room.id}`,
      `rules?rule=${rule.id}`,
      'users?user=ann',
    ]) {
      await page.goto(`/console/client/${other.id}/${path}`);
      await page.getByText('not_found').waitFor();
    }
    await page.goto(`/console/client/${one.client.id}/webhooks`);
    await page.getByText('Of another client').waitFor();
    expect(await page.getByText('example.com/hooks').count()).toBe(0);
  });
});

/** What has no place to break. */
const LONG = 'x'.repeat(60);

/** A client with one of each. */
async function furnished() {
  const room = await make('/rooms', { room_type: 'group', name: 'Team', members: ['ann', LONG.repeat(4)] });
  await one.as('ann', 'POST', `/rooms/${room.id}/messages`, { content: 'hello' });
  const [endpoint, source] = await Promise.all([
    make('/webhooks/endpoints', { url: `https://example.com/hooks/${LONG}`, event_types: ['room.*'] }),
    make('/webhooks/sources', { name: 'GitHub', verification: SENDERS.github!.verification }),
    make('/suppressions', { address: 'eve@example.com' }),
    make('/clients/me/providers?verify=false', {
      name: 'main',
      provider_type: 'smtp',
      daily_cap: 100,
      config: { host: '127.0.0.1', port: 1, secure: false },
    }),
  ]);
  const actions = [
    {
      type: 'send_notification',
      params: { recipients: [{ user_id: 'ann' }], channels: { websocket: { title: 'Hi' } } },
    },
  ];
  const rule = await make('/webhooks/rules', { source_id: source.id, name: 'Tell Ann', condition: 'true', actions });
  return { room, endpoint, source, rule };
}
