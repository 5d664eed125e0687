import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Key, ValuesOf } from './config.key.js';
import { allKeys, settingKeys } from './config.keys.js';
import { firstVersionKeys } from './first-version.keys.js';
import { limitKeys } from './limits.keys.js';
import type { DefaultProvider } from './config.parsers.js';
import { resolveDataDir } from './data-dir.js';
import { StartFailure } from './failure.js';
import { keepSecret } from './files.js';
import { providersOfFirstVersion } from './first-version.js';
import { isLoopbackHost } from './ip-address.js';
import type { Limits } from './limits.js';

/**
 * `embedded`: ChatAPI runs its own PostgreSQL. `single`: yours, one process. `cluster`: yours, with Redis, any number
 * of processes. A REDIS_URL in embedded mode moves queue, sockets and limits there.
 */
type Mode = 'embedded' | 'single' | 'cluster';

/** The settings as they were given, each checked by itself. */
type Given = ValuesOf<typeof settingKeys>;

/** Fields that follow from more than their own setting. */
type Derived = ReturnType<typeof derive>;

/** Every field of {@link Config}: those of the table of settings, as given or derived, and the limits. */
type Fields = Readonly<
  Omit<Given, keyof Derived | 'defaultProviders'> &
    Derived & {
      defaultProviders: readonly DefaultProvider[];
      /** Were they read from the first version's mail settings? */
      mailOfFirstVersion: boolean;
      limits: Limits;
    }
>;

/** Has the fields of the table of settings without naming them again. */
const Settings = class {
  constructor(fields: Fields) {
    Object.assign(this, fields);
  }
} as new (fields: Fields) => Fields;

/** Every setting, validated. Made once at start by {@link loadConfig}; config.keys.ts explains each. */
export class Config extends Settings {
  constructor(fields: Fields) {
    super(fields);
    Object.freeze(this);
  }

  /** The same settings with the address of the PostgreSQL that was started. */
  withDatabase(databaseUrl: string): Config {
    return new Config({ ...this, databaseUrl });
  }

  /** Does this process answer requests? */
  servesApi(): boolean {
    return this.role !== 'worker';
  }

  /** Does this process run jobs? */
  runsJobs(): boolean {
    return this.role !== 'api';
  }
}

/** What a process does: everything, or only one half of it. */
export type ProcessRole = Config['role'];

/**
 * Reads and checks every setting. In embedded mode the data directory and the secrets in it are made when missing.
 * @throws StartFailure in one line that names key, problem and fix, never a secret's value.
 */
export function loadConfig(env: NodeJS.ProcessEnv, args: readonly string[] = []): Config {
  const role = roleOf(args);
  const source = role === undefined ? env : { ...env, [settingKeys.role.name]: role };
  refuseUnknown(source);
  const given = read(settingKeys, source);
  const limits = read(limitKeys, source);
  const defaultProviders = given.defaultProviders ?? providersOfFirstVersion(read(firstVersionKeys, source));
  const mailOfFirstVersion = given.defaultProviders === undefined;
  return new Config({ ...given, ...derive(given), defaultProviders, mailOfFirstVersion, limits });
}

/** The checked values of a table of keys. */
const read = <Keys extends Record<string, Key<unknown>>>(keys: Keys, env: NodeJS.ProcessEnv): ValuesOf<Keys> =>
  Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, valueOf(key, env)])) as ValuesOf<Keys>;

