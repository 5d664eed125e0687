import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';

/** How much somebody wants of a provider; less than nothing gives back. */
export interface UsageWanted {
  client_id: string;
  key: string;
  wanted: number;
  hourly_cap: number | null;
  daily_cap: number | null;
  rate: number | null;
}

/** Times in milliseconds from now. */
export interface UsageGranted {
  client_id: string;
  key: string;
  granted: number;
  /** As much as the caps of the hour and the day would have let through. */
  in_quota: number;
  day_is_used: boolean;
  hour_ends_in_ms: number;
  day_ends_in_ms: number;
  /** When the first of those granted may go, by the rate; and when the next one after them. */
  first_in_ms: number;
  next_in_ms: number;
}

/** Who comes later than this by the rate is not granted: nobody waits for it with a delivery in hand. */
export const PACE_AHEAD_MS = 2_000;

const KEYS = unnest<UsageWanted>()('w', { client_id: 'uuid', key: 'text' });

const WANTED = unnest<UsageWanted>()('w', {
  client_id: 'uuid',
  key: 'text',
  wanted: 'int',
  hourly_cap: 'int',
  daily_cap: 'int',
  rate: 'int',
});

const BEGIN = prepared(
  'usage.begin',
  `insert into provider_usage (client_id, key, hour, hour_used, day, day_used, next_slot_at)
   select w.client_id, w.key, 'epoch', 0, 'epoch', 0, 'epoch' from ${KEYS.sql} order by 1, 2
   on conflict (client_id, key) do nothing`,
);

const AHEAD = `${PACE_AHEAD_MS} * interval '1 millisecond'`;

/** The rows are locked in the order of their keys, then counted in one go. Hours and days are UTC's. */
const TAKE = prepared(
  'usage.take',
  `with l as materialized (
     select u.*, w.wanted, w.hourly_cap, w.daily_cap, w.rate
       from provider_usage u join ${WANTED.sql} on u.client_id = w.client_id and u.key = w.key
      order by u.client_id, u.key for update of u
   ), n as materialized (
     select l.*, at, date_trunc('hour', at, 'UTC') as this_hour, date_trunc('day', at, 'UTC') as this_day,
            case when l.hour = date_trunc('hour', at, 'UTC') then l.hour_used else 0 end as of_hour,
            case when l.day = date_trunc('day', at, 'UTC') then l.day_used else 0 end as of_day,
            greatest(l.next_slot_at, at) as slot
       from l cross join lateral (select clock_timestamp() as at) now
   ), q as (
     select n.*, least(wanted, case when hourly_cap is not null then greatest(0, hourly_cap - of_hour) end,
                       case when daily_cap is not null then greatest(0, daily_cap - of_day) end) as in_quota,
            case when rate is null then wanted
                 else greatest(0, 1 + floor(extract(epoch from at + ${AHEAD} - slot) * rate)::int) end as in_time
       from n
   ), g as (
     select q.*, least(in_quota, in_time) as granted from q
   ), taken as (
     update provider_usage u
        set hour = g.this_hour, hour_used = greatest(0, g.of_hour + g.granted), day = g.this_day,
            day_used = greatest(0, g.of_day + g.granted),
            next_slot_at = case when g.granted > 0 and g.rate is not null then g.slot + g.granted * interval '1 second' / g.rate else u.next_slot_at end
       from g where u.client_id = g.client_id and u.key = g.key
   )
   select client_id, key, granted, in_quota, coalesce(of_day + granted >= daily_cap, false) as day_is_used,
          extract(epoch from this_hour + interval '1 hour' - at)::float8 * 1000 as hour_ends_in_ms,
          extract(epoch from this_day + interval '1 day' - at)::float8 * 1000 as day_ends_in_ms,
          extract(epoch from slot - at)::float8 * 1000 as first_in_ms,
          coalesce(extract(epoch from slot + granted * interval '1 second' / rate - at)::float8 * 1000, 0) as next_in_ms
     from g`,
);

/** What of a provider is used in the hour and the day that run. Times in milliseconds from now. */
export interface Usage {
  of_hour: number;
  of_day: number;
  hour_ends_in_ms: number;
  day_ends_in_ms: number;
  /** For how long its rate is taken. */
  paced_ms: number;
}

const READ_KEYS = unnest<Pick<UsageWanted, 'client_id' | 'key'>>()(
  'w',
  { client_id: 'uuid', key: 'text' },
  { ordinality: 'nth' },
);

const READ = prepared(
  'usage.read',
  `select case when u.hour = this_hour then u.hour_used else 0 end as of_hour,
          case when u.day = this_day then u.day_used else 0 end as of_day,
          extract(epoch from this_hour + interval '1 hour' - at)::float8 * 1000 as hour_ends_in_ms,
          extract(epoch from this_day + interval '1 day' - at)::float8 * 1000 as day_ends_in_ms,
          greatest(0, coalesce(extract(epoch from u.next_slot_at - at)::float8 * 1000, 0)) as paced_ms
     from ${READ_KEYS.sql}
     left join provider_usage u on u.client_id = w.client_id and u.key = w.key
    cross join lateral (select clock_timestamp() as at) c
    cross join lateral (select date_trunc('hour', at, 'UTC') as this_hour, date_trunc('day', at, 'UTC') as this_day) n
    order by w.nth`,
);

/** What of providers is used, over all processes. */
@Injectable()
export class UsageRepository {
  constructor(private readonly database: Database) {}

  /** Before the first {@link take}. */
  async begin(wanted: UsageWanted[]): Promise<void> {
    await this.database.query(BEGIN, KEYS.values(wanted));
  }

  /** In their order, without counting. */
  read(of: Pick<UsageWanted, 'client_id' | 'key'>[]): Promise<Usage[]> {
    return this.database.query(READ, READ_KEYS.values(of));
  }

  /** @param wanted each provider at most once */
  take(wanted: UsageWanted[]): Promise<UsageGranted[]> {
    return this.database.query(TAKE, WANTED.values(wanted));
  }
}
