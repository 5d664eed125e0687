import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import { prepared } from '../../../platform/database/prepared.js';
import { unnest } from '../../../platform/database/unnest.js';
import type { ProviderOutage } from '../../providers/provider-outage.js';

export interface BreakerKey {
  client_id: string;
  key: string;
}

/** A breaker as it becomes. */
export interface BreakerWrite extends BreakerKey {
  channel: string;
  is_open: boolean;
  reason: string;
  times: number;
  open_ms: number;
}

export interface OpenBreaker extends BreakerKey {
  times: number;
  /** Until it may be tried, and until who tries it has had the time; negative when that is past. */
  open_in_ms: number;
  probe_in_ms: number;
}

const WRITES = unnest<BreakerWrite>()('w', {
  client_id: 'uuid',
  key: 'text',
  channel: 'text',
  is_open: 'boolean',
  reason: 'text',
  times: 'int',
  open_ms: 'float8',
});

/** A provider that opens and closes all the time is told of once in this time. */
const QUIET = `interval '15 minutes'`;
/** What has not changed for so long is nobody's any more: who still needs it opens it again. */
const KEPT_FOR = `interval '1 day'`;
/** Longer than an attempt may take. */
const PROBE = `interval '70 seconds'`;

const WRITE = prepared(
  'breakers.write',
  `with gone as (
     delete from provider_breakers where updated_at < statement_timestamp() - ${KEPT_FOR}
   )
   insert into provider_breakers as b (client_id, key, channel, is_open, reason, times, opened_at, open_until, probe_until, told_at,
                                       updated_at)
   select w.client_id, w.key, w.channel, w.is_open, w.reason, w.times, at, at + w.open_ms * interval '1 millisecond', null,
          case when w.is_open then at else '-infinity' end, at
     from (select clock_timestamp() as at) now, ${WRITES.sql}
    order by w.client_id, w.key
   on conflict (client_id, key) do update
      set is_open = excluded.is_open, reason = excluded.reason, times = excluded.times, open_until = excluded.open_until,
          probe_until = null, updated_at = excluded.updated_at,
          opened_at = case when b.is_open then b.opened_at else excluded.opened_at end,
          told_at = case when excluded.is_open and not b.is_open and b.told_at < excluded.updated_at - ${QUIET}
                         then excluded.updated_at else b.told_at end
   returning client_id, key, is_open and told_at = updated_at as tell`,
);

const OPEN = prepared(
  'breakers.open',
  `select client_id, key, times, extract(epoch from open_until - clock_timestamp())::float8 * 1000 as open_in_ms,
          coalesce(extract(epoch from probe_until - clock_timestamp())::float8 * 1000, -1) as probe_in_ms
     from provider_breakers where is_open`,
);

/** Breakers as all processes see them. */
@Injectable()
export class BreakersRepository {
  constructor(private readonly database: Database) {}

  /** @param writes each breaker at most once; @returns whose opening is to be told */
  write(tx: Tx, writes: BreakerWrite[]): Promise<(BreakerKey & { tell: boolean })[]> {
    return tx.query(WRITE, WRITES.values(writes));
  }

  open(): Promise<OpenBreaker[]> {
    return this.database.query(OPEN);
  }

  /** Of these keys, those that are open. */
  openOf(clientId: string, keys: string[]): Promise<(ProviderOutage & { key: string })[]> {
    return this.database.query(
      `select key, reason, opened_at as since, open_until as retry_at from provider_breakers
        where client_id = $1 and key = any($2) and is_open`,
      [clientId, keys],
    );
  }

  /** One of all processes may try whether it works again. @returns is it this one? */
  async takeProbe({ client_id, key }: BreakerKey): Promise<boolean> {
    const taken = await this.database.execute(
      `update provider_breakers set probe_until = clock_timestamp() + ${PROBE}
        where client_id = $1 and key = $2 and is_open and open_until <= clock_timestamp()
          and (probe_until is null or probe_until <= clock_timestamp())`,
      [client_id, key],
    );
    return taken > 0;
  }

  /** One that was taken and is not used. */
  async giveBackProbe({ client_id, key }: BreakerKey): Promise<void> {
    await this.database.execute(
      `update provider_breakers set probe_until = null where client_id = $1 and key = $2 and is_open`,
      [client_id, key],
    );
  }
}
