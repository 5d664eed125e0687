import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { buildSync } from 'esbuild';
import { undocumented } from '../support/documented.js';

const ROOT = join(__dirname, '../..');
const SDK = join(ROOT, 'sdk');
const run = promisify(execFile);

/** What an app of a user writes. It must compile as it stands, without the types of Node. */
const CONSUMER = `
import { ChatError, ChatServer, verifyWebhook } from '@chatapi/sdk';
import type { ChatEvent, Schemas } from '@chatapi/sdk';

const server = new ChatServer({ url: 'http://127.0.0.1:8000', key: async () => 'key' });

export async function use(signal: AbortSignal): Promise<Schemas['Message']> {
  const room = await server.rooms.create({ room_type: 'group', members: ['alice', { user_id: 'bob', role: 'admin' }] }, { signal });
  for await (const { user_id } of server.users.list({ limit: 10 }, { signal })) user_id.toUpperCase();
  const { data } = await server.http.GET('/api/v1/rooms/{room_id}', { params: { path: { room_id: room.id } } });
  // @ts-expect-error no such type of room
  await server.rooms.create({ room_type: 'grup' }).catch((error: unknown) => error instanceof ChatError && error.code);
  // @ts-expect-error no such route
  await server.http.GET('/api/v1/roms');
  // @ts-expect-error a message has no such field
  (await server.messages.get(room.id, 'm')).contents;
  return server.messages.send(data.id, { content: 'Hello' });
}

export async function received(body: string, headers: Headers, secret: string): Promise<string | null> {
  const event: ChatEvent = await verifyWebhook(body, headers, secret);
  if (event.type === 'message.created') return event.data.content;
  // @ts-expect-error only messages have one
  return event.data.content;
}
`;

describe('the package', () => {
  let app: string;

  beforeAll(() => {
    app = mkdtempSync(join(tmpdir(), 'chatapi-consumer-'));
    mkdirSync(join(app, 'node_modules/@chatapi'), { recursive: true });
    symlinkSync(SDK, join(app, 'node_modules/@chatapi/sdk'));
  });
  afterAll(() => rmSync(app, { recursive: true }));

  const node = async (...args: string[]) => (await run(process.execPath, args, { cwd: app, env: {} })).stdout.trim();
  const NAMES = `const { ChatServer, verifyWebhook } = sdk;
    console.log(typeof ChatServer, typeof verifyWebhook, typeof new ChatServer({ url: 'http://a', key: 'k' }).rooms.list, typeof sdk.ChatClient);`;

  it('is imported and required by plain Node', async () => {
    const imported = await node('--input-type=module', '-e', `import * as sdk from '@chatapi/sdk'; ${NAMES}`);
    const required = await node('--input-type=commonjs', '-e', `const sdk = require('@chatapi/sdk'); ${NAMES}`);
    expect([imported, required]).toEqual(Array(2).fill('function function function function'));
  });

  it('types those who import it and those who require it', async () => {
    for (const name of ['app.mts', 'app.cts']) writeFileSync(join(app, name), CONSUMER);
    const lib = ['es2022', 'dom', 'dom.iterable'];
    const compilerOptions = { noEmit: true, strict: true, target: 'es2022', lib, module: 'nodenext', types: [] };
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.mts', 'app.cts'] }));
    const tsc = join(ROOT, 'node_modules/typescript/lib/tsc.js');
    const { stdout } = await run(process.execPath, [tsc, '-p', app]).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });

  it('runs where there is neither Node nor a page, as in React Native', async () => {
    const { outputFiles } = buildSync({
      stdin: {
        contents: `import { ChatServer, verifyWebhook } from '@chatapi/sdk'; globalThis.sdk = { ChatServer, verifyWebhook };`,
        resolveDir: app,
      },
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2020',
      logLevel: 'error',
    });
    const asked: string[] = [];
    const { Request, Response, Headers, FormData, AbortController, setTimeout, clearTimeout } = globalThis;
    const context = createContext({
      Request,
      Response,
      Headers,
      FormData,
      AbortController,
      setTimeout,
      clearTimeout,
      fetch: async (url: string, { headers }: RequestInit) => {
        asked.push(`${url} ${new Headers(headers).get('idempotency-key')}`);
        return new Response('{"id":"r-1"}', { status: 201, headers: { 'Content-Type': 'application/json' } });
      },
    });
    runInContext(outputFiles[0]!.text, context);
    const made = runInContext(
      `new sdk.ChatServer({ url: 'http://chat.test', key: 'k' }).rooms.create({ room_type: 'group' })`,
      context,
    );
    expect(await made).toEqual({ id: 'r-1' });
    expect(asked).toEqual([expect.stringMatching(/^http:\/\/chat\.test\/api\/v1\/rooms [0-9a-f-]{36}$/)]);
  });

  it.each([
    ['index', ['ChatServer', 'ChatServer.rooms', 'Rooms.create', 'ChatError.code', 'ChatClient.rooms', 'RoomState']],
    ['react', ['useMessages', 'ChatProviderProps.client']],
  ])('explains every symbol, method and field that %s shows', (entry, known) => {
    const { seen, missing } = undocumented(join(SDK, `dist/${entry}.d.ts`));
    expect(missing).toEqual([]);
    expect(seen).toEqual(expect.arrayContaining(known));
  });
});
