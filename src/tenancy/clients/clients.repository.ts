import { Injectable } from '@nestjs/common';
import { LessThan, MoreThan } from 'typeorm';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { ClientEntity } from './client.entity.js';

export type SigningSecretRow = Pick<
  ClientEntity,
  'signing_secret' | 'previous_signing_secret' | 'previous_signing_secret_expires_at'
>;

export type ClientRow = Omit<ClientEntity, keyof SigningSecretRow>;

export type NewClient = Pick<ClientEntity, 'id' | 'ref' | 'name' | 'slug' | 'allowed_origins' | 'signing_secret'> & {
  limits: object;
  settings: object;
};

export interface ClientPatch {
  name?: string | undefined;
  /** Merged; null members are removed. */
  limits?: object | undefined;
  settings?: object | undefined;
  allowed_origins?: string[] | undefined;
}

const COLUMNS =
  'id, ref, name, slug, suspended_at, limits, settings, settings_rev, allowed_origins, created_at, updated_at';
/** Null clears a member; inside of one it may have a meaning of its own. */
const withoutNulls = (json: string): string =>
  `(select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(${json}) where value <> 'null')`;

const SUSPENDED = prepared('clients.suspended', 'select id from clients where suspended_at is not null');

const SECRETS = `signing_secret,
  case when previous_signing_secret_expires_at > clock_timestamp() then previous_signing_secret end as previous_signing_secret,
  case when previous_signing_secret_expires_at > clock_timestamp() then previous_signing_secret_expires_at end
    as previous_signing_secret_expires_at`;

@Injectable()
export class ClientsRepository {
  constructor(private readonly database: Database) {}

  /** With its stream. @returns null when the slug is taken */
  async insert(tx: Tx, client: NewClient): Promise<ClientRow | null> {
    const [row] = await tx.query<ClientRow>(
      `with c as (
         insert into clients (id, ref, name, slug, limits, settings, allowed_origins, signing_secret)
         values ($1, $2, $3, $4, jsonb_strip_nulls($5::jsonb), ${withoutNulls('$6::jsonb')}, $7, $8)
         on conflict (slug) do nothing returning ${COLUMNS}
       ), stream as (
         insert into client_streams (client_id) select id from c
       )
       select * from c`,
      [
        client.id,
        client.ref,
        client.name,
        client.slug,
        JSON.stringify(client.limits),
        JSON.stringify(client.settings),
        client.allowed_origins,
        client.signing_secret,
      ],
    );
    return row ?? null;
  }

  find(clientId: string): Promise<ClientRow | null> {
    return this.database.dataSource.getRepository(ClientEntity).findOneBy({ id: clientId });
  }

  /** Oldest first, one more than `limit`. */
  list(limit: number, cursor: Cursor | null): Promise<ClientRow[]> {
    const backwards = cursor?.direction === 'prev';
    return this.database.dataSource.getRepository(ClientEntity).find({
      where: cursor ? { id: (backwards ? LessThan : MoreThan)(cursor.key[0] as string) } : {},
      order: { id: backwards ? 'DESC' : 'ASC' },
      take: limit + 1,
    });
  }

  async update(tx: Tx, clientId: string, patch: ClientPatch): Promise<ClientRow | null> {
    const [row] = await tx.query<ClientRow>(
      `update clients set
              name = coalesce($2, name),
              limits = jsonb_strip_nulls(limits || coalesce($3::jsonb, '{}')),
              settings = ${withoutNulls(`settings || coalesce($4::jsonb, '{}')`)},
              settings_rev = settings_rev + 1,
              allowed_origins = coalesce($5, allowed_origins),
              updated_at = clock_timestamp()
        where id = $1 returning ${COLUMNS}`,
      [
        clientId,
        patch.name ?? null,
        patch.limits ? JSON.stringify(patch.limits) : null,
        patch.settings ? JSON.stringify(patch.settings) : null,
        patch.allowed_origins ?? null,
      ],
    );
    return row ?? null;
  }

  /** What sends are judged by has changed, in a table of another room. */
  async touch(tx: Tx, clientId: string): Promise<void> {
    await tx.execute('update clients set settings_rev = settings_rev + 1 where id = $1', [clientId]);
  }

  async setSuspended(tx: Tx, clientId: string, suspended: boolean): Promise<ClientRow | null> {
    const [row] = await tx.query<ClientRow>(
      `update clients set suspended_at = case when $2 then coalesce(suspended_at, clock_timestamp()) end,
              updated_at = clock_timestamp()
        where id = $1 returning ${COLUMNS}`,
      [clientId, suspended],
    );
    return row ?? null;
  }

  async suspended(): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ id: string }>(SUSPENDED, []);
    return new Set(rows.map(({ id }) => id));
  }

  async findSecrets(clientId: string): Promise<SigningSecretRow | null> {
    const [row] = await this.database.query<SigningSecretRow>(`select ${SECRETS} from clients where id = $1`, [
      clientId,
    ]);
    return row ?? null;
  }

  async rotateSecret(tx: Tx, clientId: string, secret: string, overlapS: number): Promise<SigningSecretRow> {
    const [row] = await tx.query<SigningSecretRow>(
      `update clients set previous_signing_secret = signing_secret, signing_secret = $2,
              previous_signing_secret_expires_at = clock_timestamp() + make_interval(secs => $3::float8)
        where id = $1 returning ${SECRETS}`,
      [clientId, secret, overlapS],
    );
    return row!;
  }
}
