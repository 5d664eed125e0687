import { hash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { KeyIdentity } from './key-identity.js';

/** A key whose secret was verified once. The secret of a key never changes, so that stays true for good. */
export interface VerifiedKey {
  identity: KeyIdentity;
  /** By this process's monotonic clock, in ms; Infinity for keys that don't expire. */
  expiresAtMs: number;
  /** Something about the key or its client changed: read it again before it is believed. */
  stale: boolean;
  /** When its use was last noted, by the monotonic clock. */
  usedAtMs: number;
}

/**
 * The keys that were seen lately, least recently used ones dropped first. Remembered under a digest keyed with random
 * bytes of this process: neither a secret nor anything that can be matched against one stays in memory.
 */
export class VerifiedKeys {
  /** Of one length, before what is hashed: as good here as an HMAC, which takes four times as long, of every request. */
  private readonly digestKey = randomBytes(32).toString('base64');
  private readonly byDigest: LRUCache<string, VerifiedKey>;

  constructor(capacity: number) {
    this.byDigest = new LRUCache({ max: capacity });
  }

  digest(apiKey: string): string {
    return hash('sha256', this.digestKey + apiKey, 'base64');
  }

  get(digest: string): VerifiedKey | undefined {
    return this.byDigest.get(digest);
  }

  set(digest: string, key: VerifiedKey): void {
    this.byDigest.set(digest, key);
  }

  delete(digest: string): void {
    this.byDigest.delete(digest);
  }

  get size(): number {
    return this.byDigest.size;
  }

  /** Marks what changed: single keys, or every key of the clients named. */
  markStale(keyIds: ReadonlySet<string>, clientIds: ReadonlySet<string>): void {
    for (const key of this.byDigest.values()) {
      if (keyIds.has(key.identity.keyId) || clientIds.has(key.identity.clientId)) key.stale = true;
    }
  }
}
