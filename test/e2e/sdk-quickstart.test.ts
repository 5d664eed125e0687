import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { oneApp } from '../support/one-app.js';
import { until } from '../support/until.js';

const ROOT = join(__dirname, '../..');

/** Every program of a page, as its reader would copy it. */
const programsOf = (page: string, language: string): string[] =>
  [
    ...readFileSync(join(ROOT, page), 'utf8').matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm')),
  ].map(([, program]) => program!);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the programs of the SDK’s pages', () => {
  const the = oneApp();
  const running: Program[] = [];
  let folder: string;
  let port: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chatapi-quickstart-'));
    mkdirSync(join(folder, 'node_modules/@chatapi'), { recursive: true });
    symlinkSync(join(ROOT, 'sdk'), join(folder, 'node_modules/@chatapi/sdk'));
    symlinkSync(join(ROOT, 'node_modules/react'), join(folder, 'node_modules/react'));
    port = await freePort();
  });
  afterEach(() => {
    for (const { child } of running.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  interface Program {
    child: ChildProcess;
    output: string;
    /** Its exit code, once it has ended. */
    code: number | null;
  }

  /** Its own words, but for the two addresses. */
  function run(name: string, text: string): Program {
    const here = text
      .replaceAll('http://127.0.0.1:8000', the.app.url)
      .replaceAll('http://127.0.0.1:3000', `http://127.0.0.1:${port}`)
      .replaceAll('.listen(3000,', `.listen(${port}, '127.0.0.1',`);
    writeFileSync(join(folder, name), here);
    const child = spawn(process.execPath, [name], { cwd: folder, env: { CHATAPI_KEY: the.client.key } });
    const program: Program = { child, output: '', code: null };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (program.output += text));
    }
    child.once('close', (code) => (program.code = code ?? 1));
    running.push(program);
    return program;
  }

  const says = (program: Program, words: string) =>
    until(`"${words}" in:\n${program.output}`, () => {
      if (program.code) throw new Error(program.output);
      return program.output.includes(words);
    });

  it('a back end and a page talk, and a webhook tells of it', async () => {
    const [server, page] = programsOf('sdk/README.md', 'js');
    const backEnd = run('server.mjs', server!);
    await says(backEnd, 'ready');
    const app = run('page.mjs', page!);
    await says(app, 'bob Hungry? sent');
    await says(app, 'alice Very! sending');
    await says(app, 'alice Very! sent');
    await says(backEnd, 'alice said: Very!');
    expect([backEnd.code, app.code]).toEqual([null, null]);
  });

  it('what is written for React can be built', () => {
    const [app] = programsOf('sdk/README.md', 'jsx');
    const { outputFiles } = buildSync({
      stdin: { contents: app!, loader: 'jsx', resolveDir: folder },
      jsx: 'automatic',
      bundle: true,
      write: false,
      format: 'esm',
      logLevel: 'error',
    });
    expect(outputFiles[0]!.text).toContain('useSyncExternalStore');
  });

  const EXPECTED = [
    /^(pending|processing|completed)\n$/,
    /^\d+ 200\n$/,
    /^validation_failed 422 false\nname .+\ntell support: [0-9a-f-]{36}\n$/,
    /^true\n$/,
    /^one\ntwo\nthree\n3 \d+\n$/,
  ];
  const programs = programsOf('docs/sdk.md', 'js');

  it('there are no others', () => expect(programs).toHaveLength(EXPECTED.length));

  it.each(EXPECTED.map((expected, index) => [index + 1, expected] as const))(
    'example %i works',
    async (number, expected) => {
      await the.client.master().request('PUT', '/users/alice', { body: {} });
      const program = run(`example-${number}.mjs`, programs[number - 1]!);
      await until(`the end of example ${number}`, () => program.code !== null);
      expect(program.output).toMatch(expected);
      expect(program.code).toBe(0);
    },
  );
});
