import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config, loadConfig } from './config.js';
import { allKeys, settingKeys } from './config.keys.js';
import { limitKeys } from './limits.keys.js';
import { serverUser } from './data-dir.js';
import { envExample } from './env-example.js';
import { StartFailure } from './failure.js';
import { defaultLimits } from './limits.js';

const ADMIN = 'a'.repeat(32);
const RING = `k1:${Buffer.alloc(32, 1).toString('base64')}`;
const external = {
  DATABASE_URL: 'postgres://u:database-password@db/chat',
  ADMIN_API_KEY: ADMIN,
  ENCRYPTION_KEYS: RING,
};

let dataDir: string;
beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'chatapi-config-'))));
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const embedded = (env: NodeJS.ProcessEnv = {}, args: string[] = []): Config =>
  loadConfig({ CHATAPI_DATA_DIR: dataDir, ...env }, args);

/** The one line that the start ends with. */
function refusal(load: () => Config): string {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(StartFailure);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('The configuration was accepted.');
}

describe('the modes', () => {
  it('are told by DATABASE_URL and REDIS_URL', () => {
    const REDIS_URL = 'redis://localhost';
    expect(embedded()).toMatchObject({ mode: 'embedded', host: '127.0.0.1', port: 8000, dataDir, redisUrl: undefined });
    expect(embedded({ REDIS_URL })).toMatchObject({ mode: 'embedded', redisUrl: REDIS_URL });
    expect(loadConfig(external)).toMatchObject({ mode: 'single', host: '0.0.0.0', dataDir: undefined });
    expect(loadConfig({ ...external, REDIS_URL }, ['--role', 'worker'])).toMatchObject({
      mode: 'cluster',
      role: 'worker',
    });
  });

  it('allow separate roles in a cluster only', () => {
    expect(refusal(() => embedded({}, ['--role=api']))).toMatch(/role.*"api".*DATABASE_URL and REDIS_URL/);
    expect(refusal(() => loadConfig({ ...external, CHATAPI_ROLE: 'worker' }))).toMatch(/CHATAPI_ROLE.*"worker"/);
    expect(refusal(() => embedded({ REDIS_URL: 'redis://localhost' }, ['--role', 'api']))).toMatch(/"api"/);
    expect(embedded({}, ['--role', 'all']).role).toBe('all');
  });

  it('open egress to loopback in embedded mode on a loopback host only, unless told', () => {
    const of = ({ egressAllowPrivate }: Config): string => egressAllowPrivate;
    expect(of(embedded())).toBe('loopback');
    expect(of(embedded({ HOST: '::1' }))).toBe('loopback');
    expect(of(embedded({ HOST: '0.0.0.0' }))).toBe('false');
    expect(of(embedded({ EGRESS_ALLOW_PRIVATE: 'false' }))).toBe('false');
    expect(of(loadConfig({ ...external, HOST: '127.0.0.1' }))).toBe('false');
  });
});

