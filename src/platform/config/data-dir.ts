import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StartFailure } from './failure.js';

/** A system user, as child_process takes it. */
export interface ServerUser {
  uid: number;
  gid: number;
}

let cached: ServerUser | undefined;

/** Whom the embedded PostgreSQL runs as: it refuses root, so root lends it `nobody`; anybody else runs it himself. */
export function serverUser(): ServerUser | undefined {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => {
    try {
      return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    } catch {
      return 65_534;
    }
  };
  cached ??= { uid: id('-u'), gid: id('-g') };
  return cached;
}

/** Can that user enter the directory? Asked of the system, as the user: no guess from modes, mounts or prefixes. */
function canEnter(directory: string, user: ServerUser): boolean {
  const { status } = spawnSync('/bin/sh', ['-c', 'cd -- "$0"', directory], { ...user, cwd: '/', stdio: 'ignore' });
  return status === 0;
}

const nearestExisting = (path: string): string => (existsSync(path) ? path : nearestExisting(dirname(path)));

/**
 * Makes the directory so that the server's user can pass through it but not list it. An existing one is opened to him
 * in the same way only while it is empty: with something in it, it may be more than a data directory.
 * @returns whether he can get there
 */
function make(directory: string, user: ServerUser | undefined): boolean {
  if (!user) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return true;
  }
  if (!existsSync(directory)) {
    if (!canEnter(nearestExisting(directory), user)) return false;
    mkdirSync(directory, { recursive: true, mode: 0o711 });
  }
  if (canEnter(directory, user)) return true;
  if (readdirSync(directory).length > 0) return false;
  chmodSync(directory, 0o711);
  return canEnter(directory, user);
}

const FALLBACK = '/var/lib/chatapi';

/**
 * Where embedded mode keeps its data: `asked`, or `.data` in the working directory, or as root, where `nobody` cannot
 * reach that (below /root, say), /var/lib/chatapi. Made when missing. An explicit choice out of reach is an error.
 */
export function resolveDataDir(asked: string | undefined, user = serverUser()): string {
  const wanted = resolve(asked ?? '.data');
  try {
    if (make(wanted, user)) return wanted;
    if (asked === undefined && make(FALLBACK, user)) return FALLBACK;
  } catch (error) {
    throw new StartFailure(
      `CHATAPI_DATA_DIR: ${wanted} cannot be made or read (${(error as Error).message}). Choose a directory that this user may write to.`,
    );
  }
  throw new StartFailure(
    `CHATAPI_DATA_DIR: ${wanted} is out of reach for the user "nobody", who runs PostgreSQL when ChatAPI is started by root. Open the way to it (chmod o+x), choose a path outside of private directories such as /root, or start ChatAPI as another user.`,
  );
}
