import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import type { EventsCursor } from '../../providers/provider.js';

/** A provider whose events are asked for. */
export interface PolledProvider {
  provider_key: string;
  /** null: the operator's. */
  client_id: string | null;
  channel: string;
  /** Of a client's provider its id, of an operator's its name. */
  provider: string;
}

export interface PollResult {
  cursor: EventsCursor | null;
  nextInMs: number;
  /** null: it answered as it should. */
  error: string | null;
}

/** A poll holds this long at most; whoever comes after that takes the one before for dead. */
const LEASE = `interval '5 minutes'`;

@Injectable()
export class ProviderPollsRepository {
  constructor(private readonly database: Database) {}

  /** Clients' providers of these types whose time has come: the longest overdue first. */
  due(types: { channel: string; type: string }[], limit: number): Promise<PolledProvider[]> {
    return this.database.query(
      `select p.client_id::text || ':' || p.id as provider_key, p.client_id, p.channel, p.id as provider
         from unnest($1::text[], $2::text[]) as t (channel, type)
         join providers p on p.provider_type = t.type and p.channel = t.channel
         left join provider_event_cursors c on c.provider_key = p.client_id::text || ':' || p.id
        where c.provider_key is null
           or (c.next_poll_at <= statement_timestamp() and coalesce(c.polling_until, '-infinity') <= statement_timestamp())
        order by c.next_poll_at nulls first limit $3`,
      [types.map(({ channel }) => channel), types.map(({ type }) => type), limit],
    );
  }

  /** Takes one that is due. @returns how far it was read; null when somebody else has it, or it is not due */
  async take({
    provider_key,
    client_id,
  }: PolledProvider): Promise<{ cursor: EventsCursor | null; failures: number } | null> {
    const [row] = await this.database.query<{ cursor: EventsCursor | null; failures: number }>(
      `insert into provider_event_cursors as c (provider_key, client_id, next_poll_at, polling_until)
       values ($1, $2, clock_timestamp(), clock_timestamp() + ${LEASE})
       on conflict (provider_key) do update set polling_until = clock_timestamp() + ${LEASE}
        where c.next_poll_at <= clock_timestamp() and coalesce(c.polling_until, '-infinity') <= clock_timestamp()
       returning c.cursor, c.failures`,
      [provider_key, client_id],
    );
    return row ?? null;
  }

  async give({ provider_key }: PolledProvider, { cursor, nextInMs, error }: PollResult): Promise<void> {
    await this.database.execute(
      `update provider_event_cursors
          set cursor = $2, polling_until = null, next_poll_at = clock_timestamp() + $3 * interval '1 millisecond',
              failures = case when $4::text is null then 0 else failures + 1 end, last_error = $4
        where provider_key = $1`,
      [provider_key, cursor, nextInMs, error],
    );
  }
}
