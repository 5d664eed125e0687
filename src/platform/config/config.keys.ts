import {
  defaultProviders,
  flag,
  integer,
  keyRing,
  oneOf,
  pairs,
  share,
  text,
  trustProxy,
  url,
} from './config.parsers.js';
import type { Parser } from './config.parsers.js';

/**
 * One documented environment variable. `T` is what its text is read as, `Default` the text that holds when it is not set:
 * with an empty one the value is then undefined, and what follows is decided in config.ts.
 */
export interface Key<T, Default extends string = string> extends Parser<T> {
  name: string;
  /** As it would be written in the environment; empty when there is no default, or when it depends on other settings. */
  default: Default;
  /** One line, shown in .env.example. */
  why: string;
  /** Its value never appears in a message or a log. */
  secret: boolean;
}

/** What reading a key gives. */
export type ValueOf<K> = K extends Key<infer T, infer Default> ? ('' extends Default ? T | undefined : T) : never;

/** What reading a table of keys gives, under the names of the table. */
export type ValuesOf<Keys> = { readonly [Name in keyof Keys]: ValueOf<Keys[Name]> };

const key = <T, const Default extends string>(
  name: string,
  byDefault: Default,
  why: string,
  parser: Parser<T>,
): Key<T, Default> => ({ ...parser, name, default: byDefault, why, secret: false });

const secretKey = <T, const Default extends string>(
  name: string,
  byDefault: Default,
  why: string,
  parser: Parser<T>,
): Key<T, Default> => ({ ...key(name, byDefault, why, parser), secret: true });

const count = integer(1, 1_000_000);
const bytes = integer(1_024, 1_073_741_824);
const mailer = oneOf('smtp', 'mailgun');
const word = text('one line of at most 1024 characters', /^[^\u0000-\u001f\u007f]{1,1024}$/); // eslint-disable-line no-control-regex
const host = text('a host name or an address', /^[A-Za-z0-9._:[\]-]{1,253}$/);
const address = text('an email address', /^[^\s@]+@[^\s@]+$/);

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

/** Sizes, counts and rates that requests are held to, known to validation and to the documents of the API. */
export const limitKeys = {
  body_bytes: key('MAX_BODY_BYTES', '1048576', 'Largest request body.', bytes),
  notification_body_bytes: key(
    'MAX_NOTIFICATION_BODY_BYTES',
    '20971520',
    'Largest body of a notification, with attachments.',
    bytes,
  ),
  inbound_body_bytes: key('MAX_INBOUND_BODY_BYTES', '26214400', 'Largest body sent to an inbound webhook.', bytes),
  inbound_per_source_per_minute: key(
    'INBOUND_PER_SOURCE_PER_MINUTE',
    '6000',
    'Requests to one inbound webhook per address and minute, then 429.',
    count,
  ),
  inbound_refused_per_minute: key(
    'INBOUND_REFUSED_PER_MINUTE',
    '60',
    'As many of those whose signature is wrong.',
    count,
  ),
  inbound_unknown_per_minute: key(
    'INBOUND_UNKNOWN_PER_MINUTE',
    '600',
    'Requests per address and minute to inbound webhooks that are not there, then 429.',
    count,
  ),
  large_bodies: key('MAX_LARGE_BODIES', '16', 'Bodies beyond MAX_BODY_BYTES in hand at once, per process.', count),
  large_bodies_per_client: key('MAX_LARGE_BODIES_PER_CLIENT', '4', 'As many of one client.', count),
  recipients: key('MAX_RECIPIENTS', '1000', 'Recipients of one notification.', count),
  deliveries: key('MAX_DELIVERIES', '5000', 'Deliveries that one notification may make.', count),
  content_chars: key('MAX_CONTENT_CHARS', '10000', "Unicode code points in a message's content.", count),
  name_chars: key('MAX_NAME_CHARS', '255', 'Unicode code points in a name.', integer(1, 10_000)),
  metadata_bytes: key('MAX_METADATA_BYTES', '16384', 'Bytes of metadata as JSON.', integer(2, 1_048_576)),
  user_id_chars: key('MAX_USER_ID_CHARS', '255', 'Unicode code points in a user_id.', integer(1, 1_000)),
  room_members: key('MAX_ROOM_MEMBERS', '5000', 'Ceiling of max_members of a room.', integer(2, 100_000)),
  page: key('MAX_PAGE', '100', 'Largest limit of a list.', integer(1, 1_000)),
  idempotency_key_chars: key('MAX_IDEMPOTENCY_KEY_CHARS', '255', 'Length of an Idempotency-Key.', integer(1, 1_000)),
  path_param_chars: key('MAX_PATH_PARAM_CHARS', '4096', 'Length of a path parameter.', integer(255, 16_384)),
  resume_rooms: key(
    'MAX_RESUME_ROOMS',
    '200',
    'Rooms in one answer of sync.resume and in session.ready.',
    integer(1, 10_000),
  ),
  resume_events: key('MAX_RESUME_EVENTS', '1000', 'Events in one answer of sync.resume.', integer(1, 100_000)),
  resume_events_per_stream: key(
    'MAX_RESUME_EVENTS_PER_STREAM',
    '300',
    'Events of one stream in sync.resume.',
    integer(1, 10_000),
  ),
  resume_bytes: key('MAX_RESUME_BYTES', '1048576', 'Bytes of one answer of sync.resume.', bytes),
  tags: key('MAX_TAGS', '20', 'Tags of a notification.', integer(1, 1_000)),
  attachments: key('MAX_ATTACHMENTS', '20', 'Attachments of a message or an email.', integer(1, 1_000)),
  presence_subscriptions: key(
    'MAX_PRESENCE_SUBSCRIPTIONS',
    '500',
    'People whose presence one connection hears of.',
    integer(1, 10_000),
  ),
  messages_per_user_per_minute: key(
    'MESSAGES_PER_USER_PER_MINUTE',
    '600',
    "Messages sent, edited or scheduled per user and minute, unless the client's own limits say otherwise.",
    count,
  ),
  reactions_per_user_per_minute: key(
    'REACTIONS_PER_USER_PER_MINUTE',
    '600',
    'As many of reactions added or taken back.',
    count,
  ),
  typing_per_user_per_minute: key('TYPING_PER_USER_PER_MINUTE', '300', 'As many of typing starts and stops.', count),
  pings_per_user_per_minute: key('PINGS_PER_USER_PER_MINUTE', '600', 'As many of the event ping.', count),
  sockets_per_user: key('SOCKETS_PER_USER', '100', 'Connections open at once per user, over all nodes.', count),
  sockets_per_client: key(
    'SOCKETS_PER_CLIENT',
    '100000',
    'Connections open at once of all users of a client.',
    integer(1, 10_000_000),
  ),
};

