import { Injectable } from '@nestjs/common';
import { KeyRing } from '../../platform/common/key-ring.js';
import { sealedColumns } from '../../platform/database/sealed-columns.js';
import { SECRET_FIELDS, type VerificationDto, type VerificationInputDto } from './verification.dto.js';

/** How a source is set up, in the two halves that its row has. */
export interface StoredVerification {
  verification: Record<string, unknown>;
  secrets: string;
}

/** Takes what is secret out of a source's verification, encrypted for its row, and puts it in again. */
@Injectable()
export class SourceSecrets {
  constructor(private readonly keys: KeyRing) {}

  seal(clientId: string, id: string, input: VerificationInputDto): StoredVerification {
    const entries = Object.entries(input).filter(([, value]) => value !== undefined && value !== null);
    const isSecret = ([name]: [string, unknown]): boolean => SECRET_FIELDS.includes(name);
    const secrets = JSON.stringify(Object.fromEntries(entries.filter(isSecret)));
    return {
      verification: Object.fromEntries(entries.filter((entry) => !isSecret(entry))),
      secrets: this.keys.encrypt(secrets, contextOf(clientId, id)),
    };
  }

  unseal(clientId: string, id: string, { verification, secrets }: StoredVerification): VerificationInputDto {
    const opened = JSON.parse(this.keys.decrypt(secrets, contextOf(clientId, id))) as object;
    return { ...verification, ...opened } as unknown as VerificationInputDto;
  }
}

/** As it may be shown, which is all that stands in the row unencrypted. */
export const shownVerification = ({ verification }: Pick<StoredVerification, 'verification'>): VerificationDto =>
  verification as unknown as VerificationDto;

/** What the texts in `sources.secrets` are bound to. */
const contextOf = (clientId: string, id: string): string => `sources.secrets:${clientId}:${id}`;

sealedColumns({
  table: 'sources',
  key: { client_id: 'uuid', id: 'uuid' },
  columns: ['secrets'],
  context: ({ client_id, id }) => contextOf(String(client_id), String(id)),
});
