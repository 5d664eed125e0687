import { Injectable } from '@nestjs/common';
import { IsNull, Not, type QueryDeepPartialEntity } from 'typeorm';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { SourceEntity } from './source.entity.js';

export type SourceRow = Omit<SourceEntity, 'secrets' | 'deleted_at'>;
export type NewSource = Omit<SourceEntity, 'client_id' | 'created_at' | 'updated_at' | 'deleted_at'>;
export type SourceChange = Partial<
  Pick<SourceEntity, 'name' | 'slug' | 'template' | 'verification' | 'secrets' | 'tolerance_s' | 'enabled'>
>;

/** What is secret of a source that is there. */
interface Sealed {
  secrets: string;
}

export type LockedSource = SourceEntity & Sealed;

/** A source that a request came to. */
export type CalledSource = Pick<SourceEntity, 'client_id' | 'id' | 'template' | 'verification' | 'tolerance_s'> &
  Sealed;

const COLUMNS = `s.client_id, s.id, s.name, s.slug, s.template, s.verification, s.tolerance_s, s.enabled, s.created_at, s.updated_at`;

const CALLED = prepared(
  'sources.called',
  `select s.client_id, s.id, s.template, s.verification, s.secrets, s.tolerance_s
     from clients c join sources s on s.client_id = c.id and s.slug = $2
    where c.slug = $1 and c.suspended_at is null and s.enabled`,
);

@Injectable()
export class SourcesRepository {
  constructor(private readonly database: Database) {}

  /** By the two slugs of its address, where it is to be found: of a client that is not suspended, and not disabled. */
  async findCalled(clientSlug: string, slug: string): Promise<CalledSource | null> {
    const [row] = await this.database.query<CalledSource>(CALLED, [clientSlug, slug]);
    return row ?? null;
  }

  /** In the order in which they were made; one more than `limit`. */
  list(clientId: string, limit: number, cursor: Cursor | null): Promise<SourceRow[]> {
    const backwards = cursor?.direction === 'prev';
    return this.database.query(
      `select ${COLUMNS} from sources s
        where s.client_id = $1 and s.deleted_at is null and ($3::uuid is null or s.id ${backwards ? '<' : '>'} $3)
        order by s.id ${backwards ? 'desc' : 'asc'} limit $2`,
      [clientId, limit + 1, cursor?.key[0] ?? null],
    );
  }

  find(clientId: string, id: string): Promise<SourceRow | null> {
    return this.database.dataSource
      .getRepository(SourceEntity)
      .findOneBy({ client_id: clientId, id, deleted_at: IsNull() });
  }

  /** How many there are, under the client's lock: until the transaction ends, no other is added. */
  async count(tx: Tx, clientId: string): Promise<number> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`sources:${clientId}`]);
    return tx.manager.countBy(SourceEntity, { client_id: clientId, deleted_at: IsNull() });
  }

  /** The slug is free, of all sources of the client but this one. */
  async isFree(tx: Tx, clientId: string, slug: string, exceptId: string): Promise<boolean> {
    return !(await tx.manager.existsBy(SourceEntity, { client_id: clientId, slug, id: Not(exceptId) }));
  }

  async insert(tx: Tx, clientId: string, row: NewSource): Promise<SourceRow> {
    await tx.manager.insert(SourceEntity, { ...row, client_id: clientId } as QueryDeepPartialEntity<SourceEntity>);
    return this.get(tx, clientId, row.id);
  }

  /** With its secrets; nobody else's to change until the transaction ends. */
  async lock(tx: Tx, clientId: string, id: string): Promise<LockedSource | null> {
    const [row] = await tx.query<LockedSource>(
      'select * from sources where client_id = $1 and id = $2 and deleted_at is null for no key update',
      [clientId, id],
    );
    return row ?? null;
  }

  async update(tx: Tx, clientId: string, id: string, change: SourceChange): Promise<SourceRow> {
    const changed = { ...change, updated_at: () => 'clock_timestamp()' };
    await tx.manager.update(SourceEntity, { client_id: clientId, id }, changed as QueryDeepPartialEntity<SourceEntity>);
    return this.get(tx, clientId, id);
  }

  /** Its address is free, its secrets are gone. Again changes nothing. @returns was there ever such a one? */
  async delete(tx: Tx, clientId: string, id: string): Promise<'deleted' | 'was deleted' | null> {
    const [row] = await tx.query<{ was: boolean }>(
      `with found as (select id, deleted_at from sources where client_id = $1 and id = $2 for update)
       update sources s
          set deleted_at = coalesce(found.deleted_at, clock_timestamp()), slug = 'deleted-' || s.id, secrets = null, enabled = false
         from found where s.client_id = $1 and s.id = found.id returning found.deleted_at is not null as was`,
      [clientId, id],
    );
    if (!row) return null;
    return row.was ? 'was deleted' : 'deleted';
  }

  /** Forgets those that were deleted long ago, and what belongs to them. @returns how many of at most `limit` */
  prune(limit: number): Promise<number> {
    return this.database.execute(
      `delete from sources where (client_id, id) in (
         select client_id, id from sources where deleted_at < statement_timestamp() - interval '30 days' order by deleted_at limit $1)`,
      [limit],
    );
  }

  private get(tx: Tx, clientId: string, id: string): Promise<SourceRow> {
    return tx.manager.findOneByOrFail(SourceEntity, { client_id: clientId, id });
  }
}
