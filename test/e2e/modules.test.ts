import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '../..');

/** They start something when they load; the other tests run them. */
const STARTING = new Set(['main.js', 'cli.js']);

/** Imports the modules that its input lists, and tells which of them fail, and why. */
const IMPORTER = `
  import 'reflect-metadata';
  import { text } from 'node:stream/consumers';
  const failed = {};
  for (const url of JSON.parse(await text(process.stdin))) {
    await import(url).catch((error) => (failed[url] = String(error)));
  }
  process.stdout.write(JSON.stringify(failed), () => process.exit());
`;

/** Those of today's sources: dist/ may hold what was built from sources that are gone. */
const built = (): string[] =>
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => file.replace(/\.ts$/, '.js'))
    .filter((file) => !STARTING.has(file));

async function importAll(urls: string[]): Promise<Record<string, string>> {
  const node = spawn(process.execPath, ['--input-type=module', '--eval', IMPORTER], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  });
  let output = '';
  node.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  node.stdin.end(JSON.stringify(urls));
  const [code] = await once(node, 'close');
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^\{.*\}$/s) });
  return JSON.parse(output) as Record<string, string>;
}

// Under jest they are CommonJS, which forgives what Node refuses: names that a package does not export to ES modules,
// paths without an extension. As no import goes in a circle (npm run boundaries), what loads here also loads alone.
describe('the built modules', () => {
  it('load in plain Node, every one', async () => {
    const files = built();
    expect(files.length).toBeGreaterThan(100);
    expect(await importAll(files.map((file) => pathToFileURL(join(root, 'dist/src', file)).href))).toEqual({});
  });

  it('would be named if they did not', async () => {
    const broken = `data:text/javascript,${encodeURIComponent("import { no } from 'node:path'")}`;
    expect(await importAll([broken])).toEqual({ [broken]: expect.stringContaining("'no'") });
  });
});
