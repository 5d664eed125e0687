import { Injectable } from '@nestjs/common';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';
import type { SuppressionEntity, SuppressionReason } from './suppression.entity.js';

/** An address of a client, as it is compared. */
export interface AddressRef {
  client_id: string;
  channel: string;
  address_key: string;
}

export interface NewSuppression extends AddressRef {
  id: string;
  /** Empty: of all notifications. */
  category: string;
  address: string;
  reason: SuppressionReason;
  expires_at: string | null;
}

export interface SuppressionFilter {
  channel?: string | undefined;
  reason?: SuppressionReason | undefined;
  addressKeys?: string[] | undefined;
}

const ADDRESSES = unnest<AddressRef>()('w', { client_id: 'uuid', channel: 'text', address_key: 'text' });

/** What is over, or was removed, is kept for a while only so that nothing is lost by a mistake of a time or an id. */
const HOLDS = '(s.expires_at is null or s.expires_at > statement_timestamp()) and s.removed_at is null';

const FIND = prepared(
  'suppressions.find',
  `select s.client_id, s.channel, s.address_key, s.category, s.reason
     from ${ADDRESSES.sql}
     join suppressions s on s.client_id = w.client_id and s.channel = w.channel and s.address_key = w.address_key
    where ${HOLDS}`,
);

const NEW = unnest<NewSuppression>()('w', {
  client_id: 'uuid',
  id: 'uuid',
  channel: 'text',
  address: 'text',
  address_key: 'text',
  category: 'text',
  reason: 'text',
  expires_at: 'timestamptz',
});

const COLUMNS = 'client_id, id, channel, address, address_key, category, reason, expires_at';
/** One that comes back after it was removed, or over, is a new one in its old place. */
const insert = (onConflict: string) =>
  `insert into suppressions as s (${COLUMNS}, created_at, updated_at)
   select ${COLUMNS}, statement_timestamp(), statement_timestamp() from ${NEW.sql}
    order by w.client_id, w.channel, w.address_key, w.category
   on conflict (client_id, channel, address_key, category) do update
      set reason = excluded.reason, expires_at = excluded.expires_at, removed_at = null,
          created_at = case when ${HOLDS} then s.created_at else excluded.created_at end,
          updated_at = excluded.updated_at${onConflict}
   returning s.*, s.created_at = s.updated_at as added`;

const PUT = insert('');
/** What was learnt does not replace what holds for good already. */
const LEARN = insert(' where s.expires_at is not null or s.removed_at is not null');

export type PutRow = SuppressionEntity & { added: boolean };

@Injectable()
export class SuppressionsRepository {
  constructor(private readonly database: Database) {}

  /** Those that are suppressed now, for all notifications or for those of a category, of any clients. One statement. */
  find(addresses: AddressRef[]): Promise<(AddressRef & { category: string; reason: SuppressionReason })[]> {
    return this.database.query(FIND, ADDRESSES.values(addresses));
  }

  /** @param rows each address once, of each category */
  put(tx: Pick<Tx, 'query'>, rows: NewSuppression[]): Promise<PutRow[]> {
    return tx.query(PUT, NEW.values(rows));
  }

  /** What providers and recipients said. @param rows each address once, of each category */
  learn(tx: Tx, rows: NewSuppression[]): Promise<PutRow[]> {
    return tx.query(LEARN, NEW.values(rows));
  }

  /** Those that hold, newest first, one more than `limit`. */
  list(
    clientId: string,
    { channel, reason, addressKeys }: SuppressionFilter,
    limit: number,
    cursor: Cursor | null,
  ): Promise<SuppressionEntity[]> {
    const backwards = cursor?.direction === 'prev';
    const values: unknown[] = [clientId, limit + 1];
    const given = (value: unknown): string => `$${values.push(value)}`;
    const conditions = ['s.client_id = $1', HOLDS];
    if (channel !== undefined) conditions.push(`s.channel = ${given(channel)}`);
    if (reason !== undefined) conditions.push(`s.reason = ${given(reason)}`);
    if (addressKeys !== undefined) conditions.push(`s.address_key = any (${given(addressKeys)}::text[])`);
    if (cursor) conditions.push(`s.id ${backwards ? '>' : '<'} ${given(cursor.key[0])}`);
    return this.database.query(
      `select s.* from suppressions s where ${conditions.join(' and ')}
        order by s.id ${backwards ? 'asc' : 'desc'} limit $2`,
      values,
    );
  }

  /** Those that hold, oldest first. @param after the last id that was read; null: from the beginning */
  after(clientId: string, after: string | null, limit: number): Promise<SuppressionEntity[]> {
    return this.database.query(
      `select s.* from suppressions s where s.client_id = $1 and ${HOLDS} and ($2::uuid is null or s.id > $2::uuid)
        order by s.id limit $3`,
      [clientId, after, limit],
    );
  }

  /** Again changes nothing. @returns was there ever such a one? */
  async remove(tx: Tx, clientId: string, id: string): Promise<'removed' | 'was removed' | null> {
    const [row] = await tx.query<{ was: boolean }>(
      `with found as (select id, removed_at from suppressions where client_id = $1 and id = $2 for update)
       update suppressions s set removed_at = coalesce(found.removed_at, clock_timestamp()) from found
        where s.client_id = $1 and s.id = found.id returning found.removed_at is not null as was`,
      [clientId, id],
    );
    if (!row) return null;
    return row.was ? 'was removed' : 'removed';
  }

  /** Drops those that have held no more for a month. @returns how many */
  prune(limit: number): Promise<number> {
    return this.database.execute(
      `delete from suppressions s using (
         (select client_id, id from suppressions where expires_at < statement_timestamp() - interval '30 days' limit $1)
         union
         (select client_id, id from suppressions where removed_at < statement_timestamp() - interval '30 days' limit $1)
       ) gone where s.client_id = gone.client_id and s.id = gone.id`,
      [limit],
    );
  }
}