describe('secrets', () => {
  it('are made once in the data directory, for the owner only', () => {
    const first = embedded();
    const second = embedded();
    expect(first.adminApiKey).toMatch(/^[0-9a-f]{64}$/);
    expect(first.encryptionKeys[0]!.key).toHaveLength(32);
    expect(second.adminApiKey).toBe(first.adminApiKey);
    expect(second.encryptionKeys).toEqual(first.encryptionKeys);
    for (const file of ['admin-api-key', 'encryption-keys'])
      expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600);
  });

  it('of the environment win, and then none is made', () => {
    expect(embedded({ ADMIN_API_KEY: ADMIN }).adminApiKey).toBe(ADMIN);
    expect(existsSync(join(dataDir, 'admin-api-key'))).toBe(false);
  });

  it('are required with a database of your own, with the command that makes one', () => {
    expect(refusal(() => loadConfig({ ...external, ADMIN_API_KEY: '' }))).toMatch(
      /ADMIN_API_KEY is not set.*openssl rand/,
    );
    expect(refusal(() => loadConfig({ ...external, ENCRYPTION_KEYS: undefined }))).toMatch(
      /ENCRYPTION_KEYS is not set.*openssl rand/,
    );
  });

  it('that were damaged in the data directory are named, not replaced', () => {
    embedded();
    writeFileSync(join(dataDir, 'encryption-keys'), 'k1:damaged\n');
    expect(refusal(embedded)).toMatch(/ENCRYPTION_KEYS: the file .*encryption-keys does not hold/);
    expect(readFileSync(join(dataDir, 'encryption-keys'), 'utf8')).toBe('k1:damaged\n');
  });

  it('that cannot be read are named in one line', () => {
    mkdirSync(join(dataDir, 'admin-api-key'));
    if (serverUser()) chmodSync(dataDir, 0o711);
    expect(refusal(embedded)).toMatch(/admin-api-key cannot be read or made \(EISDIR/);
  });

  it('are read as a ring: the first encrypts, all decrypt', () => {
    const second = Buffer.alloc(32, 2);
    const { encryptionKeys } = embedded({ ENCRYPTION_KEYS: `k2:${second.toString('base64')}, ${RING}` });
    expect(encryptionKeys.map(({ id }) => id)).toEqual(['k2', 'k1']);
    expect(encryptionKeys[0]!.key).toEqual(second);
  });
});

