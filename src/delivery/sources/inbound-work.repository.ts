import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import type { InboundJob } from './inbound.queue.js';
import type { InboundRow } from './inbound.repository.js';
import type { KeptResult } from './inbound-effects.js';

/** For so long a claim holds; then whoever made it counts as killed. Moved on as the work goes on. */
const LEASE_S = 90;

/** An event in hand: who settles it must still hold this very claim. */
export interface ClaimedWork {
  client_id: string;
  event_id: string;
  created_at: Date;
  attempt: number;
  /** For how long it waits to be done. */
  late_s: number;
}

/** An event as its effects see it, with the source that it came to. */
export type WorkedEvent = InboundRow & { body: Buffer; template: string };

const CLAIM = prepared(
  'inbound.claim',
  `update inbound_work
      set attempt = attempt + 1, next_attempt_at = clock_timestamp() + interval '${LEASE_S} s'
    where client_id = $1 and event_id = $2 and next_attempt_at <= statement_timestamp()
   returning client_id, event_id, created_at, attempt, extract(epoch from clock_timestamp() - queued_at)::float8 as late_s`,
);

/** The event is written while the claim holds only: `w` locks it. */
const fenced = (set: string, work: string): string => `
  with w as (${work}
   where client_id = $1 and event_id = $2 and attempt = $4 returning 1)
  update inbound_events
     set ${set}, updated_at = clock_timestamp()
   where client_id = $1 and id = $2 and created_at = $3 and exists (select from w)`;

const SAVE = prepared(
  'inbound.save',
  fenced('results = $5', `update inbound_work set next_attempt_at = clock_timestamp() + make_interval(secs => $6)`),
);

/** Of client $1, what was just added to the work. Their days are to be bound beside it. */
const SHOW_STORED = `update inbound_events e set status = 'stored', updated_at = clock_timestamp() from added a
  where e.client_id = $1 and e.id = a.event_id and e.created_at = a.created_at`;

const SETTLE = prepared('inbound.settle', fenced('results = $5, status = $6', 'delete from inbound_work'));

/** What is still to be done with events: one row each, claimed by lease and given up when it is done. */
@Injectable()
export class InboundWorkRepository {
  constructor(private readonly database: Database) {}

  /** @returns null when somebody else has it, it is not due, or it is done */
  async claim({ client_id, id }: InboundJob): Promise<ClaimedWork | null> {
    const [claimed] = await this.database.query<ClaimedWork>(CLAIM, [client_id, id]);
    return claimed ?? null;
  }

  /** With its body; null where it, or its source, is gone. */
  async load({ client_id, event_id, created_at }: ClaimedWork): Promise<WorkedEvent | null> {
    const [event] = await this.database.query<WorkedEvent>(
      `select e.*, s.template from inbound_events e
         join sources s on s.client_id = e.client_id and s.id = e.source_id and s.deleted_at is null
        where e.client_id = $1 and e.id = $2 and e.created_at = $3`,
      [client_id, event_id, created_at],
    );
    return event ?? null;
  }

  /** Keeps what was done so far, and the claim for as long again. @returns false when it is somebody else's by now */
  save(work: ClaimedWork, results: KeptResult[], leaseS = LEASE_S): Promise<boolean> {
    return this.write(SAVE, work, results, leaseS);
  }

  /** It is done. @returns false when it was somebody else's by now */
  settle(work: ClaimedWork, results: KeptResult[], status: 'processed' | 'failed'): Promise<boolean> {
    return this.write(SETTLE, work, results, status);
  }

  async drop({ client_id, event_id, attempt }: ClaimedWork): Promise<void> {
    await this.database.execute('delete from inbound_work where client_id = $1 and event_id = $2 and attempt = $3', [
      client_id,
      event_id,
      attempt,
    ]);
  }

  /**
   * What is due, of the clients in turn: of the 2,000 that wait longest, first one of each, then the next ones. What came just
   * now is left to the queue.
   */
  due(limit: number): Promise<InboundJob[]> {
    return this.database.query(
      `select client_id, event_id as id from (
         select client_id, event_id, next_attempt_at,
                row_number() over (partition by client_id order by next_attempt_at) as place
           from (select client_id, event_id, next_attempt_at from inbound_work
                  where next_attempt_at < statement_timestamp() - interval '1 second'
                  order by next_attempt_at limit 2000) oldest) placed
        order by place, next_attempt_at limit $1`,
      [limit],
    );
  }

  /**
   * Lets events be worked on again: those that were taken and went in no circle, and are not in hand. Until somebody has done so they are
   * shown as what they are, stored. @returns how many
   */
  async again(clientId: string, sourceId: string, ids: string[], [from, to]: [Date, Date]): Promise<number> {
    return this.database.execute(
      `with added as (
         insert into inbound_work (client_id, event_id, source_id, created_at)
         select client_id, id, source_id, created_at from inbound_events
          where client_id = $1 and source_id = $2 and id = any ($3::uuid[]) and created_at between $4 and $5
            and verified and reason is null and status <> 'duplicate'
         on conflict do nothing returning event_id, created_at)
       ${SHOW_STORED} and e.created_at between $4 and $5`,
      [clientId, sourceId, ids, from, to],
    );
  }

  /** The same of those that came in a time, in the order of their ids. @param after the last one that was looked at */
  async nextAgain(
    clientId: string,
    sourceId: string,
    [from, to]: [Date, Date],
    after: string,
    limit: number,
  ): Promise<{ matched: number; replayed: number; last: string | null }> {
    const [counts] = await this.database.query<{ matched: number; replayed: number; last: string | null }>(
      `with found as materialized (
         select client_id, id, source_id, created_at, verified and reason is null and status <> 'duplicate' as works from inbound_events
          where client_id = $1 and source_id = $2 and created_at >= $3 and created_at < $4 and id > $5
          order by id limit $6),
       added as (
         insert into inbound_work (client_id, event_id, source_id, created_at)
         select client_id, id, source_id, created_at from found where works
         on conflict do nothing returning event_id, created_at),
       shown as (${SHOW_STORED} and e.created_at >= $3 and e.created_at < $4)
       select (select count(*) from found)::int as matched, (select count(*) from added)::int as replayed,
              (select id from found order by id desc limit 1) as last`,
      [clientId, sourceId, from, to, after, limit],
    );
    return counts!;
  }

  private async write(
    statement: typeof SAVE,
    { client_id, event_id, created_at, attempt }: ClaimedWork,
    results: KeptResult[],
    last: string | number,
  ): Promise<boolean> {
    const values = [client_id, event_id, created_at, attempt, JSON.stringify(results), last];
    return (await this.database.execute(statement, values)) > 0;
  }
}
