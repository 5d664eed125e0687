import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import { prepared } from '../../../platform/database/prepared.js';
import { unnest } from '../../../platform/database/unnest.js';

/** A provider of which somebody wants something, and its caps. */
export interface UsageWanted {
  client_id: string;
  key: string;
  /** So many whatever they are, beside those that are named. */
  wanted: number;
  hourly_cap: number | null;
  daily_cap: number | null;
  rate: number | null;
}

/** When something was counted. */
export interface CountedIn {
  hour: Date;
  day: Date;
}

/** A claimed delivery for which room is wanted, or given back. */
export interface UsageTurn {
  provider_client_id: string;
  key: string;
  /** The provider's name. */
  provider: string;
  client_id: string;
  id: string;
  /** Set: it had room that it did not use, which counts in the hour and the day in which it was taken. */
  back: CountedIn | null;
}

/** Times in milliseconds from now. */
export interface UsageGranted extends CountedIn {
  client_id: string;
  key: string;
  granted: number;
  /** Of those that are named, the granted ones in their order: by priority, then by age. */
  ids: string[];
  /** What is left of the hour's and the day's quota; null where there is none. */
  quota_left: number | null;
  day_is_used: boolean;
  hour_ends_in_ms: number;
  day_ends_in_ms: number;
  /** When the first of those granted may go, by the rate; and when the next one after them. */
  first_in_ms: number;
  next_in_ms: number;
}

/** Who comes later than this by the rate is not granted: nobody waits for it with a delivery in hand. */
export const PACE_AHEAD_MS = 2_000;
/** Reasons of those who wait in turn, as the index `open_deliveries_in_turn` has them. */
const IN_TURN = `'rate_limited', 'quota_exhausted'`;
/** What waits for its turn is woken by so many at most. */
const WOKEN_AT_ONCE = 1_000;
/** Until it is held, who was turned away goes before others by this. */
const TURN_FOR = `interval '1 second'`;

/** What is further ahead than a rate ever reaches was written by a clock that was set back since. */
const CLOCK_STEP = `interval '1 second'`;

const EACH = `('rate_limited'), ('quota_exhausted')`;
const OF_LANE = `o.client_id = l.client_id and o.lane = l.lane and o.status = 'held' and o.reason = r.reason and o.reason in (${IN_TURN})`;
/** What waits for another provider is in nobody's way. */
const WAITS_FOR = (row: string): string =>
  `${row}.routing -> 'skipped' @> jsonb_build_array(jsonb_build_object('provider', l.provider))`;
/** Of those of a lane that wait, to find one that waits for this provider. */
const LOOKED_AT = 50;

const KEYS = unnest<UsageWanted>()('w', { client_id: 'uuid', key: 'text' });

const WANTED = unnest<UsageWanted>()('w', {
  client_id: 'uuid',
  key: 'text',
  wanted: 'int',
  hourly_cap: 'int',
  daily_cap: 'int',
  rate: 'int',
});

const TURNS = unnest<UsageTurn>()(
  't',
  {
    provider_client_id: 'uuid',
    key: 'text',
    provider: 'text',
    client_id: 'uuid',
    id: 'uuid',
    back_hour: ['timestamptz', ({ back }) => back?.hour ?? null],
    back_day: ['timestamptz', ({ back }) => back?.day ?? null],
  },
  { first: 7 },
);

const BEGIN = prepared(
  'usage.begin',
  `insert into provider_usage (client_id, key, hour, hour_used, day, day_used, next_slot_at)
   select w.client_id, w.key, 'epoch', 0, 'epoch', 0, 'epoch' from ${KEYS.sql} order by 1, 2
   on conflict (client_id, key) do nothing`,
);

const AHEAD = `${PACE_AHEAD_MS} * interval '1 millisecond'`;

/**
 * The rows are locked in the order of their keys, then counted in one go. Hours and days are UTC's. `front` is who waits longest
 * in a lane for this provider: nobody of that lane behind it is `ready`, and where there is room, those who wait are woken.
 */
