import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { KeyRing } from '../../platform/common/key-ring.js';
import { notFound } from '../../platform/common/problem.js';
import { sealedColumns } from '../../platform/database/sealed-columns.js';
import type { Request } from '../access/request.js';
import type { SigningSecretDto } from './clients.dto.js';
import { ClientsRepository, type SigningSecretRow } from './clients.repository.js';
import { Idempotency } from '../idempotency/idempotency.js';

const DAY_S = 86_400;

/** The secret that a client's webhooks to bare URLs are signed with (Standard Webhooks 1.0). */
@Injectable()
export class SigningSecretsService {
  constructor(
    private readonly clients: ClientsRepository,
    private readonly idempotency: Idempotency,
    private readonly keyRing: KeyRing,
  ) {}

  /** A new secret of 32 random bytes, encrypted for the client's row. */
  make(clientId: string): string {
    return this.keyRing.encrypt(`whsec_${randomBytes(32).toString('base64')}`, contextOf(clientId));
  }

  async get(clientId: string): Promise<SigningSecretDto> {
    const row = await this.clients.findSecrets(clientId);
    if (!row) throw notFound('client');
    return this.toDto(clientId, row);
  }

  /** Every secret to sign with now, the current one first. */
  async active(clientId: string): Promise<string[]> {
    const { secret, previous_secret } = await this.get(clientId);
    return previous_secret === null ? [secret] : [secret, previous_secret];
  }

  async rotate(request: Request, overlapS: number = DAY_S): Promise<SigningSecretDto> {
    const { clientId } = request.caller;
    const secret = this.make(clientId);
    return this.idempotency.effect(request, async (tx) =>
      this.toDto(clientId, await this.clients.rotateSecret(tx, clientId, secret, overlapS)),
    );
  }

  private toDto(clientId: string, row: SigningSecretRow): SigningSecretDto {
    const read = (text: string): string => this.keyRing.decrypt(text, contextOf(clientId));
    return {
      secret: read(row.signing_secret),
      previous_secret: row.previous_signing_secret === null ? null : read(row.previous_signing_secret),
      previous_expires_at: row.previous_signing_secret_expires_at?.toISOString() ?? null,
    };
  }
}

const contextOf = (clientId: string): string => `clients.signing_secret:${clientId}`;

sealedColumns({
  table: 'clients',
  key: { id: 'uuid' },
  columns: ['signing_secret', 'previous_signing_secret'],
  context: ({ id }) => contextOf(String(id)),
});
