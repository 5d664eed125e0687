// Compiles the sources to dist/ (incrementally) and stamps dist/, so that one can tell whether it is current.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiler = join(root, 'node_modules/typescript/lib/tsc.js');
const settings = ['tsconfig.json', 'tsconfig.build.json', 'tsconfig.bench.json', 'package-lock.json'];

/** What is built as one. The bench is apart: a fault in it must not keep the product from starting. */
const product = { project: 'tsconfig.build.json', inputs: ['src', 'migrations'], stamp: join(root, 'dist/.built') };
const bench = {
  project: 'tsconfig.bench.json',
  inputs: ['src', 'migrations', 'bench'],
  stamp: join(root, 'dist/.bench-built'),
};

/** @param entry below dist/src */
export const buildOf = (entry) => (entry?.startsWith('../bench/') ? bench : product);

/** An image or an installation without dev dependencies has nothing to build from, or nothing to build with. */
export const canBuild = () => existsSync(compiler) && existsSync(join(root, 'src'));

/** Is there a build that is younger than each source and each folder? (A folder's time tells of removed files.) */
export function isCurrent({ inputs, stamp } = product) {
  const built = modifiedAt(stamp);
  if (built === 0) return false;
  return settings.every((file) => modifiedAt(join(root, file)) <= built) && inputs.every((dir) => isOlder(dir, built));
}

function isOlder(dir, than) {
  const path = join(root, dir);
  if (modifiedAt(path) > than) return false;
  if (!existsSync(path)) return true;
  return readdirSync(path, { withFileTypes: true }).every((entry) =>
    entry.isDirectory() ? isOlder(join(dir, entry.name), than) : modifiedAt(join(path, entry.name)) <= than,
  );
}

function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Returns the compiler's exit code; prints nothing when it is 0. Without `checks` of types it takes half as long and writes
 * the same; the next build that checks finds what this one did not look for.
 */
export function build({ project, stamp } = product, { checks = true } = {}) {
  const startedAt = new Date();
  const args = [compiler, '-p', project, ...(checks ? [] : ['--noCheck'])];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) {
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, '');
    // The start, not the end: a source saved while the compiler ran must count as newer.
    utimesSync(stamp, startedAt, startedAt);
  }
  return status ?? 1;
}
