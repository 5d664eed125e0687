import type { LoggerService } from '@nestjs/common';
import { pino } from 'pino';
import type { DestinationStream, Logger, LoggerOptions } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/config.js';
import { errorReports } from '../tracing/error-reports.js';
import { traceFields } from '../tracing/tracer.js';

/** The structured log: `log.info({ field }, 'What happened.')`. */
export type Log = Logger;

const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'x-api-key',
  'api_key',
  'master_api_key',
  'admin_api_key',
  'password',
  'secret',
  'signing_secret',
  'token',
  'config',
  // Of the database's errors: a statement's values, and the row that was refused.
  'parameters',
  'detail',
];

/** Wherever they stand in the first three levels of a line's fields. */
const REDACTED = SECRET_FIELDS.flatMap((field) =>
  ['', '*.', '*.*.'].map((at) => (field.includes('-') ? `${at.slice(0, -1)}["${field}"]` : `${at}${field}`)),
);

/** What the log goes by; what is left out is off. */
type LogSettings = Pick<Config, 'logLevel' | 'logFormat'> & Partial<Pick<Config, 'otlpEndpoint' | 'sentryDsn'>>;

/** One JSON object per line, or lines for people in a terminal. Secrets are replaced by `[redacted]`. */
export function createLogger(config: LogSettings, to?: DestinationStream): Log {
  const options: LoggerOptions = {
    level: config.logLevel,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[redacted]' },
    ...(config.otlpEndpoint !== undefined && { mixin: traceFields }),
    ...(config.sentryDsn !== undefined && { hooks: { logMethod: reporting } }),
  };
  if (config.logFormat === 'json') return to ? pino(options, to) : pino(options);
  return pino(
    options,
    pretty({ colorize: process.stdout.isTTY, translateTime: 'SYS:HH:MM:ss.l', sync: true, destination: to }),
  );
}

const ERROR = 50;
const FATAL = 60;

/** Writes the line, and reports it where it is an error. */
const reporting: NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']> = function (args, method, level) {
  const [fields, message] = args as unknown as [unknown, string | undefined];
  if (level >= ERROR && errorReports) {
    const [about, text] = typeof fields === 'object' && fields !== null ? [fields, message] : [{}, String(fields)];
    errorReports.report(level >= FATAL ? 'fatal' : 'error', about, text);
  }
  method.apply(this, args);
};

/** The process's log. Quiet until {@link configureLogger} has run. */
export let logger: Log = pino({ level: 'silent' });

/** Makes the logger of this process write as the settings say. */
export function configureLogger(config: LogSettings): void {
  logger = createLogger(config);
}

/** Parts of Nest that announce each module and route at start. */
const FRAMEWORK = new Set<unknown>([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'WebSocketsController',
  'NestApplication',
]);

/** Parts of Nest that announce an error of the start and throw it too: who catches it says it once. */
const RETHROWING = new Set<unknown>(['NestApplication', 'ExceptionHandler']);

/** What Nest's own `Logger` writes to. An object as message becomes the line's fields, an Error its `err`. */
export class NestLog implements LoggerService {
  log = (message: unknown, ...rest: unknown[]): void =>
    this.write(FRAMEWORK.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  error = (message: unknown, ...rest: unknown[]): void =>
    this.write(RETHROWING.has(rest.at(-1)) ? 'debug' : 'error', message, rest);
  warn = (message: unknown, ...rest: unknown[]): void => this.write('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]): void => this.write('trace', message, rest);
  fatal = (message: unknown, ...rest: unknown[]): void => this.write('fatal', message, rest);

  /** Nest appends the context, and for errors the stack before it. */
  private write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = typeof rest.at(-1) === 'string' ? (rest.at(-1) as string) : undefined;
    const stack = rest.length > 1 && typeof rest[0] === 'string' ? rest[0] : undefined;
    const fields = { ...(context === undefined ? {} : { context }), ...(stack === undefined ? {} : { stack }) };
    if (message instanceof Error) logger[level]({ ...fields, err: message }, message.message);
    else if (typeof message === 'object' && message !== null) logger[level]({ ...fields, ...message });
    else logger[level](fields, String(message));
  }
}
