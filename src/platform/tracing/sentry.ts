import { hostname } from 'node:os';
import {
  createStackParser,
  createTransport,
  nodeStackLineParser,
  Scope,
  ServerRuntimeClient,
  type ErrorEvent,
  type Exception,
} from '@sentry/core';
import type { Config } from '../config/config.js';
import { packageVersion } from '../config/version.js';
import type { ErrorReports } from './error-reports.js';
import { scrub } from './scrub.js';
import { tracer } from './tracer.js';

const REQUEST_MS = 5_000;
const FLUSH_MS = 2_000;
/** What comes beyond in a minute says nothing new. */
const PER_MINUTE = 60;
/** Of a line's fields: ids, and what is of few values. */
const TAGS = ['request_id', 'client_id', 'context', 'event', 'provider', 'queue', 'reader'] as const;

/**
 * Reports errors to Sentry by its core alone: no instrumentation, no globals, no OpenTelemetry of its own beside ours, and
 * nothing of requests: bodies, headers and breadcrumbs are not gathered at all.
 */
export class SentryReports implements ErrorReports {
  private readonly client: ServerRuntimeClient;
  private minute = 0;
  private sent = 0;

  private readonly role: string;

  constructor({ sentryDsn, otelResource, role }: Pick<Config, 'sentryDsn' | 'otelResource' | 'role'>) {
    this.role = role;
    this.client = new ServerRuntimeClient({
      dsn: sentryDsn!,
      release: `chatapi@${packageVersion()}`,
      environment: otelResource?.['deployment.environment.name'] ?? 'production',
      platform: 'node',
      runtime: { name: 'node', version: process.version },
      serverName: hostname(),
      integrations: [],
      sendDefaultPii: false,
      sendClientReports: false,
      stackParser: createStackParser(nodeStackLineParser()),
      transport: (options) => createTransport(options, post(options.url)),
      beforeSend: scrubbed,
    });
    this.client.init();
  }

  report(level: 'error' | 'fatal', fields: object, message: string | undefined): void {
    if (!this.mayReport()) return;
    const scope = new Scope();
    scope.setLevel(level);
    scope.setTag('role', this.role);
    for (const name of TAGS) {
      const value = (fields as Record<string, unknown>)[name];
      if (typeof value === 'string') scope.setTag(name, scrub(value));
    }
    const span = tracer?.active;
    if (span) {
      scope.setTag('trace_id', span.traceId);
      scope.setContext('trace', { trace_id: span.traceId, span_id: span.spanId });
    }
    const { err } = fields as { err?: unknown };
    if (err === undefined) this.client.captureMessage(message ?? 'error', level, undefined, scope);
    else {
      if (message !== undefined) scope.setContext('log', { message: scrub(message) });
      this.client.captureException(err instanceof Error ? err : new Error(String(err)), undefined, scope);
    }
  }

  async flush(): Promise<void> {
    await Promise.resolve(this.client.flush(FLUSH_MS)).catch(() => undefined);
  }

  private mayReport(): boolean {
    const minute = Math.floor(performance.now() / 60_000);
    if (minute !== this.minute) {
      this.minute = minute;
      this.sent = 0;
    }
    return this.sent++ < PER_MINUTE;
  }
}

function scrubbed(event: ErrorEvent): ErrorEvent {
  const { request: _, user: __, extra: ___, breadcrumbs: ____, ...rest } = event;
  return {
    ...rest,
    ...(rest.message !== undefined && { message: scrub(rest.message) }),
    ...(rest.exception?.values && { exception: { values: rest.exception.values.map(withoutTexts) } }),
  };
}

const withoutTexts = ({ value, stacktrace, ...rest }: Exception): Exception => ({
  ...rest,
  ...(value !== undefined && { value: scrub(value) }),
  ...(stacktrace && {
    stacktrace: { ...stacktrace, frames: (stacktrace.frames ?? []).map(({ vars: _, ...frame }) => frame) },
  }),
});

const post = (url: string) => async (request: { body: string | Uint8Array }) => {
  const response = await fetch(url, {
    method: 'POST',
    body: request.body as string,
    headers: { 'content-type': 'application/x-sentry-envelope' },
    signal: AbortSignal.timeout(REQUEST_MS),
    redirect: 'error',
  });
  await response.body?.cancel();
  return {
    statusCode: response.status,
    headers: {
      'x-sentry-rate-limits': response.headers.get('x-sentry-rate-limits'),
      'retry-after': response.headers.get('retry-after'),
    },
  };
};
