import { createHash, randomInt } from 'node:crypto';
import type { KeyRing } from '../../platform/common/key-ring.js';
import { sealedColumns } from '../../platform/database/sealed-columns.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 131 random bits: nobody guesses one. */
const LENGTH = 22;

/** A code as it is stored: found by its digest, shown again from its encrypted text. */
export interface StoredCode {
  digest: Buffer;
  encrypted: string;
}

export const makeCode = (): string =>
  Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** Of so much chance a plain hash gives nothing away. */
export const codeDigestOf = (code: string): Buffer => createHash('sha256').update(code).digest();

export const store = (code: string, keyRing: KeyRing, clientId: string, inviteId: string): StoredCode => ({
  digest: codeDigestOf(code),
  encrypted: keyRing.encrypt(code, contextOf(clientId, inviteId)),
});

export const reveal = (encrypted: string, keyRing: KeyRing, clientId: string, inviteId: string): string =>
  keyRing.decrypt(encrypted, contextOf(clientId, inviteId));

const contextOf = (clientId: string, inviteId: string): string => `invite:${clientId}:${inviteId}`;

sealedColumns({
  table: 'invites',
  key: { client_id: 'uuid', id: 'uuid' },
  columns: ['code_encrypted'],
  context: ({ client_id, id }) => contextOf(String(client_id), String(id)),
});