const TAKE = prepared(
  'usage.take',
  `with asked as materialized (
     select t.*, o.lane, coalesce(o.priority, 0) as priority
       from ${TURNS.sql} left join open_deliveries o on o.client_id = t.client_id and o.id = t.id
   ), lanes as materialized (
     select distinct client_id, lane, provider from asked
   ), front as materialized (
     select distinct on (l.client_id, l.lane, l.provider) l.client_id, l.lane, l.provider, h.priority, h.id
       from lanes l cross join (values ${EACH}) r (reason) cross join lateral (
         select o.priority, o.id, o.routing from open_deliveries o where ${OF_LANE} order by o.priority, o.id limit ${LOOKED_AT}) h
      where ${WAITS_FOR('h')}
      order by l.client_id, l.lane, l.provider, h.priority, h.id
   ), l as materialized (
     select u.*, w.wanted, w.hourly_cap, w.daily_cap, w.rate
       from provider_usage u join ${WANTED.sql} on u.client_id = w.client_id and u.key = w.key
      order by u.client_id, u.key for update of u
   ), ready as materialized (
     select a.provider_client_id, a.key, a.id, a.priority,
            row_number() over (partition by a.provider_client_id, a.key order by a.priority, a.id) as place
       from asked a join l on l.client_id = a.provider_client_id and l.key = a.key
       left join front f on f.client_id = a.client_id and f.lane = a.lane and f.provider = a.provider
      where a.back_hour is null and (f.id is null or (a.priority, a.id) < (f.priority, f.id))
        and (l.turn_until is null or l.turn_until <= clock_timestamp() or (a.priority, a.id) <= (l.turn_priority, l.turn_id))
   ), n as materialized (
     select l.*, at, date_trunc('hour', at, 'UTC') as this_hour, date_trunc('day', at, 'UTC') as this_day,
            greatest(0, case when l.hour = date_trunc('hour', at, 'UTC') then l.hour_used else 0 end
                        - (select count(*) from asked a where a.provider_client_id = l.client_id and a.key = l.key
                              and a.back_hour = date_trunc('hour', at, 'UTC'))::int) as of_hour,
            greatest(0, case when l.day = date_trunc('day', at, 'UTC') then l.day_used else 0 end
                        - (select count(*) from asked a where a.provider_client_id = l.client_id and a.key = l.key
                              and a.back_day = date_trunc('day', at, 'UTC'))::int) as of_day,
            l.wanted + (select count(*) from ready r where r.provider_client_id = l.client_id and r.key = l.key)::int as able,
            case when l.next_slot_at > at + ${AHEAD} + interval '1 second' / l.rate + ${CLOCK_STEP} then at else greatest(l.next_slot_at, at) end as slot
       from l cross join lateral (select clock_timestamp() as at) now
   ), q as materialized (
     select n.*, least(case when hourly_cap is not null then greatest(0, hourly_cap - of_hour) end,
                       case when daily_cap is not null then greatest(0, daily_cap - of_day) end) as quota,
            case when rate is not null then greatest(0, 1 + floor(extract(epoch from at + ${AHEAD} - slot) * rate)::int) end as pace
       from n
   ), g as materialized (
     select q.*, least(able, quota, pace) as granted, least(quota, pace) - least(able, quota, pace) as room from q
   ), taken as (
     update provider_usage u
        set hour = g.this_hour, hour_used = g.of_hour + g.granted, day = g.this_day, day_used = g.of_day + g.granted,
            next_slot_at = case when g.granted > 0 and g.rate is not null then g.slot + g.granted * interval '1 second' / g.rate else u.next_slot_at end,
            turn_priority = coalesce(away.priority, u.turn_priority), turn_id = coalesce(away.id, u.turn_id),
            turn_until = case when away.id is not null then g.at + ${TURN_FOR}
                              when u.turn_id in (select r.id from ready r) then null else u.turn_until end
       from g left join lateral (
         select r.priority, r.id from ready r
          where r.provider_client_id = g.client_id and r.key = g.key and r.place > g.granted order by r.place limit 1) away on true
      where u.client_id = g.client_id and u.key = g.key
   ), next_ones as (
     select o.client_id, o.id
       from (select distinct f.client_id, f.lane, f.provider, least(g.room, ${WOKEN_AT_ONCE}) as room
               from front f join asked a on a.client_id = f.client_id and a.lane = f.lane and a.provider = f.provider
               join g on g.client_id = a.provider_client_id and g.key = a.key
              where g.room > 0) l
      cross join (values ${EACH}) r (reason) cross join lateral (
        select o.client_id, o.id from open_deliveries o
         where ${OF_LANE} and ${WAITS_FOR('o')} order by o.priority, o.id limit l.room for update skip locked) o
   ), woken as (
     update open_deliveries o set next_attempt_at = clock_timestamp() from next_ones w
      where o.client_id = w.client_id and o.id = w.id and o.status = 'held' and o.next_attempt_at > clock_timestamp()
   )
   select client_id, key, granted,
          array(select r.id::text from ready r where r.provider_client_id = g.client_id and r.key = g.key and r.place <= g.granted
                 order by r.place) as ids,
          quota - granted as quota_left, coalesce(of_day + granted >= daily_cap, false) as day_is_used,
          this_hour as hour, this_day as day,
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

  /** Until the next slot that is free by a rate, in milliseconds; 0: now. */
  async untilFree(clientId: string, key: string): Promise<number> {
    const [row] = await this.database.query<{ ms: number }>(
      `select greatest(0, extract(epoch from next_slot_at - clock_timestamp())::float8 * 1000) as ms
         from provider_usage where client_id = $1 and key = $2`,
      [clientId, key],
    );
    return row?.ms ?? 0;
  }

  /** In their order, without counting. */
  read(of: Pick<UsageWanted, 'client_id' | 'key'>[]): Promise<Usage[]> {
    return this.database.query(READ, READ_KEYS.values(of));
  }

  /** @param wanted each provider at most once, also where something is given back only */
  take(wanted: UsageWanted[], turns: UsageTurn[]): Promise<UsageGranted[]> {
    return this.database.query(TAKE, [...WANTED.values(wanted), ...TURNS.values(turns)]);
  }
}
