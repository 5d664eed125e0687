import { randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A key taken apart: `ck_<master|user>_<client_ref>_<key_ref>_<secret><checksum>`. */
export interface ParsedKey {
  kind: 'master' | 'scoped';
  clientRef: string;
  keyRef: string;
  secret: string;
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 > 2^256 */
const SECRET_CHARS = 43;
/** 62^6 > 2^32 */
const CHECKSUM_CHARS = 6;
const REF_CHARS = 12;
const REF_ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

const SHAPE = new RegExp(
  `^ck_(master|user)_([a-z0-9]{${REF_CHARS}})_([a-z0-9]{${REF_CHARS}})_([0-9A-Za-z]{${SECRET_CHARS}})([0-9A-Za-z]{${CHECKSUM_CHARS}})$`,
);

/** How a kind is written in a key: people read "user" where the code says "scoped". */
const WIRE_KIND = { master: 'master', scoped: 'user' } as const;

/** A public reference by which a client or a key is found: short, and easy to read aloud. */
export function newRef(): string {
  let ref = '';
  for (let i = 0; i < REF_CHARS; i++) ref += REF_ALPHABET[randomInt(REF_ALPHABET.length)];
  return ref;
}

/** 256 random bits in letters and digits, so that a double click selects the whole key. */
export function newSecret(): string {
  return toBase62(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_CHARS);
}

export function formatApiKey({ kind, clientRef, keyRef, secret }: ParsedKey): string {
  const body = `ck_${WIRE_KIND[kind]}_${clientRef}_${keyRef}_${secret}`;
  return body + checksum(body);
}

/** @returns null for text that was never a key of ours, found out without asking anybody */
export function parseApiKey(text: string): ParsedKey | null {
  const match = SHAPE.exec(text);
  if (!match) return null;
  const [, kind, clientRef, keyRef, secret, sum] = match as unknown as string[];
  if (checksum(text.slice(0, -CHECKSUM_CHARS)) !== sum) return null;
  return { kind: kind === 'user' ? 'scoped' : 'master', clientRef: clientRef!, keyRef: keyRef!, secret: secret! };
}

const checksum = (body: string): string => toBase62(BigInt(crc32(body)), CHECKSUM_CHARS);

function toBase62(value: bigint, chars: number): string {
  let text = '';
  for (let i = 0; i < chars; i++) {
    text = BASE62[Number(value % 62n)]! + text;
    value /= 62n;
  }
  return text;
}
