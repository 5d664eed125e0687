import { createHmac, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** What comes before the 32 bytes of an ed25519 seed in PKCS #8. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Reading a key costs as much as signing with it. */
const KEYS = new LRUCache<string, KeyObject>({ max: 1_000 });

function privateKey(secret: string): KeyObject {
  const known = KEYS.get(secret);
  if (known) return known;
  const seed = Buffer.from(secret.slice(WHSK.length), 'base64');
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  KEYS.set(secret, key);
  return key;
}

const WHSK = 'whsk_';

/** What verifies signatures of an ed25519 secret: `whpk_<base64 of 32 bytes>`. @param secret `whsk_<base64 of the seed>` */
export function publicKeyOf(secret: string): string {
  const spki = createPublicKey(privateKey(secret)).export({ format: 'der', type: 'spki' });
  return `whpk_${spki.subarray(-32).toString('base64')}`;
}

function signatureBy(secret: string, signed: string): string {
  if (secret.startsWith(WHSK)) return `v1a,${sign(null, Buffer.from(signed), privateKey(secret)).toString('base64')}`;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

/**
 * The `webhook-signature` header of Standard Webhooks 1.0: one `v1,<base64>` (HMAC-SHA256) or `v1a,<base64>` (ed25519) per secret, so that receivers can change
 * to a new secret while the old one still counts. By Node's own HMAC: the library of the standard, which verifies it in
 * the spec, hashes in JavaScript and takes three to ten times as long.
 * @param secrets `whsec_<base64>`, or `whsk_<base64 of an ed25519 seed>`
 * @param timestamp seconds
 */
export function signatures(secrets: string[], id: string, timestamp: number, body: string): string {
  const signed = `${id}.${timestamp}.${body}`;
  return secrets.map((secret) => signatureBy(secret, signed)).join(' ');
}

/** All that a signed request carries besides its body: its id, the time, who asks, and a signature for each secret. */
export function signedHeaders(secrets: string[], id: string, body: string): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1000);
  return {
    'content-type': 'application/json',
    'user-agent': 'ChatAPI-Webhooks/1.0',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures(secrets, id, timestamp, body),
  };
}