/** Mail settings of ChatAPI's first version: together they are DEFAULT_PROVIDERS, where that is not set. */
export const firstVersionKeys = {
  emailProvider: key('EMAIL_PROVIDER', '', 'Who sends mail; by default who is set up, SMTP first.', mailer),
  bulkEmailProvider: key('BULK_EMAIL_PROVIDER', '', 'Who sends it to many at once.', mailer),
  bulkSendThreshold: key(
    'BULK_SEND_THRESHOLD',
    '',
    'From how many recipients on BULK_EMAIL_PROVIDER sends; a client whose bulk_threshold is lower goes by that.',
    count,
  ),
  smtpHost: key('SMTP_HOST', '', 'The mail server; nothing of SMTP holds without it.', host),
  smtpPort: key('SMTP_PORT', '587', 'Its port; on 465 TLS begins with the first byte.', integer(1, 65_535)),
  smtpUsername: key('SMTP_USERNAME', '', 'Who logs in there.', word),
  smtpUser: key('SMTP_USER', '', 'The same, where SMTP_USERNAME is not set.', word),
  smtpPassword: secretKey('SMTP_PASSWORD', '', 'And with what.', word),
  smtpTls: key(
    'SMTP_USE_TLS',
    '',
    'true refuses to send without TLS, false sends without where the server has none; by default it is refused where SMTP_USERNAME is set and SMTP_HOST is not this machine.',
    flag,
  ),
  smtpFromEmail: key('SMTP_FROM_EMAIL', '', 'Who mail over SMTP is from.', address),
  smtpFromName: key('SMTP_FROM_NAME', '', 'And the name beside it.', word),
  mailgunApiKey: secretKey('MAILGUN_API_KEY', '', 'Key of Mailgun.', word),
  mailgunDomain: key('MAILGUN_DOMAIN', '', 'The domain that sends there.', host),
  mailgunRegion: key('MAILGUN_REGION', 'us', 'Where that domain was set up.', oneOf('us', 'eu')),
  mailgunBaseUrl: key('MAILGUN_BASE_URL', '', "Instead of the region's own host.", url('https', 'http')),
  mailgunFromEmail: key('MAILGUN_FROM_EMAIL', '', 'Who mail over Mailgun is from.', address),
  mailgunFromName: key('MAILGUN_FROM_NAME', '', 'And the name beside it.', word),
};

/** Every key of all tables. */
export const allKeys: Key<unknown>[] = [settingKeys, limitKeys, firstVersionKeys].flatMap((keys) =>
  Object.values<Key<unknown>>(keys),
);
