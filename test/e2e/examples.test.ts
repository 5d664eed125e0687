import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { oneApp } from '../support/one-app.js';
import { SmtpSink } from '../support/smtp.js';

const one = oneApp();
const { as } = one;

const EXAMPLE = join(__dirname, '../../examples/github-support');

describe('examples/github-support', () => {
  let smtp: SmtpSink;
  beforeAll(async () => (smtp = await SmtpSink.start()));
  afterAll(() => smtp.stop());

  const run = async (script: string): Promise<string> => {
    const env = {
      PATH: process.env.PATH,
      API: `${one.app.url}/api/v1`,
      MASTER_KEY: one.client.key,
      WEBHOOK_SECRET: 'of the example',
      TEAM_EMAIL: 'team@example.com',
    };
    const { stdout } = await promisify(execFile)(process.execPath, [join(EXAMPLE, script)], { env });
    return stdout;
  };

  it('makes a support room of an issue, with its text, and mails the team', async () => {
    const provider = {
      name: 'sink',
      provider_type: 'smtp',
      from_email: 'acme@example.com',
      config: { host: '127.0.0.1', port: smtp.port, secure: false },
    };
    expect((await as(undefined, 'POST', '/clients/me/providers', provider)).status).toBe(201);
    // Twice: it may be run again.
    await run('setup.mjs');
    expect(await run('setup.mjs')).toBe(`Payload URL for GitHub: ${one.app.url}/webhooks/${one.client.slug}/github\n`);

    const said = await run('send-sample.mjs');
    const ids = Object.fromEntries(
      said
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(': ')),
    );
    const { body: room } = await as(undefined, 'GET', `/rooms/${ids.create_room}`);
    expect(room).toMatchObject({
      room_type: 'support',
      name: 'octocat/Hello-World#1347 It does not start',
      metadata: { issue_url: 'https://github.com/octocat/Hello-World/issues/1347', opened_by: 'octocat' },
      member_count: 1,
    });
    const { body: messages } = await as(undefined, 'GET', `/rooms/${room.id}/messages`);
    expect(messages.data).toMatchObject([
      { id: ids.send_message, sender_type: 'bot', content: expect.stringContaining('The log says `no space left`.') },
    ]);
    const [mail] = await smtp.waitFor(1);
    expect(mail).toMatchObject({ to: ['team@example.com'], mail: { subject: '[Hello-World] It does not start' } });
    expect(mail!.mail.text).toMatch(/octocat writes:\s+Since the update of Monday/);
    const { body: notification } = await as(undefined, 'GET', `/notifications/${ids.send_notification}`);
    expect(notification).toMatchObject({ tags: ['github'], metadata: { room_id: room.id } });
    // The second sample is another delivery of GitHub's: another room.
    await run('send-sample.mjs');
    expect((await as(undefined, 'GET', '/rooms/all')).body.data).toHaveLength(2);
  });
});
