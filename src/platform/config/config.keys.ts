import { count, key, secretKey, word } from './config.key.js';
import type { Key } from './config.key.js';
import { firstVersionKeys } from './first-version.keys.js';
import { limitKeys } from './limits.keys.js';
import { defaultProviders, integer, keyRing, oneOf, pairs, share, text, trustProxy, url } from './config.parsers.js';

/**
 * Every setting but the limits, under the name of its field in Config: the type of Config, its loading and .env.example
 * are made from this table and the next. An empty value counts as not set.
 */
export const settingKeys = {
  port: key('PORT', '8000', 'Where the API listens; 0 takes any free port.', integer(0, 65_535)),
  host: key(
    'HOST',
    '',
    'Address to listen on; by default 127.0.0.1 in embedded mode, else 0.0.0.0.',
    text('an address or host name', /^[A-Za-z0-9.:_-]{1,255}$/),
  ),
  dataDir: key(
    'CHATAPI_DATA_DIR',
    '',
    'Where embedded mode keeps its data and secrets; by default .data (as root /var/lib/chatapi where .data is out of reach for the user who runs PostgreSQL).',
    text('a path', /^[^\0]+$/),
  ),
  role: key(
    'CHATAPI_ROLE',
    'all',
    'What this process does (also --role); api and worker apart need DATABASE_URL and REDIS_URL.',
    oneOf('all', 'api', 'worker'),
  ),
  databaseUrl: secretKey(
    'DATABASE_URL',
    '',
    'Your PostgreSQL (15 or newer); without it ChatAPI starts one of its own.',
    url('postgres', 'postgresql'),
  ),
  redisUrl: secretKey(
    'REDIS_URL',
    '',
    'Redis for queue, sockets and limits of many processes; without it one process does everything.',
    url('redis', 'rediss'),
  ),
  adminApiKey: secretKey(
    'ADMIN_API_KEY',
    '',
    "The operator's key, 32 to 255 visible ASCII characters; made in the data directory in embedded mode.",
    text('32 to 255 visible ASCII characters (make one with: openssl rand -hex 32)', /^[\x21-\x7e]{32,255}$/),
  ),
  encryptionKeys: secretKey(
    'ENCRYPTION_KEYS',
    '',
    'id:base64-of-32-bytes, comma-separated: the first encrypts, all decrypt; made in the data directory in embedded mode.',
    keyRing,
  ),
  logLevel: key(
    'LOG_LEVEL',
    'info',
    'The least important line that is logged.',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  ),
  logFormat: key(
    'LOG_FORMAT',
    'auto',
    'auto is pretty in a terminal and json elsewhere.',
    oneOf('auto', 'json', 'pretty'),
  ),
  defaultProviders: secretKey(
    'DEFAULT_PROVIDERS',
    '',
    'JSON array of providers (name, channel, provider_type, config) for clients that have none of a channel; by default none.',
    defaultProviders,
  ),
  trustProxy: key(
    'TRUST_PROXY',
    'false',
    "Whose X-Forwarded-For is believed: false, true, a number of hops, or the proxies' addresses.",
    trustProxy,
  ),
  metricsToken: secretKey(
    'METRICS_TOKEN',
    '',
    'Bearer token that opens /metrics to other machines; without it only loopback may read them.',
    text('16 to 255 visible ASCII characters (make one with: openssl rand -hex 32)', /^[\x21-\x7e]{16,255}$/),
  ),
  egressAllowPrivate: key(
    'EGRESS_ALLOW_PRIVATE',
    '',
    'May tenants name private addresses? By default loopback in embedded mode on a loopback HOST, else false.',
    oneOf('false', 'loopback', 'true'),
  ),
  databasePoolSize: key(
    'DATABASE_POOL_SIZE',
    '20',
    'Connections to PostgreSQL per process for requests and jobs; five more are kept for sending messages and for keys.',
    integer(2, 500),
  ),
  shutdownTimeoutMs: key(
    'SHUTDOWN_TIMEOUT_MS',
    '25000',
    'How long a stop may take to finish what was accepted, before it is forced (exit code 1).',
    integer(100, 3_600_000),
  ),
  eventsKeptDays: key(
    'EVENTS_KEPT_DAYS',
    '30',
    'For how many days events are kept to catch up by; who was away for longer reads anew. Messages stay.',
    integer(2, 3_650),
  ),
  analyticsKeptDays: key(
    'ANALYTICS_KEPT_DAYS',
    '400',
    'For how many days the numbers of analytics are kept.',
    integer(2, 3_650),
  ),
  auditKeptDays: key('AUDIT_KEPT_DAYS', '400', 'For how many days lines of the audit log are kept.', integer(2, 3_650)),
  inboundEventsKeptDays: key(
    'INBOUND_EVENTS_KEPT_DAYS',
    '30',
    'For how many days what came to inbound webhooks is kept, to be looked at and replayed.',
    integer(2, 3_650),
  ),
  publicUrl: key(
    'PUBLIC_URL',
    '',
    'What addresses that ChatAPI gives to others begin with, such as https://chat.example.com; by default the host of the request that asks for one.',
    url('http', 'https'),
  ),
  notificationsKeptDays: key(
    'NOTIFICATIONS_KEPT_DAYS',
    '30',
    'For how many days notifications are kept for which nothing is left to do, with their deliveries and attempts.',
    integer(2, 3_650),
  ),
  presenceGraceMs: key(
    'PRESENCE_GRACE_MS',
    '10000',
    'How long a user is there still whose last connection ended; a return within it is told to nobody.',
    integer(0, 600_000),
  ),
  presenceHeartbeatMs: key(
    'PRESENCE_HEARTBEAT_MS',
    '30000',
    'How often clients without a socket are to send a heartbeat; half as late again they are gone.',
    integer(100, 600_000),
  ),
  otlpEndpoint: key(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    '',
    'Switches traces on: where OpenTelemetry spans are sent (OTLP over HTTP), such as http://localhost:4318.',
    url('http', 'https'),
  ),
  otlpHeaders: secretKey(
    'OTEL_EXPORTER_OTLP_HEADERS',
    '',
    'Headers sent along with spans, as key=value,key=value: what the receiver knows you by.',
    pairs,
  ),
  otelServiceName: key('OTEL_SERVICE_NAME', '', 'What traces call this service; by default chatapi.', word),
  otelResource: key(
    'OTEL_RESOURCE_ATTRIBUTES',
    '',
    'What stands with every span of this process, such as deployment.environment.name=production.',
    pairs,
  ),
  tracesSampler: key(
    'OTEL_TRACES_SAMPLER',
    'parentbased_always_on',
    "Which traces are kept; parentbased: what a request's traceparent says, where it has one.",
    oneOf(
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ),
  ),
  tracesSamplerArg: key('OTEL_TRACES_SAMPLER_ARG', '1', 'Of traceidratio: the share of traces that is kept.', share),
  sentryDsn: secretKey(
    'SENTRY_DSN',
    '',
    'Switches reports of errors to Sentry on: the address of your project there.',
    url('http', 'https'),
  ),
  failedKeysPerMinute: key('FAILED_KEYS_PER_MINUTE', '60', 'Wrong keys per address and minute, then 429.', count),
};

/** Every key of all tables. */
export const allKeys: Key<unknown>[] = [settingKeys, limitKeys, firstVersionKeys].flatMap((keys) =>
  Object.values<Key<unknown>>(keys),
);
