import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { verifyWebhook } from '@chatapi/sdk';
import { TEST_SETTINGS } from '../support/app.js';
import { BIN, root, Shell } from '../support/cli.js';
import { oneApp } from '../support/one-app.js';
import { TestDatabase } from '../support/postgres.js';
import { Proxy } from '../support/proxy.js';
import { Receiver } from '../support/receiver.js';
import { TestRedis } from '../support/redis.js';
import { SmtpSink } from '../support/smtp.js';
import { until } from '../support/until.js';

const exec = promisify(execFile);

describe('chatapi', () => {
  const on = oneApp();
  let shell: Shell;

  beforeEach(() => {
    shell = new Shell({ CHATAPI_URL: on.app.url, CHATAPI_KEY: on.client.key });
  });
  afterEach(() => shell.close());

  const file = (name: string, content: unknown): string => {
    const path = join(shell.home, name);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const makeRoom = async (...members: string[]): Promise<string> => {
    const [owner, ...others] = members;
    return (await on.as(owner, 'POST', '/rooms', { room_type: 'group', name: 'Tea', members: others })).body.id;
  };

  it('takes no id that would make another path of a request', async () => {
    const room = await makeRoom('ann', 'ben');
    const asked = [
      ['rooms', 'remove', room, '..'],
      ['rooms', 'show', ''],
      ['users', 'show', '.'],
      ['deliveries', 'show', ''],
      ['endpoints', 'remove', '..'],
    ];
    for (const args of asked) {
      expect([args, await shell.run(args)]).toMatchObject([
        args,
        { code: 2, stderr: expect.stringContaining('is no id') },
      ]);
    }
    expect((await shell.run(['rooms', 'show', `${room}/members?limit=1`])).code).not.toBe(0);
    expect((await on.as('ann', 'GET', `/rooms/${room}`)).status).toBe(200);
  });

  describe('with keys', () => {
    it('keeps them in a file for its owner alone, tried before, and speaks with them', async () => {
      shell.env = {};
      const kept = join(shell.home, 'config/chatapi/profiles.json');
      const made = await shell.spawn(['login', '--url', on.app.url], { input: `${on.client.key}\n` });
      expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('as the client Test') });
      expect(made.stdout + made.stderr).not.toContain(on.client.key);
      expect(statSync(kept).mode & 0o777).toBe(0o600);
      expect(statSync(join(kept, '..')).mode & 0o777).toBe(0o700);

      const refused = await shell.run(['login', '--url', on.app.url], { input: `${on.client.key.slice(0, -2)}zz` });
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/invalid_key: .*\n.*request_id [0-9a-f-]{36}/),
      });
      const asAdmin = await shell.run(['login', '--url', on.app.url], { input: TEST_SETTINGS.ADMIN_API_KEY });
      expect(asAdmin).toMatchObject({ code: 0, stdout: expect.stringContaining('as the operator') });
      expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual({
        current: 'default',
        profiles: {
          default: { url: on.app.url, key: on.client.key, admin_key: TEST_SETTINGS.ADMIN_API_KEY },
        },
      });

      const [me, profiles, shown, elsewhere] = await Promise.all([
        shell.json(['whoami']),
        shell.json(['profiles', 'list']),
        shell.json(['clients', 'show', on.client.id]),
        shell.run(['whoami', '--url', 'http://127.0.0.1:9']),
      ]);
      expect(me).toMatchObject({
        url: on.app.url,
        source: 'profile default',
        type: 'client',
        client: { id: on.client.id },
      });
      expect(JSON.stringify(me)).not.toContain(on.client.key);
      expect(profiles.data).toEqual([{ name: 'default', current: true, url: on.app.url, keys: ['client', 'admin'] }]);
      expect(shown).toMatchObject({ id: on.client.id, name: 'Test' });
      // What was kept for one server is not sent to another.
      expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('chatapi login') });

      expect(await shell.run(['logout'])).toMatchObject({ code: 0 });
      expect(await shell.run(['whoami'])).toMatchObject({ code: 2 });
    });

    it('takes the demo client of a checkout without any login', async () => {
      const data = join(shell.home, '.data');
      mkdirSync(data);
      writeFileSync(join(data, 'demo-master-key'), `${on.client.key}\n`);
      const server = { pid: process.pid, url: new URL(on.app.url).origin };
      writeFileSync(join(data, 'server.json'), JSON.stringify(server));
      // The address is the one that the server left there: a PORT that stands in .env need not be its own.
      shell.env = { PORT: '0' };
      const [{ stdout }, examined] = await Promise.all([
        shell.spawn(['whoami', '--json']),
        shell.spawn(['doctor', '--egress', on.app.url, '--json']),
      ]);
      expect(JSON.parse(stdout)).toMatchObject({ client: { id: on.client.id }, url: on.app.url });
      expect(JSON.parse(examined.stdout).findings).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ part: 'server', found: expect.stringContaining(on.app.url) }),
          expect.objectContaining({ part: 'key', state: 'ok' }),
        ]),
      );
      const asked = await shell.run(['doctor', '--egress', on.app.url, '--url', 'http://127.0.0.1:9', '--json']);
      expect(JSON.parse(asked.stdout).findings).toContainEqual(
        expect.objectContaining({ part: 'key', fix: expect.stringContaining('its own server only, which answers at') }),
      );
    });

    it('makes, lists, rotates and revokes them, and shows a secret when it was just made only', async () => {
      const made = await shell.json(['keys', 'create', 'deploy', '--permissions', 'read_messages,send_messages']);
      expect(made).toMatchObject({
        name: 'deploy',
        permissions: ['read_messages', 'send_messages'],
        api_key: expect.stringMatching(/^ck_master_/),
      });
      const scoped = await shell.json(['keys', 'create', 'app', '--user', 'alice', '--expires-in', '1h']);
      expect(scoped).toMatchObject({ user_id: 'alice', api_key: expect.stringMatching(/^ck_user_/) });
      const [listed, ofAlice, rotated] = await Promise.all([
        shell.run(['keys', 'list']),
        shell.json(['keys', 'list', '--user', 'alice']),
        shell.json(['keys', 'rotate', made.id, '--overlap', '0']),
      ]);
      expect(listed.stdout).toMatch(/ID +NAME +KEY +MAY/);
      expect(listed.stdout).toContain('deploy');
      expect(listed.stdout).not.toContain(made.api_key);
      expect(ofAlice.data).toEqual([expect.objectContaining({ id: scoped.id, user_id: 'alice' })]);
      expect(rotated.api_key).not.toBe(made.api_key);
      await shell.json(['keys', 'revoke', scoped.id, '--scoped']);
      const after = await shell.run(['whoami'], { env: { CHATAPI_KEY: scoped.api_key } });
      expect(after).toMatchObject({ code: 1, stderr: expect.stringContaining('invalid_key') });
    });
  });

  it('ends with an exit code for each kind of failure, and says what to do', async () => {
    const away = { CHATAPI_URL: 'http://127.0.0.1:9' };
    const page = await Receiver.start(() => ({ body: '<html>' }));
    const room = '00000000-0000-7000-8000-000000000000';
    const [noRoom, unknown, option, number, none, gone, notFound, asJson, awayAsJson] = await Promise.all([
      shell.run(['tail', '--room', room]),
      shell.spawn(['rmos']),
      shell.run(['rooms', 'list', '--limti', '3']),
      shell.run(['rooms', 'list', '--limit', 'many']),
      shell.run(['whoami'], { env: { CHATAPI_KEY: '' } }),
      shell.spawn(['rooms', 'list'], { env: away }),
      shell.spawn(['rooms', 'show', room]),
      shell.run(['users', 'put', 'me', '--json']),
      shell.run(['tail', '--json'], { env: away }),
    ]);
    expect(unknown).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Did you mean rooms?') });
    expect(option).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean --limit?') });
    expect(number).toMatchObject({ code: 2, stderr: expect.stringContaining('whole number') });
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('chatapi login') });
    expect(gone).toMatchObject({ code: 3, stderr: expect.stringContaining('http://127.0.0.1:9 cannot be reached') });
    expect(notFound).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/not_found: .+\n +request_id [0-9a-f-]{36}/),
    });
    expect(noRoom).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('not_found: ') });
    const [misused, unwritable, foreign] = await Promise.all([
      shell.run(['rooms', 'list', '--limti', '3', '--json']),
      shell.run(['suppressions', 'export', '-o', join(shell.home, 'none/out.csv')]),
      shell.run(['rooms', 'list'], { env: { CHATAPI_URL: page.url } }),
    ]);
    expect([misused.code, JSON.parse(misused.stderr).code, misused.stdout]).toEqual([2, 'usage', '']);
    expect(misused.stderr).toContain('chatapi rooms list --help');
    expect(unwritable).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be written') });
    expect(foreign).toMatchObject({ code: 2, stderr: expect.stringContaining('is no ChatAPI') });
    page.respond(() => ({ status: 308, headers: { location: 'https://else.example/api' } }));
    const led = await shell.run(['rooms', 'list'], { env: { CHATAPI_URL: page.url } });
    expect(led).toMatchObject({ code: 2, stderr: expect.stringContaining('--url https://else.example') });
    await page.stop();
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.stderr)).toMatchObject({
      status: 422,
      errors: [{ field: 'user_id' }],
      request_id: expect.any(String),
    });
    expect(awayAsJson.code).toBe(3);
    expect(JSON.parse(awayAsJson.stderr)).toMatchObject({ code: 'unreachable' });
    for (const { stderr } of [unknown, option, none, gone, notFound]) expect(stderr).not.toContain('    at ');
  });

  const LISTS = ['users', 'rooms', 'keys', 'deliveries', 'providers', 'endpoints', 'sources', 'rules', 'suppressions'];

  it('has no list that the API refuses', async () => {
    const lists = await Promise.all(LISTS.map((name) => shell.json([name, 'list'])));
    expect(lists).toEqual(LISTS.map(() => expect.objectContaining({ data: expect.any(Array) })));
  });

  it('shows rooms, users and messages to people and to scripts, and no order to the terminal', async () => {
    await shell.json(['users', 'put', 'alice', '--name', 'Alice', '--email', 'alice@example.com']);
    const room = await shell.json(['rooms', 'create', 'Tea', '--members', 'bob,carol', '--as', 'alice']);
    expect(room).toMatchObject({ name: 'Tea', room_type: 'group', created_by: 'alice', member_count: 3 });
    const sent = await shell.json(['send', room.id, 'Hello', 'there', '--as', 'alice', '--mention', 'bob']);
    expect(sent).toMatchObject({
      seq: 1,
      content: 'Hello there',
      sender_id: 'alice',
      mentions: [{ type: 'user', user_id: 'bob' }],
    });
    await shell.json(['send', room.id, '--as', 'bob', '--client-msg-id', 'one'], { input: 'red \u001b[31m\n' });
    const [history, plain, forced, none, members, listed, ofBob, paged] = await Promise.all([
      shell.json(['rooms', 'history', room.id]),
      shell.run(['rooms', 'history', room.id]),
      shell.run(['rooms', 'history', room.id], { env: { FORCE_COLOR: '1' } }),
      shell.run(['rooms', 'history', room.id], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }),
      shell.run(['rooms', 'members', room.id]),
      shell.json(['rooms', 'list', '--name', 'Tea']),
      shell.json(['rooms', 'list', '--as', 'bob']),
      shell.json(['users', 'list', '--limit', '2']),
    ]);
    expect(history.data.map(({ content }: { content: string }) => content)).toEqual(['Hello there', 'red \u001b[31m']);
    expect(plain.stdout).toContain('#1  alice  Hello there');
    expect(plain.stdout).toContain('#2  bob  red \\x1b[31m');
    expect(plain.stdout).not.toContain('\u001b');
    expect(forced.stdout).toContain('\u001b[36malice');
    expect(forced.stdout).not.toContain('\u001b[31m');
    expect(none.stdout).toBe(plain.stdout);
    expect(members.stdout).toMatch(/alice +Alice +owner/);
    expect(listed.data).toEqual([expect.objectContaining({ id: room.id })]);
    expect(ofBob.data).toEqual([expect.objectContaining({ id: room.id, me: expect.anything() })]);
    expect(paged).toMatchObject({ data: [{}, {}], page: { has_more: true, next_cursor: expect.any(String) } });
    const rest = await shell.json(['users', 'list', '--cursor', paged.page.next_cursor]);
    expect(rest.data).toHaveLength(1);
    const added = await shell.run(['rooms', 'add', room.id, 'dora']);
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining(`dora is member of ${room.id}`) });
    await shell.json(['users', 'ban', 'bob', '--expires-in', '1h']);
    expect(await shell.run(['send', room.id, 'x', '--as', 'bob'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('user_banned'),
    });
  });

  it('tells people, shows what became of it, sends again and counts', async () => {
    const receiver = await Receiver.start(() => ({ status: 500, body: 'no \u001b[2J' }));
    const notification = ['notify', '--webhook', `${receiver.url}/hook`, '--payload', '{"order": 17}'];
    const body = {
      channels: { webhook: { url: `${receiver.url}/hook`, payload: { order: 17 } } },
      max_retry_attempts: 0,
    };
    const [failed, sent, nothing] = await Promise.all([
      shell.run(['notify', '--file', '-', '--wait', '--json'], { input: JSON.stringify(body) }),
      shell.json(['notify', '--user', 'alice', '--title', 'Shipped', '--body', 'It comes.']),
      shell.run(['notify', '--user', 'alice']),
    ]);
    expect(failed.code).toBe(4);
    const { id, status, deliveries } = JSON.parse(failed.stdout);
    expect(status).toBe('failed');
    expect(sent).toMatchObject({
      counts: { total: 1 },
      deliveries: [{ channel: 'websocket', recipient: { user_id: 'alice' } }],
    });
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining('--title') });

    const [listed, shown, simulated] = await Promise.all([
      shell.json(['deliveries', 'list', '--notification', id, '--status', 'failed', '--from', '1h']),
      shell.run(['deliveries', 'show', deliveries[0].id]),
      shell.json([...notification, '--simulate']),
    ]);
    expect(listed.data).toEqual([expect.objectContaining({ id: deliveries[0].id, status: 'failed' })]);
    expect(shown.stdout).toMatch(/1 +\S+ \S+ +webhook +failed +500/);
    expect(shown.stdout).not.toContain('\u001b');
    expect(simulated.deliveries).toHaveLength(1);

    receiver.respond(() => ({ status: 200 }));
    const again = await shell.json(['deliveries', 'resend', deliveries[0].id]);
    expect(again).toMatchObject({ resend_of: deliveries[0].id });
    await receiver.waitFor(2);
    await until(
      'its end',
      async () => (await on.client.request('GET', `/deliveries/${again.id}`)).body.status === 'delivered',
    );
    const ledger = await shell.run(['ledger']);
    expect(ledger).toMatchObject({ code: 0, stdout: expect.stringContaining('It balances.') });
    expect(ledger.stdout).toMatch(/webhook +2 +0 +1 +1/);
    await receiver.stop();
  });

  it('recovers what failed: counts, asks, goes on, and is cancelled by Ctrl-C', async () => {
    const receiver = await Receiver.start(() => ({ status: 500 }));
    const notifications = Array.from({ length: 6 }, () => ({
      channels: { webhook: { url: receiver.url, payload: {} } },
      max_retry_attempts: 0,
    }));
    await on.client.request('POST', '/notifications/batch', { body: { notifications } });
    const failed = async () => (await on.client.request('GET', '/deliveries?status=failed')).body.data.length;
    await until('them to fail', async () => (await failed()) === 6);
    receiver.respond(() => ({ status: 200 }));

    const filter = ['--channel', 'webhook', '--from', '1h'];
    const [counted, asked] = await Promise.all([
      shell.json(['recover', ...filter, '--dry-run']),
      shell.run(['recover', ...filter]),
    ]);
    expect(counted).toMatchObject({ dry_run: true, matched: 6, resent: 0 });
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });

    const slow = shell.start(['recover', ...filter, '--yes', '--rate', '1', '--json']);
    await receiver.waitFor(7);
    slow.signal('SIGINT');
    const cancelled = await slow.ended;
    expect(cancelled.code).toBe(130);
    expect(JSON.parse(cancelled.stdout)).toMatchObject({ status: 'cancelled', rate_per_second: 1 });

    const whole = await shell.json(['recover', ...filter, '--yes']);
    expect(whole.status).toBe('completed');
    expect(JSON.parse(cancelled.stdout).resent + whole.resent).toBe(6);
    await receiver.waitFor(12);
    const later = await shell.run(['recover', ...filter, '--yes']);
    expect(later.stdout).toBe('completed: 0 sent again, 6 left out, of 6.\n');
    await receiver.stop();
  });

  it('refuses options of a recovery that do not go together, and says in which states deliveries are sent again', async () => {
    const endpoint = ['--endpoint', '00000000-0000-7000-8000-000000000000', '--since', '3d'];
    const filters = ['--status failed', '--channel webhook', '--error-code http_500', '--from 2h', '--to 1h'];
    const [alone, help, ...filtered] = await Promise.all([
      shell.run(['recover', '--since', '1m', '--dry-run']),
      shell.run(['recover', '--help']),
      ...filters.map((filter) => shell.run(['recover', ...endpoint, ...filter.split(' '), '--dry-run'])),
    ]);
    expect(alone).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/--since .*--endpoint.*--from/) });
    for (const [at, filter] of filters.entries()) {
      const [option] = filter.split(' ');
      expect(filtered[at]).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(option!) });
      expect(filtered[at]!.stderr).toContain('--endpoint');
    }
    const [, named] = /--status <status> +(.*)/.exec(help.stdout)!;
    const states = named!.split(/, | or /);
    const counted = await Promise.all(states.map((state) => shell.run(['recover', '--status', state, '--dry-run'])));
    expect(counted.map(({ code }) => code)).toEqual(states.map(() => 0));
  });

  it('sets up providers, sources and endpoints, tries them out, and tells no secret', async () => {
    const [smtp, receiver] = await Promise.all([SmtpSink.start(), Receiver.start()]);
    const config = file('smtp.json', {
      host: '127.0.0.1',
      port: smtp.port,
      secure: false,
      username: 'me',
      password: 'hunter22',
      require_tls: false,
    });
    const payload = file('issue.json', { action: 'opened', issue: { title: 'It does not start' } });
    const content = { $jsonata: 'issue.title' };
    const rule = file('rule.json', {
      condition: 'action = "opened"',
      actions: [{ type: 'create_room', params: { room_type: 'support', name: content } }],
    });
    const broken = file('broken.json', {
      actions: [{ type: 'create_room', params: { room_type: 'support', name: { $jsonata: '$error("no")' } } }],
    });
    const [provider, types, source, tested, fails, endpoint] = await Promise.all([
      shell.json([
        'providers',
        'add',
        'main',
        '--type',
        'smtp',
        '--config',
        config,
        '--from',
        'shop@example.com',
        '--primary',
      ]),
      shell.run(['providers', 'types']),
      shell.json(['sources', 'add', 'github', '--verification', '-'], {
        input: '{"template":"github","secret":"sssssssssssssssssssssssssssssssss"}',
      }),
      shell.json(['rules', 'test', rule, '--payload', payload]),
      shell.run(['rules', 'test', broken, '--payload', payload]),
      shell.json(['endpoints', 'add', receiver.url, '--events', 'room.deleted']),
    ]);
    expect(provider).toMatchObject({ name: 'main', is_primary: true, provider_type: 'smtp' });
    expect(JSON.stringify([provider, source])).not.toMatch(/hunter22|sssss/);
    expect(types.stdout).toMatch(/email +smtp +host port secure/);
    expect(tested).toMatchObject({
      matched: true,
      actions: [{ type: 'create_room', params: { name: 'It does not start' } }],
      errors: [],
    });
    expect(fails.code).toBe(4);
    expect(endpoint.secret).toMatch(/^whsec_/);

    const [took, posted, listed] = await Promise.all([
      shell.json(['providers', 'test', 'main', '--to', 'ann@example.com']),
      shell.json(['endpoints', 'test', endpoint.id]),
      shell.json(['endpoints', 'list']),
    ]);
    expect(took).toMatchObject({ status: 'sent' });
    expect(smtp.messages).toHaveLength(1);
    expect(posted).toMatchObject({ status: 'delivered', event_type: 'endpoint.test' });
    expect(JSON.stringify(listed)).not.toContain(endpoint.secret);
    const added = await shell.json(['rules', 'add', rule, '--source', source.id]);
    expect(added).toMatchObject({ source_id: source.id });
    const own = await shell.json(['providers', 'list']);
    expect(own.data).toEqual([expect.objectContaining({ name: 'main' })]);
    const [byId, removed] = await Promise.all([
      shell.json(['rules', 'test', added.id, '--payload', payload]),
      shell.json(['providers', 'remove', 'main']),
    ]);
    const gone = await shell.json(['sources', 'remove', source.id]);
    expect(byId.matched).toBe(true);
    expect(removed).toEqual({ name: 'main', removed: true });
    expect(gone).toEqual({ id: source.id, removed: true });
    await Promise.all([smtp.stop(), receiver.stop()]);
  });

  it('takes lists of suppressed addresses in, in parts, and gives them out', async () => {
    const rows = Array.from({ length: 5_200 }, (_, n) => `ann-${n}@example.com,bounce`);
    rows[5_100] = 'no address,bounce';
    const csv = file('bounces.csv', ['address,reason', ...rows].join('\n'));
    const taken = await shell.spawn(['suppressions', 'import', csv, '--json']);
    expect(taken.code).toBe(4);
    expect(JSON.parse(taken.stdout)).toMatchObject({
      received: 5_200,
      added: 5_199,
      failed: 1,
      errors: [{ line: 5_102 }],
    });
    const out = join(shell.home, 'out.ndjson');
    const [given, plain, twice] = [
      await shell.run(['suppressions', 'export', '--format', 'ndjson', '-o', out]),
      await shell.spawn(['suppressions', 'export']),
      await shell.run(['suppressions', 'export', '-o', out]),
    ];
    expect(given.code).toBe(0);
    expect(readFileSync(out, 'utf8').trim().split('\n')).toHaveLength(5_199);
    expect(plain.stdout.split('\n')[0]).toMatch(/^channel,address,reason/);
    expect(twice.code).toBe(2);
    const back = await shell.json(['suppressions', 'import', '-'], { input: readFileSync(out, 'utf8') });
    expect(back).toMatchObject({ received: 5_199, added: 0, updated: 5_199, failed: 0 });
  });

  it('follows a user and a whole client, each event once and in order, over connections that break', async () => {
    const room = await makeRoom('alice', 'bob');
    const proxy = await Proxy.start(on.app.url);
    const through = { CHATAPI_URL: proxy.through(on.app.url).replace(/\/$/, '') };
    const send = (n: number) => on.as('bob', 'POST', `/rooms/${room}/messages`, { content: `m${n}` });
    const tails = [
      ['tail', '--as', 'alice', '--events', 'message.*', '-n', '40', '--json'],
      ['tail', '--room', room, '--events', 'message.*', '-n', '40', '--json'],
      ['tail', '--events', 'message.*', '-n', '40', '--json'],
    ].map((args) => shell.start(args, { env: through }));
    // Says nothing in JSON until something happens: messages are sent until each has heard one.
    let n = 0;
    await until('all to listen', async () => {
      if (tails.some(({ documents }) => documents.length === 0)) await send(n++);
      return tails.every(({ documents }) => documents.length > 0);
    });
    proxy.cut();
    for (let more = 0; more < 3; more++) await send(n++);
    expect(tails.map(({ hasEnded }) => hasEnded)).toEqual([false, false, false]);
    proxy.mend();
    await until('all to have heard enough', async () => {
      await send(n++);
      return tails.every(({ hasEnded }) => hasEnded);
    });
    for (const tail of tails) {
      expect((await tail.ended).code).toBe(0);
      const heard = tail.documents.map(({ data }) => Number(data.content.slice(1)));
      expect(heard).toEqual(Array.from({ length: 40 }, (_, at) => heard[0]! + at));
      expect(tail.documents[0]).toMatchObject({
        type: 'message.created',
        stream: `room:${room}`,
        rev: expect.any(Number),
      });
    }
    await proxy.stop();
  });

  it('listens: what endpoints would be told goes to a local server, signed, and what is triggered is among it', async () => {
    const receiver = await Receiver.start((_, index) => ({ status: index === 0 ? 503 : 200 }));
    const listening = shell.start([
      'listen',
      '--forward-to',
      `${receiver.url}/hooks`,
      '--events',
      'member.*,message.created',
      '--json',
    ]);
    await until('it to listen', () => listening.documents.length > 0);
    const { secret, type } = listening.documents[0];
    expect(type).toBe('listen.ready');

    await shell.json(['trigger', 'member.joined']);
    const triggered = await shell.json(['trigger', 'message.created']);
    expect(triggered).toMatchObject({
      type: 'message.created',
      rev: expect.any(Number),
      data: { sender_id: 'trigger-alice' },
    });
    await until('all answers', () => listening.documents.some(({ event_id }) => event_id === triggered.id));
    const webhook = new Webhook(secret);
    const sdk = (body: Buffer, headers: unknown, by: string) =>
      verifyWebhook(body, headers as Record<string, string>, by);
    const [first] = receiver.requests;
    expect(await sdk(first!.body, first!.headers, secret)).toEqual(JSON.parse(first!.body.toString()));
    const other = `whsec_${Buffer.alloc(24).toString('base64')}`;
    await expect(sdk(first!.body, first!.headers, other)).rejects.toThrow();
    for (const { headers, body, method, path } of receiver.requests) {
      expect([method, path, headers['user-agent']]).toEqual(['POST', '/hooks', 'ChatAPI-Webhooks/1.0']);
      const event = webhook.verify(body, headers as Record<string, string>) as { id: string; type: string };
      expect(headers['webhook-id']).toBe(event.id);
      expect(event.type).toMatch(/^(member\.|message\.created)/);
    }
    const last = receiver.requests.at(-1)!;
    expect(JSON.parse(last.body.toString())).toEqual(triggered);
    const answers = listening.documents.slice(1);
    const refused = answers.find(({ event_id }) => event_id === first!.headers['webhook-id']);
    expect(refused).toMatchObject({ type: 'listen.answer', status: 503 });
    expect(answers.at(-1)).toMatchObject({
      event_id: triggered.id,
      event_type: 'message.created',
      status: 200,
      ms: expect.any(Number),
    });
    expect(answers).toHaveLength(receiver.requests.length);
    listening.signal('SIGINT');
    expect((await listening.ended).code).toBe(0);

    // The secret stays; a server that is away is told of; people get a table.
    const { url } = receiver;
    await receiver.stop();
    const people = shell.start(['listen', '--forward-to', url, '-n', '1', '--events', 'room.deleted']);
    await until('it to listen', () => people.stdout.includes('ANSWER'));
    const [deleted, ended] = await Promise.all([shell.run(['trigger', 'room.deleted']), people.ended]);
    expect(deleted).toMatchObject({ code: 0, stdout: expect.stringContaining('room.deleted') });
    expect(ended.stdout).toContain(secret);
    expect(ended.stdout).toMatch(/✗ +\d+ +room\.deleted .*ECONNREFUSED/);
  });

  it('posts several at once, those of a room in order, and loses and doubles nothing when its line is cut', async () => {
    const [slow, quick] = await Promise.all([makeRoom('alice', 'bob'), makeRoom('alice', 'bob')]);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const receiver = await Receiver.start(async (_, index) => {
      if (index === 0) await held;
      return { status: 200 };
    });
    const proxy = await Proxy.start(on.app.url);
    const listening = shell.start(
      ['listen', '--forward-to', receiver.url, '--events', 'message.created', '--timeout', '10m', '--json'],
      { env: { CHATAPI_URL: proxy.through(on.app.url).replace(/\/$/, '') } },
    );
    await until('it to listen', () => listening.documents.length > 0);
    const send = async (room: string, content: string): Promise<string> =>
      (await on.as('bob', 'POST', `/rooms/${room}/messages`, { content })).body.content;
    const got = (room: string): string[] =>
      receiver.requests
        .map(({ body }) => JSON.parse(body.toString()))
        .filter(({ room_id }) => room_id === room)
        .map(({ data }) => data.content);
    const sent = { slow: [await send(slow, 's1')], quick: [] as string[] };
    await receiver.waitFor(1);
    // Before the others, which it would come with if it did not wait.
    sent.slow.push(await send(slow, 's2'));
    for (const n of [1, 2, 3]) sent.quick.push(await send(quick, `q${n}`));
    await until('the others', () => got(quick).length === 3);
    expect(got(slow)).toEqual(['s1']);

    proxy.cut();
    for (const n of [4, 5]) sent.quick.push(await send(quick, `q${n}`));
    sent.slow.push(await send(slow, 's3'));
    release();
    proxy.mend();
    await until('all that was sent', () => listening.documents.length === 9);
    expect({ slow: got(slow), quick: got(quick) }).toEqual(sent);
    expect(new Set(listening.documents.slice(1).map(({ event_id }) => event_id)).size).toBe(8);
    listening.signal('SIGINT');
    expect((await listening.ended).code).toBe(0);
    await Promise.all([receiver.stop(), proxy.stop()]);
  });

  it('triggers events of every family, and says which there are', async () => {
    const { data } = await shell.json<{ data: { type: string; can_be_triggered: boolean }[] }>(['trigger', '--list']);
    const { body } = await on.client.request('GET', '/webhooks/event-types');
    const types = (body as { type: string }[]).map(({ type }) => type);
    expect(data.map(({ type }) => type).toSorted()).toEqual(types.toSorted());
    const impossible = data.filter(({ can_be_triggered }) => !can_be_triggered).map(({ type }) => type);
    expect(impossible).toEqual(['room.deactivating', 'endpoint.test']);
    const some = [
      'notification.failed',
      'member.joined',
      'delivery.delivered',
      'delivery.suppressed',
      'delivery.failed',
      'block.removed',
      'invite.accepted',
      'join_request.created',
      'join_request.approved',
      'join_request.rejected',
      'room.truncated',
      'scheduled_message.failed',
      'endpoint.disabled',
    ];
    expect(await shell.run(['trigger', 'room.deactivating'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/half a day.*Instead: .*endpoints test <id> --event room\.deactivating/),
    });
    const [made, unknown, scoped] = await Promise.all([
      Promise.all(some.map((type) => shell.json(['trigger', type, '--timeout', '60']))),
      shell.run(['trigger', 'member.join']),
      on.client.login('eve').then(({ key }) => shell.run(['trigger', 'room.created'], { env: { CHATAPI_KEY: key } })),
    ]);
    expect(made.map(({ type }) => type)).toEqual(some);
    // Alone: what other mail went through the provider meanwhile would keep it up.
    const degraded = await shell.json(['trigger', 'provider.degraded', '--timeout', '60']);
    expect(degraded).toMatchObject({ type: 'provider.degraded', data: { provider_type: 'smtp' } });
    const left = await Promise.all(
      ['endpoints', 'providers', 'suppressions'].map((kind) => shell.json([kind, 'list'])),
    );
    expect(left.map((list) => list.data)).toEqual([[], [], []]);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean member.joined?') });
    expect(scoped).toMatchObject({ code: 1, stderr: expect.stringContaining('forbidden') });
  });

  it('completes in real shells', async () => {
    const { stdout: script } = await shell.run(['completion', 'bash']);
    const words = async (line: string): Promise<string[]> => {
      const typed = line.split(' ');
      const ask = `${script}\nCOMP_WORDS=(${typed.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${typed.length - 1}; _chatapi; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await exec('bash', ['--norc', '-c', ask]);
      return stdout.trim().split('\n');
    };
    expect(await words('chatapi rec')).toEqual(['recover']);
    expect(await words('chatapi deliveries re')).toEqual(['resend']);
    expect(await words('chatapi --json rooms list --na')).toEqual(['--name']);
    expect(await words('chatapi --profile rooms deliveries re')).toEqual(['resend']);
    const zsh = await shell.run(['completion', 'zsh']);
    expect(zsh.stdout).toMatch(/^#compdef chatapi/);
    if (existsSync('/usr/bin/zsh')) {
      // With its completion system, at a terminal: what stands in the line after a tab.
      const typed = ['chatapi rec', 'chatapi --json rooms list --na', 'chatapi --profile rooms deliveries res'];
      const at = [join(root, 'test/support/complete.zsh'), file('chatapi.zsh', zsh.stdout), ...typed];
      const { stdout } = await exec('/usr/bin/zsh', ['-f', ...at], { timeout: 60_000 });
      expect(stdout.trim().split(/ *\n/)).toEqual([
        'chatapi recover',
        'chatapi --json rooms list --name',
        'chatapi --profile rooms deliveries resend',
      ]);
    }
    expect(await shell.run(['completion', 'fish'])).toMatchObject({ code: 2 });
  });

  it('is quiet when who reads along has enough, and starts without the server', async () => {
    const script = `'${process.execPath}' '${BIN}' trigger --list --json | head -n 1; echo "\${PIPESTATUS[0]}"; '${process.execPath}' '${BIN}' tail --as alice --json | head -n 2; echo "\${PIPESTATUS[0]}"`;
    const room = await makeRoom('alice', 'bob');
    const piped = exec('bash', ['-c', script], { env: { PATH: process.env.PATH, HOME: shell.home, ...shell.env } });
    let done = false;
    const writing = until('the end', async () => {
      await on.as('bob', 'POST', `/rooms/${room}/messages`, { content: 'x' });
      return done;
    });
    const { stdout, stderr } = await piped.finally(() => (done = true));
    await writing;
    expect(stdout).toMatch(/^\{\n(0|141)\n\{.*\n\{.*\n141\n$/);
    expect(stderr).not.toMatch(/EPIPE|Error|    at /);
    const { stderr: imports } = await exec(
      process.execPath,
      ['--experimental-loader', tracer(), BIN, 'rooms', '--help'],
      {
        env: { PATH: process.env.PATH },
      },
    );
    expect(imports).toContain('commander');
    expect(imports).not.toMatch(/@nestjs|typeorm|socket\.io|\/pg\/|bullmq|cli-table3/);
  });

  /** Tells on standard error what is imported. */
  const tracer = (): string => {
    const loader = `export async function resolve(s, c, next) { const r = await next(s, c); process._rawDebug(r.url); return r; }`;
    return `data:text/javascript,${encodeURIComponent(loader)}`;
  };

  it('examines: a Redis that has stopped, a database without a schema, a server that is away', async () => {
    const [database, redis] = await Promise.all([TestDatabase.create(), TestRedis.start()]);
    await database.query('drop schema public cascade; create schema public');
    const env = { ...TEST_SETTINGS, DATABASE_URL: database.url, REDIS_URL: redis.url };
    const local = ['doctor', '--egress', on.app.url];
    const sound = await shell.run([...local, '--json'], { env });
    expect(sound.code).toBe(4);
    const parts = (text: string): Record<string, { state: string; found: string; fix?: string }> =>
      Object.fromEntries(JSON.parse(text).findings.map((one: { part: string }) => [one.part, one]));
    expect(parts(sound.stdout)).toMatchObject({
      server: { state: 'ok' },
      clock: { state: 'ok' },
      key: { state: 'ok' },
      database: { state: 'ok' },
      migrations: { state: 'bad', fix: expect.stringContaining('npm run migrate') },
      redis: { state: 'ok' },
      egress: { state: 'ok' },
      disk: { found: expect.stringContaining('free') },
    });
    await redis.stop();
    const [stopped, away, remote] = await Promise.all([
      shell.spawn(local, { env: { ...env, DATABASE_URL: 'postgres://nobody:secret@127.0.0.1:9/none' } }),
      shell.run([...local, '--json'], { env: { CHATAPI_URL: 'http://127.0.0.1:9' } }),
      shell.run([...local, '--json']),
    ]);
    expect(stopped.code).toBe(4);
    expect(stopped.stdout).toMatch(/✗ redis +Redis does not answer.*\n +→ Start Redis/);
    expect(stopped.stdout).toMatch(/✗ database +PostgreSQL does not answer.*\n +→ Start PostgreSQL/);
    expect(stopped.stdout + stopped.stderr).not.toContain('secret');
    expect(away.code).toBe(4);
    expect(parts(away.stdout).server).toMatchObject({ state: 'bad', fix: expect.stringContaining('npm start') });
    expect(remote.code).toBe(0);
    expect(Object.keys(parts(remote.stdout))).not.toContain('migrations');
    await database.drop();
  });
});
