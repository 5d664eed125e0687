import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyRing } from '../../platform/common/key-ring.js';
import { sealedColumns } from '../../platform/database/sealed-columns.js';
import { publicKeyOf } from '../../engine/providers/webhook/signature.js';
import type { EndpointRow } from './endpoint.js';
import type { SignatureKind } from './endpoints.dto.js';

type Place = Pick<EndpointRow, 'client_id' | 'id'>;

/** What endpoints have that nobody else may read: secrets that sign, and headers that may hold others. Encrypted at rest. */
@Injectable()
export class EndpointSecrets {
  constructor(private readonly keyRing: KeyRing) {}

  /** A fresh one, encrypted. */
  make(place: Place, signature: SignatureKind): string {
    const prefix = signature === 'v1' ? 'whsec_' : 'whsk_';
    return this.keyRing.encrypt(prefix + randomBytes(32).toString('base64'), secretContext(place));
  }

  /** What a receiver verifies with: an HMAC's secret itself, or the public key. */
  shown(row: Pick<EndpointRow, 'client_id' | 'id' | 'secret'>): string {
    const secret = this.keyRing.decrypt(row.secret, secretContext(row));
    return secret.startsWith('whsk_') ? publicKeyOf(secret) : secret;
  }

  /** Those to sign with now, the current one first. */
  active(row: Place & Pick<EndpointRow, 'secret' | 'previous_secret' | 'previous_secret_expires_at'>): string[] {
    const { previous_secret, previous_secret_expires_at: until } = row;
    const both = previous_secret !== null && until !== null && until.getTime() > Date.now();
    return [row.secret, ...(both ? [previous_secret] : [])].map((text) =>
      this.keyRing.decrypt(text, secretContext(row)),
    );
  }

  sealHeaders(place: Place, headers: Record<string, string>): string | null {
    if (Object.keys(headers).length === 0) return null;
    return this.keyRing.encrypt(JSON.stringify(headers), headersContext(place));
  }

  headers(row: Pick<EndpointRow, 'client_id' | 'id' | 'headers'>): Record<string, string> {
    if (row.headers === null) return {};
    return JSON.parse(this.keyRing.decrypt(row.headers, headersContext(row))) as Record<string, string>;
  }
}

const secretContext = ({ client_id, id }: Place): string => `webhook_endpoints.secret:${client_id}:${id}`;
const headersContext = ({ client_id, id }: Place): string => `webhook_endpoints.headers:${client_id}:${id}`;

sealedColumns({
  table: 'webhook_endpoints',
  key: { client_id: 'uuid', id: 'uuid' },
  columns: ['secret', 'previous_secret', 'headers'],
  context: ({ client_id, id }, column) => {
    const place = { client_id: String(client_id), id: String(id) };
    return column === 'headers' ? headersContext(place) : secretContext(place);
  },
});
