import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares without telling by its duration how much was right, nor how long the secret is. */
export function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
