import { Injectable } from '@nestjs/common';
import bcrypt from 'bcrypt';
import { Config } from '../../platform/config/config.js';
import { Problem } from '../../platform/common/problem.js';
import { parseApiKey, type ParsedKey } from './api-key.js';
import { factsOf } from '../clients/client-facts.js';
import { AuthChanges } from './auth-changes.js';
import { NIL_UUID } from '../access/caller.js';
import type { KeyIdentity } from './key-identity.js';
import { KeysRepository, type KeyState } from './keys.repository.js';
import { LastUsed } from './last-used.js';
import { VerifiedKeys, type VerifiedKey } from './verified-keys.js';

const REMEMBERED_KEYS = 20_000;
const NOTE_USE_MS = 60_000;

const OPERATOR: KeyIdentity = {
  kind: 'admin',
  clientId: NIL_UUID,
  keyId: NIL_UUID,
  permissions: null,
  user: null,
  expiresAt: null,
  client: null,
};

/**
 * Finds out whom a key stands for. A key seen for the first time costs one read and one bcrypt (its cheapest cost:
 * secrets have 256 random bits); from then on microseconds, as long as the node hears of changes.
 */
@Injectable()
export class KeysService {
  private readonly verified = new VerifiedKeys(REMEMBERED_KEYS);
  private readonly running = new Map<string, Promise<VerifiedKey>>();
  private readonly operatorDigest: string;

  constructor(
    private readonly repository: KeysRepository,
    private readonly changes: AuthChanges,
    private readonly lastUsed: LastUsed,
    config: Config,
  ) {
    this.operatorDigest = this.verified.digest(config.adminApiKey);
    changes.onChanged((changed) =>
      this.verified.markStale(
        new Set(changed.flatMap(({ key_id }) => key_id ?? [])),
        new Set(changed.flatMap(({ key_id, client_id }) => (key_id === null ? client_id : []))),
      ),
    );
  }

  /**
   * The answer that needs nobody asked: for keys verified before and confirmed since.
   * @returns null when {@link authenticate} has to find out
   * @throws Problem `client_suspended`
   */
  recall(apiKey: string): KeyIdentity | null {
    return this.recallDigest(this.verified.digest(apiKey));
  }

  /** @throws Problem `invalid_key`, `client_suspended` */
  async authenticate(apiKey: string): Promise<KeyIdentity> {
    const digest = this.verified.digest(apiKey);
    const known = this.recallDigest(digest);
    if (known) return known;
    const parsed = parseApiKey(apiKey);
    if (!parsed) throw invalidKey();
    // Many requests with one cold key share one read and one bcrypt.
    let running = this.running.get(digest);
    if (!running) {
      running = this.verify(digest, parsed).finally(() => this.running.delete(digest));
      this.running.set(digest, running);
    }
    const key = await running;
    // Who came while it was read knows of changes that it may not: it is read once more, after they came.
    return this.admit(key.stale ? await this.verify(digest, parsed) : key);
  }

  private recallDigest(digest: string): KeyIdentity | null {
    // Comparing digests under a random key tells nothing by how long it takes.
    if (digest === this.operatorDigest) return OPERATOR;
    const key = this.verified.get(digest);
    if (!key || key.stale || !this.changes.trusted() || key.expiresAtMs <= performance.now()) return null;
    return this.admit(key);
  }

  private async verify(digest: string, parsed: ParsedKey): Promise<VerifiedKey> {
    const version = this.changes.version;
    const state = await this.repository.findByRefs(parsed.clientRef, parsed.keyRef);
    const live = state !== null && !state.revoked && (state.expires_in_ms ?? 1) > 0;
    if (!live || state.kind !== parsed.kind) {
      this.verified.delete(digest);
      throw invalidKey();
    }
    const before = this.verified.get(digest);
    if (!before && !(await bcrypt.compare(parsed.secret, state.secret_hash))) throw invalidKey();
    const key: VerifiedKey = {
      identity: toIdentity(state, parsed.clientRef),
      expiresAtMs: state.expires_in_ms === null ? Infinity : performance.now() + state.expires_in_ms,
      // What changed while this was read may have changed this key.
      stale: version !== this.changes.version,
      usedAtMs: before?.usedAtMs ?? Number.NEGATIVE_INFINITY,
    };
    this.verified.set(digest, key);
    return key;
  }

  private admit(key: VerifiedKey): KeyIdentity {
    const { identity } = key;
    if (identity.client!.suspended) {
      throw new Problem('client_suspended', 'The client is suspended: none of its keys work until it is reactivated.');
    }
    const now = performance.now();
    if (now - key.usedAtMs > NOTE_USE_MS) {
      key.usedAtMs = now;
      this.lastUsed.note(identity.clientId, identity.keyId);
    }
    return identity;
  }
}

export const invalidKey = (): Problem =>
  new Problem('invalid_key', 'The key is unknown, revoked or expired.', {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });

function toIdentity(state: KeyState, clientRef: string): KeyIdentity {
  return {
    kind: state.kind,
    clientId: state.client_id,
    keyId: state.id,
    permissions: state.permissions === null ? null : new Set(state.permissions),
    user:
      state.user_pk === null
        ? null
        : {
            user_pk: state.user_pk,
            user_id: state.user_id!,
            display_name: state.display_name,
            banned_until: state.banned_until,
          },
    expiresAt: state.expires_at,
    client: {
      id: state.client_id,
      ref: clientRef,
      name: state.client_name,
      slug: state.slug,
      suspended: state.suspended,
      ...factsOf(state),
      allowed_origins: state.allowed_origins,
    },
  };
}
