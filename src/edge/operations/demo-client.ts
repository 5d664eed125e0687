import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../../platform/config/config.js';

/** In the data directory; only its owner may read it. */
export const DEMO_KEY_FILE = 'demo-master-key';

export interface DemoClient {
  masterKey: string;
  /** A room of alice and bob. */
  roomId: string;
}

/**
 * Makes the client that a newcomer tries things with, at the first start of embedded mode, and keeps its master key.
 * @returns null at every later start
 */
export async function makeDemoClient(app: NestFastifyApplication, config: Config): Promise<DemoClient | null> {
  if (config.dataDir === undefined) return null;
  const file = join(config.dataDir, DEMO_KEY_FILE);
  if (existsSync(file)) return null;
  const post = async (path: string, key: string, payload: object): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${key}` };
    const answer = await app.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload });
    if (answer.statusCode >= 300) throw new Error(`The demo client could not be made: ${answer.body}`);
    return answer.json();
  };
  const { master_api_key } = await post('/clients', config.adminApiKey, { name: 'Demo' });
  const masterKey = String(master_api_key);
  const room = await post('/rooms', masterKey, { room_type: 'group', name: 'Lobby', members: ['alice', 'bob'] });
  writeFileSync(file, `${masterKey}\n`, { mode: 0o600, flag: 'wx' });
  return { masterKey, roomId: String(room.id) };
}

/** Three lines for a shell: log in, send a message, send a notification (to the mailbox, as no SMTP is set up). */
export function firstSteps(url: string, { masterKey, roomId }: DemoClient): string[] {
  const curl = (path: string, body: object, ...headers: string[]): string =>
    [
      `curl -s ${url}/api/v1${path}`,
      ...[`Authorization: Bearer ${masterKey}`, 'Content-Type: application/json', ...headers].map(
        (line) => `-H '${line}'`,
      ),
      `-d '${JSON.stringify(body)}'`,
    ].join(' ');
  return [
    curl('/auth/login', { user_id: 'alice', display_name: 'Alice' }),
    curl(`/rooms/${roomId}/messages`, { content: 'Hello Bob!' }, 'X-User-Id: alice'),
    curl('/notifications', {
      recipients: [{ user_id: 'bob', email: 'bob@example.com' }],
      channels: { email: { subject: 'Hello', text: 'It works.' }, websocket: { title: 'Hello', body: 'It works.' } },
    }),
  ];
}
