import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import { Database, type Tx } from '../../platform/database/database.js';
import { ProviderEntity } from './provider.entity.js';

export type NewProviderRow = Omit<ProviderEntity, 'created_at' | 'updated_at' | 'verified_at'> & { verified: boolean };

@Injectable()
export class ProvidersRepository {
  constructor(private readonly database: Database) {}

  /** In the order in which they are tried. */
  list(clientId: string, channel?: string): Promise<ProviderEntity[]> {
    return this.database.dataSource.getRepository(ProviderEntity).find({
      where: { client_id: clientId, ...(channel !== undefined && { channel }) },
      order: { channel: 'ASC', is_primary: 'DESC', position: 'ASC', id: 'ASC' },
    });
  }

  /** Lets changes to a client's providers take turns; @returns them all. */
  async lock(tx: Tx, clientId: string, channel: string): Promise<ProviderEntity[]> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`providers:${clientId}`]);
    return tx.manager.find(ProviderEntity, {
      where: { client_id: clientId, channel },
      order: { position: 'ASC', id: 'ASC' },
    });
  }

  async save(tx: Tx, clientId: string, row: NewProviderRow): Promise<ProviderEntity> {
    const [saved] = await tx.query<ProviderEntity>(
      `insert into providers (client_id, id, name, channel, provider_type, position, is_primary, from_email, from_name,
                              config, verified_at, is_bulk, max_recipients, rate_limit_per_second, hourly_cap, daily_cap)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, case when $11 then clock_timestamp() end, $12, $13, $14, $15, $16)
       on conflict (client_id, id) do update set name = excluded.name, provider_type = excluded.provider_type,
         position = excluded.position, is_primary = excluded.is_primary, from_email = excluded.from_email,
         from_name = excluded.from_name, config = excluded.config, verified_at = excluded.verified_at,
         is_bulk = excluded.is_bulk, max_recipients = excluded.max_recipients,
         rate_limit_per_second = excluded.rate_limit_per_second, hourly_cap = excluded.hourly_cap,
         daily_cap = excluded.daily_cap, updated_at = clock_timestamp()
       returning *`,
      [
        clientId,
        row.id,
        row.name,
        row.channel,
        row.provider_type,
        row.position,
        row.is_primary,
        row.from_email,
        row.from_name,
        row.config,
        row.verified,
        row.is_bulk,
        row.max_recipients,
        row.rate_limit_per_second,
        row.hourly_cap,
        row.daily_cap,
      ],
    );
    return saved!;
  }

  /** At most one is primary. */
  async clearPrimary(tx: Tx, clientId: string, channel: string, exceptId: string): Promise<void> {
    const others = { client_id: clientId, channel, id: Not(exceptId), is_primary: true };
    await tx.manager.update(ProviderEntity, others, { is_primary: false });
  }

  async deleteExcept(tx: Tx, clientId: string, channel: string, keptIds: string[]): Promise<void> {
    await tx.manager.delete(ProviderEntity, { client_id: clientId, channel, id: Not(In(keptIds)) });
  }

  async delete(tx: Tx, clientId: string, channel: string, name: string): Promise<void> {
    await tx.manager.delete(ProviderEntity, { client_id: clientId, channel, name });
  }
}
