// What is built, and how one can tell that it is current: the service, the bench, the SDK and the pages, each as one.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const settings = ['tsconfig.json', 'package-lock.json'];
const tsc = 'typescript/lib/tsc.js';

/**
 * `inputs` are files and folders; `tool` is a program of an installed package, run in `cwd`, or with `copy` a file of one;
 * `finish` follows where that succeeded.
 */
const service = {
  name: 'service',
  inputs: ['tsconfig.build.json', 'src', 'migrations'],
  stamp: 'dist/.built',
  tool: tsc,
  args: ['-p', 'tsconfig.build.json'],
};
/** Apart: a fault in it must not keep the product from starting. */
const bench = {
  name: 'bench',
  inputs: ['tsconfig.build.json', 'tsconfig.bench.json', 'src', 'migrations', 'bench'],
  stamp: 'dist/.bench-built',
  tool: tsc,
  args: ['-p', 'tsconfig.bench.json'],
};
export const SDK = {
  name: 'SDK',
  inputs: ['sdk/src', 'sdk/package.json', 'sdk/tsdown.config.ts'],
  stamp: 'dist/.sdk-built',
  tool: 'tsdown/dist/run.mjs',
  args: ['--silent'],
  cwd: 'sdk',
};
/** @param out below dist/pages, as its vite.config.ts says */
const page = (name, dir, out) => ({
  name,
  inputs: [...SDK.inputs, `${dir}/src`, `${dir}/index.html`, `${dir}/package.json`, `${dir}/vite.config.ts`],
  stamp: `dist/.${name.replace(' ', '-')}-built`,
  tool: 'vite/bin/vite.js',
  args: ['build', '--logLevel', 'error'],
  cwd: dir,
  finish: () => compressAll(join(root, 'dist/pages', out, 'assets')),
});

/** Once, here: the server sends these as they are to browsers that take them. (Beyond 9 brotli gains little and takes long.) */
function compressAll(folder) {
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names.filter((file) => /\.(js|css|svg)$/.test(file))) {
    const file = join(folder, name);
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, brotliCompressSync(content, brotli));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}

const webChat = page('web chat', 'examples/web-chat', 'chat');
const adminConsole = page('console', 'console', 'console');

/** ReDoc in one file. Its package brings others for building pages, which a server has no use for. */
const reference = {
  name: 'API reference',
  inputs: ['scripts/dist.mjs'],
  stamp: 'dist/.reference-built',
  tool: 'redoc/bundles/redoc.standalone.js',
  copy: 'dist/pages/redoc/redoc.standalone.js',
  finish: () => dropVendorsMark(join(root, 'dist/pages/redoc/redoc.standalone.js')),
};

/** It comes from the vendor's server, which the page must not ask. */
function dropVendorsMark(file) {
  const mark = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(mark, 'data:,'));
}

/** What `npm start` serves, in the order in which one needs the other. */
export const PRODUCT = [service, reference, SDK, webChat, adminConsole];

/** @param entry below dist/src */
export const buildsOf = (entry) => {
  if (entry?.startsWith('../bench/')) return [bench];
  return entry === 'main.js' ? PRODUCT : [service];
};

/** An image or an installation without dev dependencies has nothing to build from, or nothing to build with. */
export const canBuild = (one = service) =>
  programOf(one) !== undefined && existsSync(join(root, one.cwd ?? '.', 'src'));

/** npm puts a package into the workspace that needs it, or on top. */
function programOf({ tool, cwd = '.' }) {
  const places = [join(root, cwd, 'node_modules', tool), join(root, 'node_modules', tool)];
  return places.find((file) => existsSync(file));
}

/** Is there a build that is younger than each source and each folder? (A folder's time tells of removed files.) */
export function isCurrent({ inputs, stamp } = service) {
  const built = modifiedAt(stamp);
  return built !== 0 && [...settings, ...inputs].every((path) => isOlder(path, built));
}

function isOlder(path, than) {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (!found) return true;
  if (found.mtimeMs > than) return false;
  return !found.isDirectory() || readdirSync(join(root, path)).every((name) => isOlder(join(path, name), than));
}

function modifiedAt(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Returns the tool's exit code; prints nothing when it is 0. Without `checks` of types the service takes half as long and
 * writes the same; the next build that checks finds what this one did not look for.
 */
export function build(one = service, { checks = true } = {}) {
  const { stamp, finish } = one;
  const startedAt = new Date();
  const status = one.copy ? copy(one) : run(one, checks);
  if (status === 0) {
    finish?.();
    mkdirSync(dirname(join(root, stamp)), { recursive: true });
    writeFileSync(join(root, stamp), '');
    // The start, not the end: a source saved while the compiler ran must count as newer.
    utimesSync(join(root, stamp), startedAt, startedAt);
  }
  return status ?? 1;
}

function run(one, checks) {
  const { tool, args = [], cwd = '.' } = one;
  const unchecked = tool === tsc && !checks ? ['--noCheck'] : [];
  return spawnSync(process.execPath, [programOf(one), ...args, ...unchecked], {
    cwd: join(root, cwd),
    stdio: 'inherit',
  }).status;
}

function copy(one) {
  mkdirSync(dirname(join(root, one.copy)), { recursive: true });
  copyFileSync(programOf(one), join(root, one.copy));
  return 0;
}

/** Builds what isn't current, and says so. @returns the first exit code that isn't 0 */
export function buildWhatIsMissing(builds, options) {
  for (const one of builds) {
    if (!canBuild(one) || isCurrent(one)) continue;
    if (one.tool !== tsc) console.log(`Building the ${one.name} …`);
    const status = build(one, options);
    if (status !== 0) return status;
  }
  return 0;
}
