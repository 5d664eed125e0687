import { withoutEnd } from '../../platform/common/without-end.js';
import { createHash, createHmac, timingSafeEqual, type BinaryToTextEncoding } from 'node:crypto';
import { sameSecret } from '../../platform/common/same-secret.js';

/** A request to a source, as it is verified. */
export interface InboundRequest {
  /** By lower-case names. */
  headers: Readonly<Record<string, string>>;
  /** The very bytes that were sent. */
  body: Buffer;
  /** What the body says, as far as it can be told. */
  payload: unknown;
  /** Seconds since 1970. */
  now: number;
  toleranceS: number;
}

/** Who an event is: what it must not be taken twice by. */
export interface Identity {
  /** The sender's own id; null where it has none: then equal bodies within the tolerance are one event. */
  external_id: string | null;
  type: string | null;
  /** What may come once, and again with the same body only. */
  once?: string;
  /** Slack asks whether the address is right: the answer, and nothing else is to be done. */
  challenge?: string;
}

/** One way in which senders sign. `Settings` is what its verification was set up with. */
export interface Template<Settings> {
  /** The header of the signature, which is not kept with the event. */
  signatureHeaders(settings: Settings): string[];
  /** @throws Refused when the sender is not who it must be */
  verify(settings: Settings, request: InboundRequest): void;
  /** Of a verified request. @throws Refused for one that has what it needs not */
  identify(settings: Settings, request: InboundRequest): Identity;
  /** The event in a payload, where its sender wraps it up. */
  unwrap?(payload: unknown): unknown;
}

/** Why a request is not taken. What it says goes to whoever asked: nothing of the secret. */
export class Refused extends Error {}

/** By its lower-case name, which clients choose: not what every object has. */
export const findHeader = (headers: InboundRequest['headers'], name: string): string | undefined =>
  Object.hasOwn(headers, name) ? headers[name] : undefined;

/** The header's text. @throws Refused without it */
export function requiredHeaderOf({ headers }: Pick<InboundRequest, 'headers'>, name: string): string {
  const value = findHeader(headers, name);
  if (value === undefined || value === '') throw new Refused(`The header ${name} is missing.`);
  return value;
}

/** @param at seconds, as text. @throws Refused for a time that is too far from now, or none */
export function checkTime(at: string, { now, toleranceS }: InboundRequest): void {
  const time = /^\d{1,12}$/.test(at) ? Number(at) : Number.NaN;
  if (Number.isNaN(time)) throw new Refused('The time of the signature is not a number of seconds.');
  if (Math.abs(now - time) > toleranceS) {
    throw new Refused(`The time of the signature is more than ${toleranceS} s from now.`);
  }
}

export const hmac = (algorithm: string, key: string | Buffer, parts: (string | Buffer)[]): Buffer => {
  const made = createHmac(algorithm, key);
  for (const part of parts) made.update(part);
  return made.digest();
};

/** Whether any of the given signatures is this one, in a time that says nothing of it. */
export function matchesSignature(given: string[], expected: Buffer, encoding: BinaryToTextEncoding): boolean {
  let right = false;
  for (const text of given) {
    const bytes = Buffer.from(text, encoding);
    // Decoding stops at what does not belong: only the whole text counts.
    const whole = sameSecret(stripped(text), stripped(bytes.toString(encoding)));
    if (bytes.length === expected.length && timingSafeEqual(bytes, expected) && whole) right = true;
  }
  return right;
}

/** Hexadecimal digits in any case, base64 with and without its end. */
const stripped = (text: string): string => (/^[0-9a-f]*$/i.test(text) ? text.toLowerCase() : withoutEnd(text, '='));

export const wrongSignature = (): Refused => new Refused('The signature is wrong.');

export const bodyDigestOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

/** A field of what was sent, where it is text that can be an id or a name. */
export function textAt(payload: unknown, ...path: string[]): string | null {
  let value = payload;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === 'string' && value !== '' ? value : null;
}
