import { Injectable } from '@nestjs/common';
import { timeOfId } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import type { KeptResult } from './inbound-effects.js';
import type { InboundStatus } from './sources.dto.js';

export interface InboundRow {
  client_id: string;
  id: string;
  source_id: string;
  external_id: string | null;
  type: string | null;
  verified: boolean;
  reason: string | null;
  status: InboundStatus;
  duplicate_of: string | null;
  content_type: string | null;
  headers: Record<string, string>;
  /** null where it was too large to come along. */
  body: Buffer | null;
  body_bytes: number;
  results: KeptResult[];
  created_at: Date;
  updated_at: Date;
}

export type NewInbound = Omit<InboundRow, 'body' | 'results' | 'created_at' | 'updated_at'> & { body: Buffer };

/** What an event must not be taken twice by. */
export interface NewInboundId {
  external_id: string;
  /** Only the same body may come with it again. */
  digest: Buffer | null;
  keptS: number;
}

/** Who took an id first. */
export interface TakenId {
  event_id: string;
  digest: Buffer | null;
}

export interface InboundFilter {
  status?: InboundStatus;
  verified?: boolean;
}

/** How long a range of events that are read may be away from the clock that made their ids. */
const CLOCKS_APART_MS = 86_400_000;

const COLUMNS = `e.client_id, e.id, e.source_id, e.external_id, e.type, e.verified, e.reason, e.status, e.duplicate_of, e.content_type,
  e.headers, e.body_bytes, e.results, e.created_at, e.updated_at`;

const TAKE = prepared(
  'inbound.take',
  `insert into inbound_ids as i (client_id, source_id, external_id, event_id, digest, expires_at)
   values ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(secs => $6))
   on conflict (client_id, source_id, external_id) do update
      set event_id = excluded.event_id, digest = excluded.digest, expires_at = excluded.expires_at
    where i.expires_at < clock_timestamp()
   returning event_id`,
);

const INSERT = prepared(
  'inbound.insert',
  `with e as (
     insert into inbound_events (client_id, id, source_id, external_id, type, verified, reason, status, duplicate_of, content_type,
                                 headers, body, body_bytes, created_at, updated_at)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, at, at
       from (select date_trunc('milliseconds', clock_timestamp()) as at) now
     returning client_id, id, source_id, status, created_at)
   insert into inbound_work (client_id, event_id, source_id, created_at)
   select client_id, id, source_id, created_at from e where status = 'stored'`,
);

/** What came to sources: rows by day, and beside them what they were called and what is still to be done with them. */
@Injectable()
export class InboundRepository {
  constructor(private readonly database: Database) {}

  /** Takes an id for an event, for good or for as long as told. @returns who took it before, or null */
  async take(
    tx: Tx,
    clientId: string,
    { source_id, id }: Pick<NewInbound, 'source_id' | 'id'>,
    wanted: NewInboundId,
  ): Promise<TakenId | null> {
    const { external_id, digest, keptS } = wanted;
    const taken = await tx.query(TAKE, [clientId, source_id, external_id, id, digest, keptS]);
    if (taken.length > 0) return null;
    const [before] = await tx.query<TakenId>(
      'select event_id, digest from inbound_ids where client_id = $1 and source_id = $2 and external_id = $3',
      [clientId, source_id, external_id],
    );
    return before!;
  }

  /**
   * Whether what may come with one body only came to another source of the client with another one: several may have one secret. Who asks for
   * the same waits until this transaction ends.
   */
  async isUsedElsewhere(
    tx: Tx,
    clientId: string,
    { source_id }: Pick<NewInbound, 'source_id'>,
    { external_id, digest }: NewInboundId,
  ): Promise<boolean> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`inbound:${clientId}:${external_id}`]);
    const used = await tx.query(
      `select from inbound_ids
        where client_id = $1 and external_id = $2 and external_id like 'once:%' and source_id <> $3 and digest <> $4
          and expires_at > statement_timestamp() limit 1`,
      [clientId, external_id, source_id, digest],
    );
    return used.length > 0;
  }

  /** With its work, where it is to have effects. */
  async insert(on: Pick<Tx, 'execute'> | null, clientId: string, event: NewInbound): Promise<void> {
    await (on ?? this.database).execute(INSERT, [
      clientId,
      event.id,
      event.source_id,
      event.external_id,
      event.type,
      event.verified,
      event.reason,
      event.status,
      event.duplicate_of,
      event.content_type,
      JSON.stringify(event.headers),
      event.body,
      event.body_bytes,
    ]);
  }

  /** With its body. */
  async find(clientId: string, sourceId: string, id: string): Promise<InboundRow | null> {
    const [row] = await this.database.query<InboundRow>(
      `select ${COLUMNS}, e.body from inbound_events e
        where e.client_id = $1 and e.id = $2 and e.source_id = $3 and e.created_at between $4 and $5`,
      [clientId, id, sourceId, ...around(timeOfId(id))],
    );
    return row ?? null;
  }

  /**
   * Newest first, one more than `limit`, bodies only of at most `maxBytes`. The days are bound by those that are kept, and by
   * the cursor.
   */
  list(
    clientId: string,
    sourceId: string,
    { status = undefined, verified = undefined }: InboundFilter,
    { limit, cursor, maxBytes, keptDays }: { limit: number; cursor: Cursor | null; maxBytes: number; keptDays: number },
  ): Promise<InboundRow[]> {
    const backwards = cursor?.direction === 'prev';
    const at = cursor ? timeOfId(String(cursor.key[0])) : null;
    const [from, to] = at ? around(at) : [null, null];
    return this.database.query(
      `select ${COLUMNS}, case when e.body_bytes <= $3 then e.body end as body from inbound_events e
        where e.client_id = $1 and e.source_id = $2
          and e.created_at >= coalesce($7::timestamptz, statement_timestamp() - make_interval(days => $6 + 1))
          and e.created_at < coalesce($8::timestamptz, statement_timestamp() + interval '1 day')
          and ($9::text is null or e.status = $9) and ($10::boolean is null or e.verified = $10)
          and ($5::uuid is null or e.id ${backwards ? '>' : '<'} $5)
        order by e.id ${backwards ? 'asc' : 'desc'} limit $4`,
      [
        clientId,
        sourceId,
        maxBytes,
        limit + 1,
        cursor?.key[0] ?? null,
        keptDays,
        backwards ? from : null,
        backwards ? null : to,
        status ?? null,
        verified ?? null,
      ],
    );
  }

  /** How many of these there are. */
  async known(clientId: string, sourceId: string, ids: string[], [from, to]: [Date, Date]): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      `select count(*)::int as n from inbound_events
        where client_id = $1 and source_id = $2 and id = any ($3::uuid[]) and created_at between $4 and $5`,
      [clientId, sourceId, ids, from, to],
    );
    return row!.n;
  }

  /** Forgets ids whose time is over. @returns how many of at most `limit` */
  pruneIds(limit: number): Promise<number> {
    return this.database.execute(
      `delete from inbound_ids where (client_id, source_id, external_id) in (
         select client_id, source_id, external_id from inbound_ids where expires_at < statement_timestamp()
          order by expires_at limit $1)`,
      [limit],
    );
  }
}

/** The days that an event of such an id can be in: its id is of this process's clock, its row of the database's. */
function around(at: Date): [from: Date, to: Date] {
  // Ids of callers' own making name any time, also none that PostgreSQL has.
  const ms = Math.min(Math.max(at.getTime(), 0), Date.parse('9000-01-01T00:00:00Z'));
  return [new Date(ms - CLOCKS_APART_MS), new Date(ms + CLOCKS_APART_MS)];
}
