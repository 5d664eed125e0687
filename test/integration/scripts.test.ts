import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { until } from '../support/until.js';

// Stands for tsc: notes that it ran, and fails when told to.
const COMPILER = `
const { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
appendFileSync('builds', '.');
const project = process.argv[process.argv.indexOf('-p') + 1];
for (const folder of JSON.parse(readFileSync(project)).include) {
  const broken = folder + '/broken.ts';
  if (existsSync(broken)) { console.error(broken + ': no'); process.exit(2); }
  const entry = { src: 'dist/src/main.js', bench: 'dist/bench/bench.js' }[folder];
  if (!entry) continue;
  mkdirSync(entry.slice(0, entry.lastIndexOf('/')), { recursive: true });
  writeFileSync(entry, "console.log('built', ...process.argv.slice(2))");
}
`;

// Stands for vite, which is run in the folder of the page.
const BUNDLER = `
const { existsSync } = require('node:fs');
if (existsSync('src/broken.tsx')) { console.error('no'); process.exit(1); }
`;

describe('scripts/run.mjs', () => {
  let dir: string;
  const file = (path: string, content = ''): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  };
  /** Sets the clock of everything back, so that what changes next is newer beyond doubt. */
  const age = (...paths: string[]): void => {
    for (const path of paths) utimesSync(join(dir, path), new Date(0), new Date(0));
  };
  const builds = (): number => readFileSync(join(dir, 'builds'), 'utf8').length;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'chatapi-scripts-'));
    cpSync('scripts', join(dir, 'scripts'), { recursive: true });
    for (const project of ['tsconfig.build.json', 'tsconfig.bench.json']) cpSync(project, join(dir, project));
    file('package.json', '{"type": "module"}');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const start = (...args: string[]): { child: ChildProcess; output: () => string; code: Promise<number | null> } => {
    const child = spawn(process.execPath, ['scripts/run.mjs', ...args], { cwd: dir });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return { child, output: () => output, code: once(child, 'close').then(([code]) => code as number | null) };
  };
  const run = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
    const { code, output } = start(...args);
    return { code: await code, output: output() };
  };

  it('runs what is built where there is nothing to build from, with its arguments and exit code', async () => {
    file('dist/src/main.js', 'console.log(process.argv.slice(2).join()); process.exitCode = 7;');
    expect(await run('main.js', '--role', 'api')).toEqual({ code: 7, output: '--role,api\n' });
    const { code, output } = await run('cli.js');
    expect(code).toBe(1);
    expect(output).toContain('npm ci');
  });

  it('builds when a source changed, appeared or went away, and only then', async () => {
    file('node_modules/typescript/lib/tsc.js', COMPILER);
    file('node_modules/typescript/package.json', '{}');
    file('src/a/one.ts');
    file('src/a/two.ts');
    age('src/a/one.ts', 'src/a/two.ts', 'src/a', 'src');

    expect(await run('main.js', 'x')).toEqual({ code: 0, output: 'built x\n' });
    await run('main.js');
    expect(builds()).toBe(1);

    file('src/a/one.ts', 'changed');
    await run('main.js');
    await run('main.js');
    expect(builds()).toBe(2);

    rmSync(join(dir, 'src/a/two.ts'));
    await run('main.js');
    expect(builds()).toBe(3);

    file('src/broken.ts');
    expect(await run('main.js')).toEqual({ code: 2, output: 'src/broken.ts: no\n' });
    await run('main.js');
    expect(builds()).toBe(5);
  });

  it('builds the pages that are missing or older than their sources, says so, and starts without those that do not build', async () => {
    for (const path of ['tsconfig.json', 'package-lock.json', 'src/main.ts']) file(path);
    file('node_modules/typescript/lib/tsc.js', COMPILER);
    file('console/node_modules/vite/bin/vite.js', BUNDLER);
    file('console/src/main.tsx');
    expect(await run('main.js')).toEqual({ code: 0, output: 'Building the console …\nbuilt\n' });
    age('console/src', 'console/src/main.tsx', 'src', 'src/main.ts', 'tsconfig.json', 'package-lock.json');
    age('tsconfig.build.json', 'tsconfig.bench.json');
    expect(await run('main.js')).toEqual({ code: 0, output: 'built\n' });
    file('console/src/broken.tsx');
    const { code, output } = await run('main.js');
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringMatching(/^Building the console …\nno\nStarted without [^\n]*\nbuilt\n$/),
    });
    // Commands need none.
    expect((await run('cli.js')).output).not.toContain('console');
  });

  it('builds the bench for the bench alone: what is wrong there keeps the product from nothing', async () => {
    file('node_modules/typescript/lib/tsc.js', COMPILER);
    file('node_modules/typescript/package.json', '{}');
    file('src/one.ts');
    file('bench/broken.ts');
    expect(await run('main.js')).toEqual({ code: 0, output: 'built\n' });
    expect(await run('../bench/bench.js')).toEqual({ code: 2, output: 'bench/broken.ts: no\n' });
    rmSync(join(dir, 'bench/broken.ts'));
    for (let times = 0; times < 2; times++) {
      expect(await run('../bench/bench.js', '--quick')).toEqual({ code: 0, output: 'built --quick\n' });
    }
    expect(builds()).toBe(3);
    await run('main.js');
    expect(builds()).toBe(3);
  });

  it('hands one signal on once, though npm repeats it, and a later one too', async () => {
    // Its clock goes on when it is told to: however late the echo comes here, it comes at once.
    const counts = `let seen = 0;
      let now = 0;
      performance.now = () => now;
      const emit = process.emit;
      let signals = 0;
      process.emit = function (event, ...rest) {
        const done = emit.call(this, event, ...rest);
        if (event === 'SIGINT') console.log('signal', ++signals);
        return done;
      };
      process.on('SIGUSR2', () => console.log('later', (now += 60_000)));
      process.on('SIGINT', () => console.log('seen', ++seen) ?? (seen === 2 && process.exit(3)));
      setInterval(() => {}, 1000); console.log('ready');`;
    file('dist/src/main.js', counts);
    const { child, output, code } = start('main.js');
    await until('the start', () => output().includes('ready'));
    child.kill('SIGINT');
    await until('the first signal', () => output().includes('seen 1'));
    child.kill('SIGINT');
    // Two that are sent together may come in either order.
    await until('the echo', () => output().includes('signal 2'));
    child.kill('SIGUSR2');
    await until('the echo to be past', () => output().includes('later'));
    expect(output()).not.toContain('seen 2');
    child.kill('SIGINT');
    expect(await code).toBe(3);
  });
});
