import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressGuard } from '../../platform/common/address-guard.js';
import { inSpan, tracer } from '../../platform/tracing/tracer.js';
import { parseLink } from './links.js';

/** What was found at a link. */
export type FetchedPage =
  | { kind: 'html'; /** After redirects. */ url: URL; contentType: string; body: Buffer }
  | { kind: 'image'; mimeType: string };

/** There is nothing there that could be shown. */
export class NoPage extends Error {}

const MAX_REDIRECTS = 3;
const MAX_BODY_BYTES = 256 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;

const HEADERS = {
  accept: 'text/html, application/xhtml+xml, image/*;q=0.5',
  // What is packed may be any size unpacked.
  'accept-encoding': 'identity',
  'user-agent': 'ChatAPI-LinkPreview/1.0 (bot)',
};

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const HTML = new Set(['text/html', 'application/xhtml+xml']);
const IMAGES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

/**
 * Reads pages that users of tenants name: at public addresses only, looked at for each redirect when its connection is made,
 * with nothing of ours in the request but, where traces are on, the ids of its span, and no more of the answer than its head.
 */
export class PageClient {
  constructor(private readonly guard: AddressGuard) {}

  /**
   * @param signal ends it, wherever it is
   * @throws NoPage; BlockedAddressError; what the connection fails with
   */
  async get(link: string, signal: AbortSignal): Promise<FetchedPage> {
    let url = parseLink(link);
    for (let hops = 0; url !== null && hops <= MAX_REDIRECTS; hops++) {
      const response = await this.ask(url, signal);
      try {
        const { statusCode = 0, headers } = response;
        if (!REDIRECTS.has(statusCode)) return await read(response, url);
        url = headers.location === undefined ? null : parseLink(headers.location, url);
      } finally {
        response.destroy();
      }
    }
    throw new NoPage(url === null ? 'It leads to no address that can be asked.' : 'It leads on and on.');
  }

  private ask(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
    if (tracer === null) return this.request(url, HEADERS, signal);
    return inSpan('GET', { kind: 'client', attributes: { 'http.request.method': 'GET' } }, async (span) => {
      const response = await this.request(url, { ...HEADERS, traceparent: span!.traceparent }, signal);
      span!.answered(response.statusCode ?? 0);
      return response;
    });
  }

  private async request(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
    // Literals are not looked up, so the guard sees them here.
    this.guard.assertLiteral(url.hostname);
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
        agent: false,
        headers,
        lookup: this.guard.lookup,
        maxHeaderSize: MAX_HEADER_BYTES,
        signal,
      });
      request.once('response', (response) => {
        // When nobody reads it any more.
        response.on('error', () => {});
        resolve(response);
      });
      request.on('error', reject);
      request.once('upgrade', (_, socket) => socket.destroy());
      request.once('close', () => reject(new NoPage('The connection ended without an answer.')));
      request.end();
    });
  }
}

async function read(response: IncomingMessage, url: URL): Promise<FetchedPage> {
  const { statusCode, headers } = response;
  const contentType = headers['content-type'] ?? '';
  const mimeType = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (statusCode !== 200) throw new NoPage(`It answered ${statusCode}.`);
  if (IMAGES.has(mimeType)) return { kind: 'image', mimeType };
  if (!HTML.has(mimeType)) throw new NoPage('It is no page.');
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw new NoPage('It is packed.');
  return { kind: 'html', url, contentType, body: await readHeadOf(response) };
}

/** Up to the end of its head, or as much as a page may be. */
async function readHeadOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  let end = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    end += chunk.toString('latin1').toLowerCase();
    if (size >= MAX_BODY_BYTES || end.includes('</head')) break;
    end = end.slice(-5);
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES);
}
