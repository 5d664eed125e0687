import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressGuard } from '../../../platform/common/address-guard.js';
import { inSpan, tracer } from '../../../platform/tracing/tracer.js';

export interface HttpAnswer {
  status: number;
  retryAfter: string | undefined;
  /** At most what `maxBodyBytes` allows. */
  body: string;
}

/** A request that got no answer. `sent`: the body may have reached the other side. */
export class HttpFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly sent: boolean,
  ) {
    super(message);
  }
}

export interface HttpClientOptions {
  /** From the first byte to the end of the answer. */
  timeoutMs: number;
  maxBodyBytes: number;
  /** Asks again over a new connection where a kept one ended: only for what may be asked twice. */
  repeats?: boolean;
}

/** Receivers close what idles, most of them after five seconds or more: whoever is first need not wonder what became of a request. */
const IDLE_MS = 4_000;

/** How many are open at once is for the callers to bound. A burst's connections are kept for the next, then closed when idle. */
const AGENT = {
  keepAlive: true,
  keepAliveMsecs: 10_000,
  maxFreeSockets: 128,
  timeout: IDLE_MS,
  scheduling: 'lifo',
} as const;

interface OfTenant {
  tenant?: string;
}

/** Connections to a host are a tenant's own: what another has open there, or waits for there, is not in its way. */
class TenantsHttpAgent extends HttpAgent {
  override getName(options?: Parameters<HttpAgent['getName']>[0] & OfTenant): string {
    return `${options?.tenant} ${super.getName(options)}`;
  }
}

class TenantsHttpsAgent extends HttpsAgent {
  override getName(options?: Parameters<HttpsAgent['getName']>[0] & OfTenant): string {
    return `${options?.tenant} ${super.getName(options)}`;
  }
}

/** Posts to addresses that tenants name: guarded at connect time, redirects not followed, answers capped. */
export class HttpClient {
  private readonly http: HttpAgent;
  private readonly https: HttpsAgent;

  constructor(
    private readonly guard: AddressGuard,
    private readonly options: HttpClientOptions,
  ) {
    this.http = new TenantsHttpAgent({ ...AGENT, lookup: guard.lookup });
    this.https = new TenantsHttpsAgent({ ...AGENT, lookup: guard.lookup });
  }

  /**
   * @param tenant for whom; connections are not shared between them
   * @param timeoutMs in place of the client's own
   * @throws HttpFailure when there was no answer
   */
  post(
    tenant: string,
    url: string,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
    timeoutMs = this.options.timeoutMs,
  ): Promise<HttpAnswer> {
    if (tracer === null) return this.request(tenant, url, headers, body, signal, timeoutMs);
    const attributes = { 'http.request.method': 'POST', 'chatapi.client_id': tenant };
    return inSpan('POST', { kind: 'client', attributes }, async (span) => {
      const answer = await this.request(tenant, url, { ...span!.headers(), ...headers }, body, signal, timeoutMs);
      span!.answered(answer.status);
      return answer;
    });
  }

  private async request(
    tenant: string,
    url: string,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
    timeoutMs: number,
  ): Promise<HttpAnswer> {
    const target = new URL(url);
    try {
      // Literals are not looked up, so the guard sees them here.
      this.guard.assertLiteral(target.hostname);
      return await this.attempt(tenant, target, headers, body, signal, timeoutMs, this.options.repeats ?? false);
    } catch (error) {
      throw error instanceof HttpFailure ? error : failureOf(error as NodeJS.ErrnoException, false);
    }
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }

  private attempt(
    tenant: string,
    target: URL,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
    timeoutMs: number,
    mayRepeat: boolean,
  ): Promise<HttpAnswer> {
    const { options } = this;
    const secure = target.protocol === 'https:';
    return new Promise((resolve, reject) => {
      let connected = false;
      let answered = false;
      const request = (secure ? httpsRequest : httpRequest)(target, {
        method: 'POST',
        agent: secure ? this.https : this.http,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        signal,
        tenant,
      } as RequestOptions);
      const timer = setTimeout(
        () => request.destroy(Object.assign(new Error(`No answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' })),
        timeoutMs,
      );
      request.once('socket', (socket) => {
        const ready = secure ? 'secureConnect' : 'connect';
        if (socket.connecting) socket.once(ready, () => (connected = true));
        else connected = true;
      });
      request.once('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        // A kept connection that ended, nearly always before the request was read; but nobody can tell.
        const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        if (stale && mayRepeat) resolve(this.attempt(tenant, target, headers, body, signal, timeoutMs, false));
        else reject(failureOf(error, connected));
      });
      request.once('response', (response) => {
        answered = true;
        readCapped(response, options.maxBodyBytes).then(
          (text) => {
            clearTimeout(timer);
            resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body: text });
          },
          (error: NodeJS.ErrnoException) => {
            clearTimeout(timer);
            reject(failureOf(error, true));
          },
        );
      });
      // It has another protocol from here on, which nobody here speaks.
      request.once('upgrade', ({ statusCode = 0 }, socket) => {
        clearTimeout(timer);
        socket.destroy();
        resolve({ status: statusCode, retryAfter: undefined, body: '' });
      });
      // Whatever ended it without a word: nothing comes after this.
      request.once('close', () => {
        if (answered) return;
        clearTimeout(timer);
        reject(failureOf(Object.assign(new Error('The connection ended without an answer.'), { code: '' }), connected));
      });
      request.end(body);
    });
  }
}

/** Reads at most `max` bytes; a longer body is cut off with its connection. */
async function readCapped(response: IncomingMessage, max: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = () => resolve(Buffer.concat(chunks).subarray(0, max).toString('utf8'));
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > max) {
        done();
        response.destroy();
      }
    });
    response.once('end', done);
    response.once('error', reject);
  });
}

function failureOf(error: NodeJS.ErrnoException, sent: boolean): HttpFailure {
  const code = error.name === 'AbortError' ? 'aborted' : (CODES[error.code ?? ''] ?? tlsOrConnection(error));
  return new HttpFailure(code, error.message || String(error.code), sent);
}

const CODES: Record<string, string> = {
  EBLOCKED: 'address_blocked',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'name_not_resolved',
  EAI_AGAIN: 'name_not_resolved',
  ECONNREFUSED: 'connection_refused',
};

const tlsOrConnection = ({ code = '' }: NodeJS.ErrnoException): string =>
  /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(code) ? 'tls_failed' : 'connection_failed';