describe('a wrong value', () => {
  it.each([
    ['PORT', 'eight'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['HOST', 'not a host'],
    ['CHATAPI_ROLE', 'boss'],
    ['LOG_LEVEL', 'loud'],
    ['LOG_FORMAT', 'xml'],
    ['TRUST_PROXY', 'maybe'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['EGRESS_ALLOW_PRIVATE', 'yes'],
    ['DATABASE_POOL_SIZE', '0'],
    ['SHUTDOWN_TIMEOUT_MS', '1e4'],
    ['MAX_RECIPIENTS', 'many\nlines'],
    ['MAX_PAGE', '49'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'production'],
  ])('%s=%j is named with the key, the value and what it must be', (name, value) => {
    const message = refusal(() => embedded({ [name]: value }));
    expect(message).toContain(`${name} is ${JSON.stringify(value)}: it must be `);
    expect(message).toMatch(/Correct it or remove it/);
  });

  it.each([
    ['ADMIN_API_KEY', 'thirty-one-characters-are-few!!'],
    ['ADMIN_API_KEY', `${ADMIN} with blanks`],
    ['ADMIN_API_KEY', 'x'.repeat(256)],
    ['ENCRYPTION_KEYS', 'k1:c2hvcnQ='],
    ['ENCRYPTION_KEYS', `${RING},${RING}`],
    ['DATABASE_URL', 'mysql://user:hidden-password@host/db'],
    ['REDIS_URL', 'hidden-password@host'],
    ['METRICS_TOKEN', 'hidden'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'hidden-token'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=%hidden'],
    ['SENTRY_DSN', 'hidden@sentry.example.com/1'],
    ['DEFAULT_PROVIDERS', '[{"name":"hidden-password"]'],
    ['DEFAULT_PROVIDERS', '{"name":"a"}'],
    ['DEFAULT_PROVIDERS', '[{"name":"a","channel":"email","provider_type":"smtp","config":"hidden-password"}]'],
  ])('of the secret %s is not shown', (name, value) => {
    const message = refusal(() => embedded({ [name]: value }));
    expect(message).toContain(`${name} is not valid: it must be `);
    expect(message).not.toContain(value);
    expect(message).not.toContain('hidden');
  });

  it('stops the start before anything is made', () => {
    refusal(() => embedded({ MAX_PAGE: 'x' }));
    expect(existsSync(join(dataDir, 'admin-api-key'))).toBe(false);
  });
});

describe('names', () => {
  it('that begin with CHATAPI_ must be known, others are ignored', () => {
    expect(refusal(() => embedded({ CHATAPI_ROLES: 'all' }))).toMatch(/CHATAPI_ROLES is not a setting.*CHATAPI_ROLE/);
    expect(embedded({ SOMETHING_ELSE: 'x', CHAT: 'y' }).mode).toBe('embedded');
  });

  it('of arguments must be known as well', () => {
    expect(refusal(() => embedded({}, ['--verbose']))).toMatch(/"--verbose" is not an argument/);
    expect(refusal(() => embedded({}, ['--role']))).toMatch(/names no role/);
  });
});

it('takes every shape of TRUST_PROXY', () => {
  const of = (TRUST_PROXY: string): unknown => embedded({ TRUST_PROXY }).trustProxy;
  expect([of('true'), of('false'), of('2'), of('10.0.0.0/8, ::1')]).toEqual([true, false, 2, ['10.0.0.0/8', '::1']]);
});

it('takes default providers of the documented shape', () => {
  const provider = {
    name: 'mail',
    channel: 'email',
    provider_type: 'smtp',
    from_email: 'a@b.c',
    config: { host: 'h', port: 25 },
  };
  expect(embedded({ DEFAULT_PROVIDERS: JSON.stringify([provider]) }).defaultProviders).toEqual([provider]);
});

describe('the mail settings of the first version', () => {
  const of = (env: Record<string, string>) => embedded(env).defaultProviders;
  const SMTP = { SMTP_HOST: 'mail.example.com', SMTP_FROM_EMAIL: 'a@b.example' };
  const MAILGUN = { MAILGUN_API_KEY: 'key-1', MAILGUN_DOMAIN: 'mg.example.com' };

  it('are default providers', () => {
    expect(of({})).toEqual([]);
    expect(of(SMTP)).toEqual([
      {
        name: 'smtp',
        channel: 'email',
        provider_type: 'smtp',
        is_primary: true,
        from_email: 'a@b.example',
        config: { host: 'mail.example.com', port: 587, secure: false },
      },
    ]);
    const login = { SMTP_USER: 'me', SMTP_PASSWORD: 'secret', SMTP_USE_TLS: 'True' };
    expect(of({ ...SMTP, ...login })[0]!.config).toMatchObject({
      username: 'me',
      password: 'secret',
      require_tls: true,
    });
    expect(of({ ...SMTP, SMTP_PORT: '465', SMTP_USE_TLS: '1' })[0]!.config).toMatchObject({
      secure: true,
      require_tls: false,
    });
    expect(of({ ...MAILGUN, MAILGUN_REGION: 'eu', MAILGUN_FROM_EMAIL: 'm@b.example' })).toEqual([
      {
        name: 'mailgun',
        channel: 'email',
        provider_type: 'mailgun',
        is_primary: true,
        from_email: 'm@b.example',
        config: { api_key: 'key-1', domain: 'mg.example.com', region: 'eu' },
      },
    ]);
    expect(of({ ...MAILGUN, MAILGUN_BASE_URL: 'https://mail.test/v3' })[0]!.config.base_url).toBe(
      'https://mail.test/v3',
    );
  });

  it('say who sends to few and who to many', () => {
    const both = {
      ...SMTP,
      ...MAILGUN,
      EMAIL_PROVIDER: 'smtp',
      BULK_EMAIL_PROVIDER: 'mailgun',
      BULK_SEND_THRESHOLD: '50',
    };
    expect(of(both)).toMatchObject([
      { name: 'smtp', is_primary: true, max_recipients: 49 },
      { name: 'mailgun', is_primary: false, is_bulk: true },
    ]);
    expect(of({ ...SMTP, ...MAILGUN, EMAIL_PROVIDER: 'mailgun' })).toMatchObject([
      { name: 'smtp', is_primary: false },
      { name: 'mailgun', is_primary: true },
    ]);
  });

  it('give way to DEFAULT_PROVIDERS, even to none', () => {
    expect(of({ ...SMTP, DEFAULT_PROVIDERS: '[]' })).toEqual([]);
    expect(of({ EMAIL_PROVIDER: 'mailgun', DEFAULT_PROVIDERS: '[]' })).toEqual([]);
  });

  it.each([
    [{ EMAIL_PROVIDER: 'smtp' }, 'SMTP_HOST'],
    [{ ...SMTP, BULK_EMAIL_PROVIDER: 'mailgun' }, 'MAILGUN_API_KEY and MAILGUN_DOMAIN'],
    [{ MAILGUN_API_KEY: 'key-1' }, 'MAILGUN_DOMAIN'],
    [{ MAILGUN_DOMAIN: 'mg.example.com' }, 'MAILGUN_API_KEY'],
    [{ ...SMTP, SMTP_USERNAME: 'me' }, 'SMTP_PASSWORD'],
    [{ ...SMTP, SMTP_PASSWORD: 'secret' }, 'SMTP_USERNAME'],
    [{ ...SMTP, SMTP_PORT: 'x' }, 'SMTP_PORT'],
    [{ ...SMTP, EMAIL_PROVIDER: 'sendgrid' }, 'EMAIL_PROVIDER'],
  ])('are refused half said: %j', (env, missing) => {
    expect(refusal(() => embedded(env as Record<string, string>))).toContain(missing);
  });
});

it('has limits with documented defaults', () => {
  const defaults = Object.entries(limitKeys).map(([name, key]) => [name, Number(key.default)]);
  expect(embedded().limits).toEqual(Object.fromEntries(defaults));
  expect(defaultLimits()).toEqual(Object.fromEntries(defaults));
  expect(embedded({ MAX_PAGE: '70' }).limits).toMatchObject({
    page: 70,
    body_bytes: 1024 ** 2,
    notification_body_bytes: 20 * 1024 ** 2,
    recipients: 1000,
    deliveries: 5000,
  });
});

it('fills a field for every setting, under the name that the table gives it', () => {
  const config = embedded();
  for (const name of Object.keys(settingKeys)) expect(config).toHaveProperty([name]);
  expect(config).toMatchObject({ databasePoolSize: 20, shutdownTimeoutMs: 25_000, failedKeysPerMinute: 60 });
  expect(Object.isFrozen(config)).toBe(true);
  const started = config.withDatabase('postgres://started');
  expect(started).toMatchObject({ ...config, databaseUrl: 'postgres://started' });
  expect([started.servesApi(), started.runsJobs()]).toEqual([true, true]);
});

it('has a valid default for every key, and one line why', () => {
  for (const key of allKeys) {
    expect(key.why).toMatch(/^[^\n]+\.$/);
    if (key.default !== '')
      expect({ name: key.name, value: key.parse(key.default) }).not.toEqual({ name: key.name, value: undefined });
  }
  expect(new Set(allKeys.map(({ name }) => name)).size).toBe(allKeys.length);
});

it('is documented in .env.example (else: node scripts/run.mjs cli.js env-example > .env.example)', () => {
  expect(readFileSync(join(__dirname, '../../../.env.example'), 'utf8')).toBe(envExample());
});

it('reads headers and attributes as OpenTelemetry writes them', () => {
  const { otlpHeaders, otelResource, tracesSamplerArg, otlpEndpoint } = embedded({
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer abc==,x-tenant=acme%2C%20inc',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name = production , service.namespace=chat',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
  });
  expect(otlpHeaders).toEqual({ authorization: 'Bearer abc==', 'x-tenant': 'acme, inc' });
  expect(otelResource).toEqual({ 'deployment.environment.name': 'production', 'service.namespace': 'chat' });
  expect([tracesSamplerArg, otlpEndpoint]).toEqual([0.25, undefined]);
});