/** Completes what was given; the last step of loading, because it makes files. */
function derive(given: Given) {
  const { databaseUrl = '', redisUrl, logFormat, role } = given;
  const mode: Mode = databaseUrl === '' ? 'embedded' : redisUrl === undefined ? 'single' : 'cluster';
  refuseLoneRole(mode, role);
  const dataDir = mode === 'embedded' ? resolveDataDir(given.dataDir) : undefined;
  const host = given.host ?? (mode === 'embedded' ? '127.0.0.1' : '0.0.0.0');
  const opensLoopback = mode === 'embedded' && isLoopbackHost(host);
  return {
    mode,
    host,
    /** An absolute path; undefined unless embedded. */
    dataDir,
    /** Empty in embedded mode until PostgreSQL has started ({@link Config.withDatabase}). */
    databaseUrl,
    adminApiKey: given.adminApiKey ?? secret(settingKeys.adminApiKey, dataDir, 'admin-api-key', makeAdminKey),
    /** Never empty: the first encrypts, all decrypt. */
    encryptionKeys: given.encryptionKeys ?? secret(settingKeys.encryptionKeys, dataDir, 'encryption-keys', makeKeyRing),
    /** Never auto: what that stands for in this terminal. */
    logFormat: logFormat === 'auto' ? (process.stdout.isTTY ? ('pretty' as const) : ('json' as const)) : logFormat,
    /** May addresses that tenants name be private? `loopback` opens 127.0.0.0/8 and ::1 only. */
    egressAllowPrivate: given.egressAllowPrivate ?? (opensLoopback ? ('loopback' as const) : ('false' as const)),
  };
}

const makeAdminKey = (): string => randomBytes(32).toString('hex');

const makeKeyRing = (): string => `k1:${randomBytes(32).toString('base64')}`;

/** The checked value of a key; undefined when it is not set and has no fixed default. */
function valueOf<T>(key: Key<T>, env: NodeJS.ProcessEnv): T | undefined {
  const text = env[key.name] || key.default;
  if (text === '') return undefined;
  const value = key.parse(text);
  if (value !== undefined) return value;
  const found = key.secret ? 'is not valid' : `is ${quote(text)}`;
  const otherwise = key.default === '' ? 'or remove it' : `or remove it for the default (${key.default})`;
  throw new StartFailure(`${key.name} ${found}: it must be ${key.expects}. Correct it ${otherwise}.`);
}

/** On one line, however long or strange the text is. */
const quote = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** A secret that is not in the environment: in embedded mode from a file of the data directory, made when missing. */
function secret<T>(key: Key<T>, dataDir: string | undefined, file: string, make: () => string): T {
  if (dataDir === undefined) {
    throw new StartFailure(`${key.name} is not set, and is required with DATABASE_URL: set it to ${key.expects}.`);
  }
  const path = join(dataDir, file);
  const value = key.parse(keepSecret(path, make));
  if (value === undefined)
    throw new StartFailure(
      `${key.name}: the file ${path} does not hold ${key.expects}. Restore it or set ${key.name}.`,
    );
  return value;
}

function roleOf(args: readonly string[]): string | undefined {
  let role: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = args[i]!.split(/=(.*)/s);
    if (name !== '--role')
      throw new StartFailure(`${quote(args[i]!)} is not an argument: only --role all|api|worker is known. Remove it.`);
    role = inline ?? args[++i] ?? '';
    if (role === '') throw new StartFailure('--role names no role: write --role all, --role api or --role worker.');
  }
  return role;
}

/** What the command line reads, and the server has no use for (docs/cli.md). */
const OF_THE_COMMAND_LINE = ['CHATAPI_URL', 'CHATAPI_KEY', 'CHATAPI_PROFILE'];

function refuseUnknown(env: NodeJS.ProcessEnv): void {
  const known = allKeys.map(({ name }) => name).filter((name) => name.startsWith('CHATAPI_'));
  const unknown = Object.keys(env).find(
    (name) => name.startsWith('CHATAPI_') && !known.includes(name) && !OF_THE_COMMAND_LINE.includes(name),
  );
  if (unknown === undefined) return;
  throw new StartFailure(
    `${quote(unknown).slice(1, -1)} is not a setting: those that begin with CHATAPI_ are ${known.join(' and ')}. Correct the name or remove it.`,
  );
}

function refuseLoneRole(mode: Mode, role: ProcessRole): void {
  if (role === 'all' || mode === 'cluster') return;
  throw new StartFailure(
    `CHATAPI_ROLE (or --role) is "${role}", but separate roles find each other over a shared database and Redis: set DATABASE_URL and REDIS_URL, or remove the role so that one process does everything.`,
  );
}
