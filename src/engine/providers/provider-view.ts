import { capsOf } from './provider-caps.js';
import type { ProviderOutage } from './provider-outage.js';
import type { ProviderEntity } from './provider.entity.js';
import type { ProviderDto } from './providers.dto.js';

/** A client's provider as callers see it. @param config without its secrets */
export const toProvider = (row: ProviderEntity, config: object, outage?: ProviderOutage): ProviderDto => ({
  id: row.id,
  name: row.name,
  channel: row.channel,
  provider_type: row.provider_type,
  is_primary: row.is_primary,
  ...capsOf(row),
  from_email: row.from_email,
  from_name: row.from_name,
  config,
  verified_at: row.verified_at?.toISOString() ?? null,
  outage: outage
    ? { reason: outage.reason, since: outage.since.toISOString(), retry_at: outage.retry_at.toISOString() }
    : null,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
