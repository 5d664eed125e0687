import { createHmac } from 'node:crypto';
import { sameSecret } from '../../../platform/common/same-secret.js';
import type { ProviderEvent, ProviderSuppression } from '../provider.js';

/** What stands in `signature` of Mailgun's webhooks. */
export interface MailgunSignature {
  /** Seconds. */
  timestamp: string;
  token: string;
  signature: string;
}

/** How far the signature's time may be from ours. */
export const TOLERANCE_S = 900;

/** Read from a webhook's body, or from among the fields of a form; null when there is none. */
export function signatureIn(payload: unknown): MailgunSignature | null {
  const found = objectAt(payload, 'signature') ?? (payload as Record<string, unknown> | null);
  const [timestamp, token, signature] = [found?.timestamp, found?.token, found?.signature].map((value) =>
    typeof value === 'number' ? String(value) : value,
  );
  const texts = [timestamp, token, signature].every((value) => typeof value === 'string' && value !== '');
  return texts ? ({ timestamp, token, signature } as MailgunSignature) : null;
}

/**
 * Is it Mailgun's: the HMAC-SHA256 of time and token under the signing key, in hex, and not of another time?
 * Whether its token was used before is for the caller to say.
 */
export function isSignedByMailgun(
  { timestamp, token, signature }: MailgunSignature,
  signingKey: string,
  { toleranceS = TOLERANCE_S, now = Date.now() } = {},
): boolean {
  const expected = createHmac('sha256', signingKey).update(`${timestamp}${token}`).digest('hex');
  const age = Math.abs(now / 1_000 - Number(timestamp));
  return sameSecret(signature.toLowerCase(), expected) && age <= toleranceS;
}

/** The event that a webhook's body tells of; null for those that change nothing, such as `accepted`. */
export function mailgunEventIn(payload: unknown): ProviderEvent | null {
  const data = objectAt(payload, 'event-data');
  return readEvent(data ?? eventOfForm(payload));
}

/** What Mailgun's lists are the reason of, by the code of a `dropped`. */
const DROPPED: ReadonlyMap<string, string> = new Map([
  ['605', 'suppress-bounce'],
  ['606', 'suppress-unsubscribe'],
  ['607', 'suppress-complaint'],
]);

/**
 * The fields of a form, as Mailgun's legacy webhooks (help.mailgun.com, Legacy Webhooks) have them, as an event of today: what hard
 * bounced and what was dropped both are a permanent failure.
 */
function eventOfForm(payload: unknown): Record<string, unknown> | null {
  const form = typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : {};
  const { event, code, reason } = form;
  const id = messageIdIn(form);
  if (typeof event !== 'string' || id === null) return null;
  const told = { recipient: form.recipient, timestamp: form.timestamp, message: { headers: { 'message-id': id } } };
  if (event === 'bounced') return { ...told, event: 'failed', severity: 'permanent', reason: 'bounce' };
  if (event !== 'dropped') return { ...told, event };
  const because = DROPPED.get(String(code)) ?? (reason === 'hardfail' ? 'generic' : reason);
  const status = { message: form.error ?? form.description };
  return { ...told, event: 'failed', severity: 'permanent', reason: because, 'delivery-status': status };
}

function messageIdIn(form: Record<string, unknown>): string | null {
  const given = form['Message-Id'] ?? form['message-id'] ?? headerIn(form['message-headers'], 'message-id');
  return typeof given === 'string' && given !== '' ? given.replace(/^<|>$/g, '') : null;
}

/** `message-headers`: JSON, a list of names and values. */
function headerIn(text: unknown, name: string): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    const list = JSON.parse(text) as unknown;
    if (!Array.isArray(list)) return undefined;
    const found: unknown = list.find((pair) => Array.isArray(pair) && String(pair[0]).toLowerCase() === name);
    return (found as unknown[] | undefined)?.[1];
  } catch {
    return undefined;
  }
}

const KINDS: ReadonlyMap<string, ProviderEvent['kind']> = new Map(
  (['delivered', 'opened', 'clicked', 'complained', 'unsubscribed'] as const).map((kind) => [kind, kind]),
);

/** What Mailgun did not even try, because its own list says so. */
const SUPPRESSED: ReadonlyMap<string, ProviderSuppression> = new Map([
  ['bounce', 'bounce'],
  ['suppress-bounce', 'bounce'],
  ['suppress-complaint', 'complaint'],
  ['suppress-unsubscribe', 'unsubscribe'],
]);

/** An event as webhooks and the events API write it. @returns null for one that is of no consequence, or is none */
export function readEvent(data: Record<string, unknown> | null): ProviderEvent | null {
  const id = objectAt(objectAt(data, 'message'), 'headers')?.['message-id'];
  const { event, recipient, timestamp } = data ?? {};
  const seconds = Number(timestamp);
  if (typeof event !== 'string' || !isStorable(id) || !Number.isFinite(seconds)) return null;
  if (recipient !== undefined && recipient !== '' && !isStorable(recipient)) return null;
  const meaning = event === 'failed' ? failureOf(data!) : meaningOf(event);
  if (!meaning) return null;
  return {
    provider_message_id: id,
    ...(isStorable(recipient) && { recipient }),
    occurred_at: new Date(Math.min(Math.max(seconds, 0) * 1_000, MAX_TIME_MS)),
    ...meaning,
  };
}

/** Ids and addresses that hold what PostgreSQL can't are none of ours. */
const isStorable = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && !value.includes('\u0000') && value.isWellFormed();

/** The last moment of year 9999. */
const MAX_TIME_MS = 253_402_300_799_000;

type Meaning = Pick<ProviderEvent, 'kind' | 'code' | 'suppress'>;

function meaningOf(event: string): Meaning | null {
  const kind = KINDS.get(event);
  if (!kind) return null;
  if (kind === 'complained') return { kind, suppress: 'complaint' };
  return kind === 'unsubscribed' ? { kind, suppress: 'unsubscribe' } : { kind };
}

/** `severity` says whether Mailgun tries again, `reason` why it failed: what bounced, bounces again. */
function failureOf(data: Record<string, unknown>): Meaning {
  const reason = typeof data.reason === 'string' ? data.reason.toLowerCase() : 'bounce';
  if (data.severity === 'temporary') return { kind: 'deferred', code: 'deferred' };
  const suppress = SUPPRESSED.get(reason) ?? (reason === 'generic' && isHard(data) ? 'bounce' : undefined);
  return { kind: 'failed', code: codeOf(reason), ...(suppress && { suppress }) };
}

/** A mail server's word that there is no such address (RFC 3463: 5.1.x). */
function isHard(data: Record<string, unknown>): boolean {
  const status = objectAt(data, 'delivery-status');
  return [status?.['enhanced-code'], status?.['bounce-code'], status?.message].some(
    (text) => typeof text === 'string' && /\b5\.1\.(?:1|2|3|6|10)\b/.test(text),
  );
}

const codeOf = (reason: string): string =>
  reason === 'bounce' || reason === 'generic' ? 'bounced' : reason.replaceAll(/[^a-z0-9]+/g, '_').slice(0, 60);

function objectAt(holder: unknown, name: string): Record<string, unknown> | null {
  if (typeof holder !== 'object' || holder === null) return null;
  const value = (holder as Record<string, unknown>)[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
