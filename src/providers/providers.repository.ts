import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../database/database.js';

export interface ProviderRow {
  client_id: string;
  id: string;
  name: string;
  channel: string;
  provider_type: string;
  position: number;
  is_primary: boolean;
  from_email: string | null;
  from_name: string | null;
  /** Encrypted. */
  config: string;
  verified_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export type NewProviderRow = Omit<ProviderRow, 'created_at' | 'updated_at' | 'verified_at'> & { verified: boolean };

const ALL = `select client_id, id, name, channel, provider_type, position, is_primary, from_email, from_name, config,
                    verified_at, created_at, updated_at from providers`;

@Injectable()
export class ProvidersRepository {
  constructor(private readonly database: Database) {}

  /** In the order in which they are tried. */
  list(clientId: string, channel?: string): Promise<ProviderRow[]> {
    return this.database.query(
      `${ALL} where client_id = $1 and ($2::text is null or channel = $2) order by channel, is_primary desc, position, id`,
      [clientId, channel ?? null],
    );
  }

  /** Lets changes to a client's providers take turns; @returns them all. */
  async lock(tx: Tx, clientId: string, channel: string): Promise<ProviderRow[]> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`providers:${clientId}`]);
    return tx.query(`${ALL} where client_id = $1 and channel = $2 order by position, id`, [clientId, channel]);
  }

  async save(tx: Tx, clientId: string, row: NewProviderRow): Promise<ProviderRow> {
    const [saved] = await tx.query<ProviderRow>(
      `insert into providers (client_id, id, name, channel, provider_type, position, is_primary, from_email, from_name,
                              config, verified_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, case when $11 then clock_timestamp() end)
       on conflict (client_id, id) do update set name = excluded.name, provider_type = excluded.provider_type,
         position = excluded.position, is_primary = excluded.is_primary, from_email = excluded.from_email,
         from_name = excluded.from_name, config = excluded.config, verified_at = excluded.verified_at,
         updated_at = clock_timestamp()
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
      ],
    );
    return saved!;
  }

  /** At most one is primary. */
  async clearPrimary(tx: Tx, clientId: string, channel: string, exceptId: string): Promise<void> {
    await tx.execute(
      'update providers set is_primary = false where client_id = $1 and channel = $2 and id <> $3 and is_primary',
      [clientId, channel, exceptId],
    );
  }

  async deleteExcept(tx: Tx, clientId: string, channel: string, keptIds: string[]): Promise<void> {
    await tx.execute('delete from providers where client_id = $1 and channel = $2 and id <> all ($3::uuid[])', [
      clientId,
      channel,
      keptIds,
    ]);
  }

  async delete(clientId: string, channel: string, name: string): Promise<boolean> {
    const sql = 'delete from providers where client_id = $1 and channel = $2 and name = $3';
    return (await this.database.execute(sql, [clientId, channel, name])) > 0;
  }
}
