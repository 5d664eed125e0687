import { ChatError } from './errors.js';
import type { ChatEvent } from './generated/events.js';

/** The headers of a request: of `fetch`, of Node, or a plain object. */
export type WebhookHeaders = { get(name: string): string | null } | Record<string, string | string[] | undefined>;

/** How a webhook is verified. */
export interface VerifyOptions {
  /** How far the sender's clock may be away, in seconds (300). */
  toleranceS?: number;
}

const TOLERANCE_S = 300;
/** Nobody's rotation takes more: a header full of signatures must not keep us at work. */
const MOST_SIGNATURES = 16;
const SECRET = /^(whsec_|whpk_)?([A-Za-z0-9+/]+={0,2})$/;

/**
 * Verifies a received webhook (Standard Webhooks 1.0) and gives its event. Throws `ChatError` `bad_signature` where it is not
 * authentic or too old: answer 401 then.
 *
 *     const event = await verifyWebhook(rawBody, request.headers, process.env.WEBHOOK_SECRET);
 *     if (event.type === 'message.created') console.log(event.data.content);
 *
 * An event may come more than once, with the same `webhook-id`: act once on each.
 *
 * @param rawBody the body exactly as it came, before any parsing
 * @param secret what the endpoint was made with: `whsec_…`, or the public key `whpk_…`; several while you change from one to
 * the other
 * @returns the body: an event for endpoints; say `verifyWebhook<MyPayload>` for a notification's own payload
 */
export async function verifyWebhook<T = ChatEvent>(
  rawBody: string | Uint8Array | ArrayBuffer,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  options: VerifyOptions = {},
): Promise<T> {
  const id = header(headers, 'webhook-id');
  const at = header(headers, 'webhook-timestamp');
  const given = header(headers, 'webhook-signature').split(' ').slice(0, MOST_SIGNATURES);
  checkTime(at, options.toleranceS ?? TOLERANCE_S);

  const body = typeof rawBody === 'string' ? utf8(rawBody) : new Uint8Array(rawBody);
  const signed = new Uint8Array([...utf8(`${id}.${at}.`), ...body]);
  const verifiers = (typeof secret === 'string' ? [secret] : secret).map(verifierOf);
  // All of them, whatever the first says: how long it takes tells nothing.
  const results = await Promise.all(verifiers.flatMap((verify) => given.map((one) => verify(one, signed))));
  if (!results.includes(true)) throw refused('no signature fits the secret and the raw body');
  try {
    return JSON.parse(new TextDecoder().decode(body)) as T;
  } catch (cause) {
    throw refused('the body is signed, but not JSON', cause);
  }
}

const refused = (why: string, cause?: unknown) =>
  new ChatError('bad_signature', `The webhook is not taken: ${why}`, { status: 401, cause });

function header(headers: WebhookHeaders, name: string): string {
  const value =
    typeof headers.get === 'function'
      ? (headers as { get(name: string): string | null }).get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  const text = Array.isArray(value) ? value[0] : value;
  if (typeof text !== 'string' || text === '') throw refused(`it has no header ${name}`);
  return text;
}

function checkTime(at: string, toleranceS: number): void {
  const apart = Math.abs(Date.now() / 1000 - Number(at));
  // So that what is no number is refused too.
  if (!(apart <= toleranceS)) throw refused(`webhook-timestamp ${at} is more than ${toleranceS} s from now`);
}

type Verifier = (signature: string, signed: Uint8Array<ArrayBuffer>) => Promise<boolean>;

function verifierOf(secret: string): Verifier {
  const [, prefix, encoded] = SECRET.exec(secret) ?? [];
  if (encoded === undefined) throw new TypeError('secret must be whsec_… or whpk_… as the endpoint showed it');
  const { subtle } = globalThis.crypto;
  const isPublic = prefix === 'whpk_';
  const algorithm = isPublic ? 'Ed25519' : { name: 'HMAC', hash: 'SHA-256' };
  const version = isPublic ? 'v1a,' : 'v1,';
  const key = subtle.importKey('raw', bytes(encoded), algorithm, false, ['verify']);
  return async (signature, signed) => {
    if (!signature.startsWith(version)) return false;
    const text = signature.slice(version.length);
    // `verify` compares in constant time.
    return SECRET.test(text) && subtle.verify(algorithm, await key, bytes(text), signed);
  };
}

const utf8 = (text: string) => new TextEncoder().encode(text);

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  const binary = globalThis.atob(base64);
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
