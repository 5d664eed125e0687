import { KeyRing } from '../../platform/common/key-ring.js';
import type { ProviderEntity } from './provider.entity.js';
import { SmtpConfigViewDto } from './providers.dto.js';
import type { SmtpConfigDto } from './smtp/smtp.config.js';

const contextOf = (clientId: string, id: string): string => `provider:${clientId}:${id}`;

export const seal = (keys: KeyRing, clientId: string, id: string, config: SmtpConfigDto): string =>
  keys.encrypt(JSON.stringify(config), contextOf(clientId, id));

export const unseal = (keys: KeyRing, row: ProviderEntity): SmtpConfigDto =>
  JSON.parse(keys.decrypt(row.config, contextOf(row.client_id, row.id))) as SmtpConfigDto;

/** A secret that was left out keeps its stored value. */
export function keepSecrets(next: SmtpConfigDto, stored: SmtpConfigDto | null): SmtpConfigDto {
  if (!stored) return next;
  const kept = { ...next };
  if (next.username !== undefined) kept.password ??= stored.password;
  if (next.dkim) kept.dkim = { ...next.dkim, private_key: next.dkim.private_key ?? stored.dkim?.private_key };
  return kept;
}

export function withoutSecrets({
  host,
  port,
  secure,
  username,
  require_tls = false,
  dkim,
}: SmtpConfigDto): SmtpConfigViewDto {
  return {
    host,
    port,
    secure,
    ...(username === undefined ? {} : { username }),
    require_tls,
    ...(dkim ? { dkim: { domain: dkim.domain, selector: dkim.selector } } : {}),
  };
}
