import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Usage } from './exit.js';

/** A server, and the keys for it. */
export interface Profile {
  url: string;
  /** Of a client: master or scoped. */
  key?: string;
  admin_key?: string;
}

export interface Profiles {
  current: string;
  profiles: Record<string, Profile>;
  /** What `listen` signs with, by server. */
  listen_secrets?: Record<string, string>;
}

/** In the user's configuration directory (XDG Base Directory Specification). */
export const profilesFile = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'chatapi', 'profiles.json');

export const DEFAULT_PROFILE = 'default';

/** @throws Usage when the file is none of ours */
export function readProfiles(file: string): Profiles {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: DEFAULT_PROFILE, profiles: {} };
    throw new Usage(`${file} cannot be read: ${(error as Error).message}`);
  }
  try {
    const kept = JSON.parse(text) as Partial<Profiles>;
    const { current, profiles } = kept;
    if (typeof current === 'string' && typeof profiles === 'object' && profiles !== null)
      return { ...kept, current, profiles };
  } catch {
    // Falls through.
  }
  throw new Usage(`${file} does not hold profiles. Correct it, or remove it and run \`chatapi login\`.`);
}

/** Only its owner may read it. Written beside and moved into place, so that there is always a whole one. */
export function writeProfiles(file: string, profiles: Profiles): void {
  const dir = dirname(file);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, file);
}

/** May others read the keys? Windows has no modes. */
export function isOpenToOthers(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return process.platform !== 'win32' && found !== undefined && (found.mode & 0o077) !== 0;
}
