import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { allKeys, limitKeys, settingKeys } from './config.keys.js';
import type { Key } from './config.keys.js';
import type { DefaultProvider, EncryptionKey, TrustProxy } from './config.parsers.js';
import { resolveDataDir } from './data-dir.js';
import { StartFailure } from './failure.js';
import { keepSecret } from './files.js';
import { isLoopbackHost } from './ip-address.js';
import { setLimits, type Limits } from './limits.js';

export type ProcessRole = 'all' | 'api' | 'worker';
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/**
 * `embedded`: ChatAPI runs its own PostgreSQL. `single`: yours, one process. `cluster`: yours, with Redis, any number
 * of processes. A REDIS_URL in embedded mode moves queue, sockets and limits there.
 */
export type Mode = 'embedded' | 'single' | 'cluster';

type Method = 'withDatabase' | 'servesApi' | 'runsJobs';
type Fields = Omit<Config, Method>;

/** Every setting, validated. Made once at start by {@link loadConfig}; sizes and counts are in limits.ts. */
export class Config {
  readonly mode: Mode;
  readonly role: ProcessRole;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Absolute; undefined unless embedded. */
  readonly dataDir: string | undefined;
  /** Empty in embedded mode until PostgreSQL has started ({@link Config.withDatabase}). */
  readonly databaseUrl: string;
  readonly databasePoolSize: number;
  readonly redisUrl: string | undefined;
  readonly adminApiKey: string;
  /** Never empty: the first encrypts, all decrypt. */
  readonly encryptionKeys: readonly EncryptionKey[];
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'pretty';
  readonly defaultProviders: readonly DefaultProvider[];
  readonly trustProxy: TrustProxy;
  /** Undefined: /metrics answers loopback only. */
  readonly metricsToken: string | undefined;
  /** May addresses that tenants name be private? `loopback` opens 127.0.0.0/8 and ::1 only. */
  readonly egressAllowPrivate: 'false' | 'loopback' | 'true';
  readonly shutdownTimeoutMs: number;
  readonly failedKeysPerMinute: number;

  constructor(fields: Fields) {
    Object.assign(this, fields);
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

/**
 * Reads and checks every setting. In embedded mode the data directory and the secrets in it are made when missing.
 * @throws StartFailure in one line that names key, problem and fix, never a secret's value.
 */
export function loadConfig(env: NodeJS.ProcessEnv, args: readonly string[] = []): Config {
  const role = roleOf(args);
  const source = role === undefined ? env : { ...env, [settingKeys.role.name]: role };
  refuseUnknown(source);
  for (const key of allKeys) valueOf(key, source);
  setLimits(readLimits(source));

  const read = <T>(key: Key<T>): T | undefined => valueOf(key, source);
  // For keys with a fixed default.
  const required = <T>(key: Key<T>): T => valueOf(key, source) as T;

  const databaseUrl = read(settingKeys.databaseUrl);
  const redisUrl = read(settingKeys.redisUrl);
  const mode = databaseUrl === undefined ? 'embedded' : redisUrl === undefined ? 'single' : 'cluster';
  refuseLoneRole(mode, required(settingKeys.role));
  const dataDir = mode === 'embedded' ? resolveDataDir(read(settingKeys.dataDir)) : undefined;
  const host = read(settingKeys.host) ?? (mode === 'embedded' ? '127.0.0.1' : '0.0.0.0');
  const logFormat = required(settingKeys.logFormat);

  return new Config({
    mode,
    host,
    dataDir,
    redisUrl,
    role: required(settingKeys.role),
    port: required(settingKeys.port),
    databaseUrl: databaseUrl ?? '',
    databasePoolSize: required(settingKeys.databasePoolSize),
    adminApiKey: secret(settingKeys.adminApiKey, source, dataDir, 'admin-api-key', () =>
      randomBytes(32).toString('hex'),
    ),
    encryptionKeys: secret(settingKeys.encryptionKeys, source, dataDir, 'encryption-keys', makeKeyRing),
    logLevel: required(settingKeys.logLevel),
    logFormat: logFormat === 'auto' ? (process.stdout.isTTY ? 'pretty' : 'json') : logFormat,
    defaultProviders: required(settingKeys.defaultProviders),
    trustProxy: required(settingKeys.trustProxy),
    metricsToken: read(settingKeys.metricsToken),
    egressAllowPrivate:
      read(settingKeys.egressAllowPrivate) ?? (mode === 'embedded' && isLoopbackHost(host) ? 'loopback' : 'false'),
    shutdownTimeoutMs: required(settingKeys.shutdownTimeoutMs),
    failedKeysPerMinute: required(settingKeys.failedKeysPerMinute),
  });
}

const readLimits = (env: NodeJS.ProcessEnv): Limits =>
  Object.fromEntries(Object.entries(limitKeys).map(([name, key]) => [name, valueOf(key, env)])) as unknown as Limits;

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

/** A secret from the environment, else in embedded mode from a file of the data directory, made when missing. */
function secret<T>(
  key: Key<T>,
  env: NodeJS.ProcessEnv,
  dataDir: string | undefined,
  file: string,
  make: () => string,
): T {
  const given = valueOf(key, env);
  if (given !== undefined) return given;
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

function refuseUnknown(env: NodeJS.ProcessEnv): void {
  const known = allKeys.map(({ name }) => name).filter((name) => name.startsWith('CHATAPI_'));
  const unknown = Object.keys(env).find((name) => name.startsWith('CHATAPI_') && !known.includes(name));
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
