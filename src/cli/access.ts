import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { serverAddress } from '../platform/config/server-address.js';
import { Usage } from './exit.js';
import { profilesFile, readProfiles, type Profile } from './profiles.js';

/** `client`: a master or scoped key. `admin`: the operator's. */
export type KeyKind = 'client' | 'admin';

/** A server and a key for it, and who says so. */
export interface Access {
  url: string;
  key: string;
  source: string;
}

export interface Asked {
  url?: string | undefined;
  profile?: string | undefined;
}

/** Keys of clients say so themselves. */
export const kindOf = (key: string): KeyKind => (key.startsWith('ck_') ? 'client' : 'admin');

const WHAT: Record<KeyKind, string> = { client: 'a master key (or a user’s)', admin: 'the admin key' };

/** Where embedded mode keeps its data, without making it: `.data` of a checkout, or where root has to have it. */
export const dataDirs = (env: NodeJS.ProcessEnv): string[] =>
  env.CHATAPI_DATA_DIR ? [resolve(env.CHATAPI_DATA_DIR)] : [resolve('.data'), '/var/lib/chatapi'];

const KEY_FILE: Record<KeyKind, string> = { client: 'demo-master-key', admin: 'admin-api-key' };
/** Names and addresses of this machine. */
export const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Without a path, a query or a slash at the end. @throws Usage */
export function originOf(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new Usage(`${JSON.stringify(text)} is no URL: write https://chat.example.com.`);
  }
  if (!/^https?:$/.test(url.protocol)) throw new Usage(`${text} is no URL of http or https.`);
  return url.origin;
}

/**
 * The server and the key that a command speaks with: `--url`, then CHATAPI_URL and CHATAPI_KEY, then the profile, then the
 * demo client of a checkout. A key goes to the server that it was kept for, and to no other.
 * @throws Usage that says how to get one
 */
export function findAccess(kind: KeyKind, asked: Asked, env: NodeJS.ProcessEnv): Access {
  const url = asked.url ?? env.CHATAPI_URL;
  const origin = url === undefined ? undefined : originOf(url);
  const profile = asked.profile ?? env.CHATAPI_PROFILE;
  const found =
    (asked.profile === undefined ? fromEnvironment(kind, origin, env) : undefined) ??
    fromProfile(kind, profile, origin, env);
  if (found) return found;
  const wanted = origin ?? profileOf(profile, env)?.profile.url;
  const own = asked.profile === undefined ? fromCheckout(kind, wanted, env) : undefined;
  if (own) return own;
  const where = wanted === undefined ? '' : ` for ${wanted}`;
  throw new Usage(
    `This takes ${WHAT[kind]}${where}, and there is none: run \`chatapi login\`, or set CHATAPI_URL and CHATAPI_KEY.`,
  );
}

/** The server alone, for what takes no key. */
export function findUrl(asked: Asked, env: NodeJS.ProcessEnv): string {
  const url = asked.url ?? env.CHATAPI_URL;
  if (url !== undefined) return originOf(url);
  return profileOf(asked.profile ?? env.CHATAPI_PROFILE, env)?.profile.url ?? localUrl(env);
}

/** The server of a checkout, which alone knows its port; where none runs, the one that a start would bring up. */
const localUrl = (env: NodeJS.ProcessEnv): string =>
  dataDirs(env)
    .map((dir) => serverAddress(dir))
    .find((url) => url !== undefined) ?? `http://127.0.0.1:${Number(env.PORT) || 8000}`;

function fromEnvironment(kind: KeyKind, origin: string | undefined, env: NodeJS.ProcessEnv): Access | undefined {
  const key = env.CHATAPI_KEY?.trim();
  if (!key) return undefined;
  // Another key than the one that was named could be another tenant's.
  if (kindOf(key) !== kind)
    throw new Usage(`This takes ${WHAT[kind]}, which CHATAPI_KEY is not: set another one, or unset it.`);
  return { url: origin ?? findUrl({}, env), key, source: 'CHATAPI_KEY' };
}

/** The profile of this name, or else the one in use. @throws Usage for a name that there is not */
export function profileOf(
  asked: string | undefined,
  env: NodeJS.ProcessEnv,
): { name: string; profile: Profile } | undefined {
  const { current, profiles } = readProfiles(profilesFile(env));
  const name = asked ?? current;
  const profile = profiles[name];
  if (profile) return { name, profile };
  if (asked === undefined) return undefined;
  throw new Usage(`There is no profile ${asked}: run \`chatapi login --profile ${asked}\`.`);
}

function fromProfile(
  kind: KeyKind,
  asked: string | undefined,
  origin: string | undefined,
  env: NodeJS.ProcessEnv,
): Access | undefined {
  const found = profileOf(asked, env);
  const key = kind === 'admin' ? found?.profile.admin_key : found?.profile.key;
  if (!found || key === undefined || (origin !== undefined && origin !== found.profile.url)) return undefined;
  return { url: found.profile.url, key, source: `profile ${found.name}` };
}

function fromCheckout(kind: KeyKind, origin: string | undefined, env: NodeJS.ProcessEnv): Access | undefined {
  if (origin !== undefined && !LOOPBACK.test(new URL(origin).hostname)) return undefined;
  for (const dir of dataDirs(env)) {
    const file = join(dir, KEY_FILE[kind]);
    const key = existsSync(file) ? readIfMay(file) : undefined;
    if (key) return { url: ownServer(dir, origin), key, source: file };
  }
  return undefined;
}

/**
 * Where the server of a data directory answers, which alone gets its keys: any program may listen on another port.
 * @param asked undefined where no server was asked for
 * @throws Usage where it does not run, or another one is asked for
 */
function ownServer(dir: string, asked: string | undefined): string {
  const own = serverAddress(dir);
  if (own !== undefined && (asked === undefined || portOf(own) === portOf(asked))) return own;
  const where = own === undefined ? 'which does not run: npm start' : `which answers at ${own}`;
  const [other, url] = asked === undefined ? ['another one', '…'] : [asked, asked];
  throw new Usage(
    `The key in ${dir} is for its own server only, ${where}. For ${other} set CHATAPI_KEY, or run \`chatapi login --url ${url}\`.`,
  );
}

const portOf = (url: string): string => {
  const { port, protocol } = new URL(url);
  return port || (protocol === 'https:' ? '443' : '80');
};

function readIfMay(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
