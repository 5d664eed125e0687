import bcrypt from 'bcrypt';
import { newId } from '../../platform/common/ids.js';
import { formatApiKey, newRef, newSecret } from './api-key.js';
import type { ScopedKeyDto, MasterKeyDto } from './keys.dto.js';
import type { KeyRow, NewKey } from './keys.repository.js';

/** bcrypt's cheapest: it has nothing to slow down, the secrets have 256 random bits. */
const BCRYPT_COST = 4;

type KeyOptions = Omit<NewKey, 'id' | 'ref' | 'secret_hash'>;

/** A key to be stored, and the text that its holder is given once. */
export async function makeKey(options: KeyOptions): Promise<{ key: NewKey; apiKeyFor: (clientRef: string) => string }> {
  const secret = newSecret();
  const ref = newRef();
  const key = { ...options, id: newId(), ref, secret_hash: await bcrypt.hash(secret, BCRYPT_COST) };
  return { key, apiKeyFor: (clientRef) => formatApiKey({ kind: options.kind, clientRef, keyRef: ref, secret }) };
}

export function toMasterKeyDto(row: KeyRow): MasterKeyDto {
  return {
    id: row.id,
    name: row.name,
    prefix: `ck_${row.kind === 'master' ? 'master' : 'user'}_${row.client_ref}_${row.ref}`,
    permissions: row.permissions,
    expires_at: row.expires_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: (row.rotated_at ?? row.created_at).toISOString(),
  };
}

export function toScopedKeyDto(row: KeyRow): ScopedKeyDto {
  return {
    ...toMasterKeyDto(row),
    user_id: row.user_id!,
    device_id: row.device_id,
    issued_by: row.issued_by,
  };
}
