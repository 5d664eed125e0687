import { createHmac } from 'node:crypto';

/**
 * The `webhook-signature` header of Standard Webhooks 1.0: one `v1,<base64>` per secret, so that receivers can change
 * to a new secret while the old one still counts. By Node's own HMAC: the library of the standard, which verifies it in
 * the spec, hashes in JavaScript and takes three to ten times as long.
 * @param secrets `whsec_<base64>`
 * @param timestamp seconds
 */
export function signatures(secrets: string[], id: string, timestamp: number, body: string): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
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
