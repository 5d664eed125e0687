import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import { Problem } from '../../platform/common/problem.js';
import { Database } from '../../platform/database/database.js';
import { codeOf } from '../../platform/database/errors.js';
import { floorSql } from '../rooms/room-access.js';

/** A place among all messages of a client: search goes from the newest to the oldest. */
export interface SearchPlace {
  created_at: Date;
  message_id: string;
}

/** A message that may match. */
export interface Candidate extends SearchPlace {
  room_id: string;
  seq: number;
  text: string;
}

/** What is looked for, whichever way. */
export interface SearchFilter {
  clientId: string;
  /** LIKE patterns, all of which the text is like. */
  patterns: string[];
  /** null: any of the client's. */
  rooms: string[] | null;
  sender: UserPk | null;
  contentType: string | null;
  has: 'attachment' | 'mention' | null;
  /** The first time that counts, and the first that no longer does. */
  from: Date | null;
  to: Date | null;
}

/** What one look found, and how far it came. */
export interface Look {
  candidates: Candidate[];
  /** Everything newer has been looked at; null: all there is. */
  reached: SearchPlace | null;
}

/** A room that a user may read, and the last seq of it that it may not. */
export interface ReadableRoom {
  room_id: string;
  floor: number;
}

interface Walked extends Candidate {
  hit: boolean;
  walked: number;
}

const STATEMENT_TIMED_OUT = '57014';

/** $1 client, $2 and $3 the place, $4 and $5 the times; $6 to $10 what {@link SearchFilter} wants beyond. */
const wantedIn = (room: string, type: 'uuid' | 'text'): string => `
  text like all ($6::text[]) and ($7::${type}[] is null or ${room} = any ($7)) and ($8::uuid is null or sender_pk = $8)
  and ($9::text is null or content_type = $9)
  and ($10::text is null or case $10 when 'mention' then has_mention else has_attachment end)`;
const WANTED = wantedIn('room_id', 'uuid');

/** Months are left out by single times, not by rows of them. */
const BEHIND = `(created_at, message_id) < ($2::timestamptz, $3::uuid) and created_at <= $2 and created_at >= $4 and created_at < $5`;

/** Newest first, and no more than $11 rows, whatever they say. Of those up to $12 that match, and the last one. */
const walk = (scope: string): string => `
  with walked as materialized (
    select room_id, seq, sender_pk, content_type, has_attachment, has_mention, text, created_at, message_id
      from message_search where ${scope} and ${BEHIND}
     order by created_at desc, message_id desc limit $11
  ), judged as (
    select *, ${WANTED} as hit, count(*) over () as walked,
           row_number() over (order by created_at, message_id) = 1 as is_last from walked
  )
  select room_id, seq, created_at, message_id, hit, walked, case when hit then text else '' end as text
    from judged where hit or is_last order by created_at desc, message_id desc limit $12`;

const WALK = walk('client_id = $1');
const WALK_ROOM = walk('client_id = $1 and room_id = ($7::uuid[])[1]');

/** So that no index but that of words is taken, which a planner that knows too little of them might not do. */
const BEHIND_UNINDEXED = `(created_at + interval '0', message_id) < ($2::timestamptz, $3::uuid) and created_at + interval '0' >= $4
  and created_at + interval '0' < $5`;

/** By words: a row must have one of each list of tokens, in which the tenant is. Months are named, so that others cost nothing. */
const byWords = (months: string[], lists: number): string => {
  const tokens = Array.from({ length: lists }, (_, nth) => `tokens && $${12 + nth}::integer[]`).join(' and ');
  const ofMonth = (month: string): string => `
    select room_id, seq, text, created_at, message_id from message_search_${month}
     where ${tokens} and client_id::text = $1::text and ${BEHIND_UNINDEXED} and ${wantedIn('room_id::text', 'text')}`;
  return `
  with hits as materialized (${months.map(ofMonth).join(' union all ')})
  select room_id, seq, created_at, message_id, text from hits order by created_at desc, message_id desc limit $11`;
};

@Injectable()
export class SearchRepository {
  constructor(private readonly database: Database) {}

