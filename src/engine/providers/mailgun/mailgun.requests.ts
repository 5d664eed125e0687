import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressGuard } from '../../../platform/common/address-guard.js';
import { inSpan, tracer, type Span, type SpanOptions } from '../../../platform/tracing/tracer.js';

/** Mailgun answered, and not with 2xx; or with something that is no answer of Mailgun's. */
export class MailgunRefusal extends Error {
  constructor(
    readonly status: number,
    /** As it came, its beginning. */
    readonly body: string,
    readonly retryAfter: string | undefined,
  ) {
    super(saidIn(body) ?? `Mailgun answered ${status}.`);
  }
}

/** There was no answer. `sent`: Mailgun may have the whole request. */
export class MailgunSilence extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly sent: boolean,
  ) {
    super(message);
  }
}

/** An answer as mailgun.js wants it. */
interface MailgunAnswer {
  status: number;
  body: unknown;
}

/** A page of 300 events is well below. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const MAX_SAID_BYTES = 4_096;

/** Each request has a connection of its own: on a kept one that just died, it could not be told whether mail was taken. */
const AGENT = { keepAlive: false } as const;

/**
 * What mailgun.js sends its requests by, instead of its own axios, which looks at no address: connections are guarded
 * when they are made, redirects are not followed, and a request ends with its signal.
 */
export class MailgunRequests {
  private readonly http: HttpAgent;
  private readonly https: HttpsAgent;

  constructor(private readonly guard: AddressGuard) {
    this.http = new HttpAgent({ ...AGENT, lookup: guard.lookup });
    this.https = new HttpsAgent({ ...AGENT, lookup: guard.lookup });
  }

  /** The `requestProvider` of a client of mailgun.js: one key, and one signal, for all that it asks. */
  of(apiKey: string, signal: AbortSignal) {
    return {
      makeRequest: async (
        url: string,
        method: string,
        { params, data }: { params?: URLSearchParams; data?: unknown },
      ) => {
        const target = new URL(url);
        for (const [name, value] of params ?? []) target.searchParams.append(name, value);
        const form = await encode(data);
        if (tracer === null) return this.send(target, method, form, apiKey, signal, null);
        return inSpan(method, requestOf(method), (span) => this.send(target, method, form, apiKey, signal, span));
      },
      setSubAccountHeader: () => undefined,
      resetSubAccountHeader: () => undefined,
    };
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }

  private send(
    target: URL,
    method: string,
    form: Encoded | null,
    apiKey: string,
    signal: AbortSignal,
    span: Span | null,
  ): Promise<MailgunAnswer> {
    const secure = target.protocol === 'https:';
    return new Promise((resolve, reject) => {
      let answered = false;
      const fail = (error: NodeJS.ErrnoException, sent: boolean): void => reject(silence(error, sent));
      try {
        // Literals are not looked up, so the guard sees them here.
        this.guard.assertLiteral(target.hostname);
        signal.throwIfAborted();
      } catch (error) {
        return fail(error as NodeJS.ErrnoException, false);
      }
      const request = (secure ? httpsRequest : httpRequest)(target, {
        method,
        agent: secure ? this.https : this.http,
        auth: `api:${apiKey}`,
        headers: {
          accept: 'application/json',
          ...span?.headers(),
          ...(form && { 'content-type': form.type, 'content-length': String(form.bytes.length) }),
        },
        signal,
      });
      request.once('error', (error: NodeJS.ErrnoException) => fail(error, request.writableFinished));
      request.once('response', (response) => {
        answered = true;
        span?.answered(response.statusCode ?? 0);
        readAnswer(response).then(resolve, (error: Error) =>
          error instanceof MailgunRefusal ? reject(error) : fail(error, true),
        );
      });
      request.once('upgrade', (_, socket) => socket.destroy());
      // Whatever ended it without a word: nothing comes after this.
      request.once('close', () => {
        if (!answered) fail(new Error('The connection ended without an answer.'), request.writableFinished);
      });
      request.end(form?.bytes);
    });
  }
}

const requestOf = (method: string): SpanOptions => ({ kind: 'client', attributes: { 'http.request.method': method } });

interface Encoded {
  type: string;
  bytes: Buffer;
}

async function encode(data: unknown): Promise<Encoded | null> {
  if (!(data instanceof FormData)) return null;
  const form = new Response(data);
  return { type: form.headers.get('content-type')!, bytes: Buffer.from(await form.arrayBuffer()) };
}

async function readAnswer(response: IncomingMessage): Promise<MailgunAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('The answer is longer than any of Mailgun.');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const status = response.statusCode ?? 0;
  const body = status >= 200 && status < 300 ? asObject(text) : null;
  if (body) return { status, body };
  throw new MailgunRefusal(status, text.slice(0, MAX_SAID_BYTES), response.headers['retry-after']);
}

function asObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** The `message` of an error's body; a plain text stands for itself. */
function saidIn(body: string): string | undefined {
  const { message } = (asObject(body) ?? {}) as { message?: unknown };
  if (typeof message === 'string' && message !== '') return message;
  return /^[^<{]/.test(body) ? body.slice(0, 500).trim() : undefined;
}

function silence(error: NodeJS.ErrnoException, sent: boolean): MailgunSilence {
  const aborted = error.name === 'AbortError' || error.name === 'TimeoutError';
  const code = aborted ? 'timeout' : (CODES[error.code ?? ''] ?? tlsOrConnection(error));
  return new MailgunSilence(code, error.message || String(error.code), sent);
}

const CODES: Record<string, string> = {
  EBLOCKED: 'address_blocked',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'name_not_resolved',
  EAI_AGAIN: 'name_not_resolved',
  ECONNREFUSED: 'connection_failed',
};

const tlsOrConnection = ({ code = '' }: NodeJS.ErrnoException): string =>
  /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code) ? 'tls_failed' : 'connection_failed';