  /** The rooms that a user is a member of. */
  readableRooms(clientId: string, userPk: UserPk): Promise<ReadableRoom[]> {
    return this.database.query<ReadableRoom>(
      `select m.room_id, ${floorSql('r', 'm')} as floor
         from room_members m join rooms r on r.client_id = m.client_id and r.id = m.room_id
        where m.client_id = $1 and m.user_pk = $2 and m.status = 'active' and r.status <> 'deleted'`,
      [clientId, userPk],
    );
  }

  /** The months that there is an index of, newest first, as `YYYYMM`. */
  async months(): Promise<string[]> {
    const rows = await this.database.query<{ month: string }>(
      `select right(inhrelid::regclass::text, 6) as month from pg_inherits
        where inhparent = 'message_search'::regclass and inhrelid::regclass::text ~ '_\\d{6}$' order by 1 desc`,
    );
    return rows.map(({ month }) => month);
  }

  /**
   * The tenant's words with a fragment that begins with one of these.
   * @returns null when there are more than `most`
   */
  async wordsWith(clientId: string, fragments: string[], most: number): Promise<string[] | null> {
    const rows = await this.database.query<{ word: string }>(
      `select distinct f.word
         from unnest($2::text[], $3::text[]) as w (least, beyond)
        cross join lateral (
          select word from search_words
           where client_id = $1 and fragment >= w.least and fragment < w.beyond limit $4) f`,
      [clientId, fragments, fragments.map((fragment) => `${fragment}\u{10ffff}`), most + 1],
    );
    return rows.length > most ? null : rows.map(({ word }) => word);
  }

  /** Looks at the next `rows` messages behind a place, in one room where there is only one to look in. */
  async walk(filter: SearchFilter, behind: SearchPlace, rows: number, most: number): Promise<Look> {
    const sql = filter.rooms?.length === 1 ? WALK_ROOM : WALK;
    const found = await this.database.query<Walked>(sql, [
      ...paramsOf(filter, behind, filter.from, filter.to),
      rows,
      most + 1,
    ]);
    const candidates = found.filter(({ hit }) => hit).slice(0, most);
    // More than may be shown at once, or the end of the stretch.
    const last = found.length > most ? candidates.at(-1) : found.at(-1);
    const exhausted = found.length <= most && (found[0]?.walked ?? 0) < rows;
    return { candidates, reached: exhausted || !last ? null : last };
  }

  /**
   * Looks for words in some months, behind a place.
   * @param months of {@link months}
   * @param lists numbers of words, one of each of which must be there
   * @returns null when it took longer than `ms`
   */
  async findByWords(
    filter: SearchFilter,
    behind: SearchPlace,
    months: string[],
    lists: number[][],
    most: number,
    ms: number,
  ): Promise<Candidate[] | null> {
    const params = [...paramsOf(filter, behind, filter.from, filter.to), most, ...lists];
    try {
      return await this.database.transaction(
        async (tx) => {
          await tx.query(`select set_config('statement_timeout', $1, true)`, [String(ms)]);
          return tx.query<Candidate>(byWords(months, lists.length), params);
        },
        { readOnly: true },
      );
    } catch (error) {
      const cause = error instanceof Problem ? error.cause : error;
      if (codeOf(cause) === STATEMENT_TIMED_OUT) return null;
      throw error;
    }
  }

  /** Messages as they are now; those of rooms that are gone are missing. */
  async inLiveRooms(clientId: string, ids: string[]): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `select m.id from messages m
         join rooms r on r.client_id = m.client_id and r.id = m.room_id and r.status <> 'deleted'
        where m.client_id = $1 and m.id = any ($2::uuid[]) and m.deleted_at is null`,
      [clientId, ids],
    );
    return rows.map(({ id }) => id);
  }
}

const paramsOf = (filter: SearchFilter, behind: SearchPlace, from: Date | null, to: Date | null): unknown[] => [
  filter.clientId,
  behind.created_at,
  behind.message_id,
  from ?? '-infinity',
  to ?? 'infinity',
  filter.patterns,
  filter.rooms,
  filter.sender,
  filter.contentType,
  filter.has,
];
