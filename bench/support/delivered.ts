import type pg from 'pg';

/** Over which deliveries are spread: what the numbers of thirty days read. */
export const DAYS = 30;

/** What is rare: so many deliveries are to `reader`, to its address, failed of `rare` and are of notifications with the tag `rare`. */
const RARE = 60;
/** Still open, all of the last day. */
const OPEN = 100;

const LAST_BIN = Math.ceil(Math.log(14 * 86_400_000) / Math.log(1.1));
/** As `platform/common/log-histogram.ts` has it. */
const BIN = `case when ms > 1 then least(ceil(ln(ms) / ln(1.1)), ${LAST_BIN})::int else 0 end`;

/** One of a day's deliveries as a row of `d`: $1 client, $2 when the first was accepted, $3 ms from one to the next, $4 and $5 which. */
const DELIVERED = `
  select n, at, uuidv7(at - clock_timestamp()) as id, uuidv7(at - clock_timestamp()) as source_id, channel,
         case channel when 'email' then case when n % 2 = 0 then 'main' else 'second' end else channel end as provider,
         case when rare or u < 0.03 then 'failed' when u < 0.04 then 'suppressed' when channel = 'webhook' or u < 0.7 then 'delivered'
              else 'sent' end as status,
         case when rare then 'rare' when u < 0.02 then 'http_503' when u < 0.03 then 'timeout' end as error_code,
         rare, exp(5 + z) as ms
    from (
      select n, $2::timestamptz + n * $3::float8 * interval '1 millisecond' as at, n % $6::bigint = 0 as rare,
             (array['email', 'websocket', 'webhook'])[n % 3 + 1] as channel, random() as u, random_normal() as z
        from generate_series($4::bigint, $5::bigint) n offset 0
    ) r`;

const ROWS = (into: string): string => `
  insert into ${into} (client_id, id, created_at, source_kind, source_id, channel, lane, priority, user_pk, address, status, reason,
                       error_code, provider, attempt_count, max_attempts, sent_at, delivered_at, updated_at)
  select $1::uuid, id, at, 'notification', source_id, channel, channel, 2,
         case when rare then $7::uuid else md5('user' || n % $8::int)::uuid end,
         case when channel <> 'websocket' or rare then case when rare then 'reader' else 'somebody-' || n % $8::int end || '@example.com' end,
         status, error_code, error_code, case when status <> 'suppressed' then provider end, 1, 8,
         case when status in ('sent', 'delivered') then at + ms * interval '1 millisecond' end,
         case when status = 'delivered' then at + ms * interval '1 millisecond' end, at + ms * interval '1 millisecond'
    from (${DELIVERED}) d`;

/** What the product would have counted of them: appended as it appends, and added up by it. */
const COUNTS = (from: string): string => `
  insert into delivery_deltas (client_id, bucket, channel, provider, counts)
  select $1::uuid, bucket, channel, provider, jsonb_object_agg(key, n)
    from (
      select bucket, channel, counted.by as provider, key, sum(counted.n) as n
        from (
          select date_bin('15 minutes', created_at, 'epoch') as bucket, channel, coalesce(provider, '') as provider, status, error_code,
                 case when sent_at is not null then ${BIN} end as bin, count(*) as n, round(sum(ms)) as ms
            from (select *, extract(epoch from sent_at - created_at)::float8 * 1000 as ms from ${from} where client_id = $1) d
           group by 1, 2, 3, 4, 5, 6
        ) cells cross join lateral (
          values (provider, status, cells.n), ('', 'accepted', cells.n), (provider, 'attempts', case when status <> 'suppressed' then cells.n end),
                 (provider, 'failed_attempts', case when error_code is not null then cells.n end),
                 (provider, 'c:retryable', case when error_code is not null then cells.n end), (provider, 'e:' || error_code, cells.n),
                 (provider, 'f:' || greatest(bin - 8, 0), cells.n), (provider, 's:' || bin, cells.n), (provider, 'sent_ms', ms::bigint),
                 (provider, 'd:' || bin, case when status = 'delivered' then cells.n end)
        ) as counted (by, key, n)
       where counted.key is not null and counted.n is not null
       group by 1, 2, 3, 4
    ) summed
   group by 1, 2, 3, 4`;

const TAG = `
  with made as (
    insert into notifications (client_id, id, status, priority, strategy, channels, channel_names, total, open_count, tags, created_at)
    select client_id, source_id, 'failed', 'normal', 'all', '{}', channel, 1, 0, array['rare'], created_at
      from ended_deliveries where client_id = $1 and user_pk = $2
    returning client_id, id
  )
  insert into notification_tags (client_id, tag, id) select client_id, 'rare', id from made`;

const LEAVE_OPEN = `
  with opened as (
    insert into open_deliveries (client_id, id, created_at, source_kind, source_id, channel, lane, priority, status, max_attempts,
                                 next_attempt_at, updated_at)
    select $1::uuid, uuidv7(at - clock_timestamp()), at, 'notification', uuidv7(), 'email', 'email', 2, 'held', 8, at + interval '7 days', at
      from (select clock_timestamp() - n * interval '10 minutes' as at from generate_series(1, ${OPEN}) n) t
    returning client_id, created_at, channel
  )
  insert into delivery_deltas (client_id, bucket, channel, provider, counts)
  select client_id, date_bin('15 minutes', created_at, 'epoch'), channel, '', '{"accepted": 1}' from opened`;

/**
 * Makes deliveries of the last thirty days, and what they were counted as, by statements of the server: through the API ten million
 * would take hours. A day is filled before it has indexes, and then becomes a part of the table.
 * @param reader the `user_pk` of a user who has a few of them, however many there are
 */
export async function makeDelivered(db: pg.Client, clientId: string, reader: string, count: number): Promise<void> {
  await db.query(
    `set statement_timeout = 0; set synchronous_commit = off; set jit = off; set maintenance_work_mem = '512MB'`,
  );
  await db.query(`set work_mem = '128MB'; set timezone = 'UTC'`);
  const first = Date.now() - DAYS * 86_400_000;
  const apart = (Date.now() - first) / count;
  for (let n = 0; n < count;) {
    const day = new Date(first + n * apart).toISOString().slice(0, 10);
    const end = Date.parse(day) + 86_400_000;
    const last = Math.min(count, Math.ceil((end - first) / apart)) - 1;
    const values = [
      clientId,
      new Date(first),
      apart,
      n,
      last,
      Math.floor(count / RARE),
      reader,
      Math.max(100, count / 100),
    ];
    const part = `ended_deliveries_${day.replaceAll('-', '')}`;
    const { rowCount } = await db.query('select from pg_class where oid = to_regclass($1)', [part]);
    if (rowCount === 0) {
      await db.query(`create table ${part} (like ended_deliveries including defaults including constraints)`);
      await db.query(ROWS(part), values);
      const until = new Date(end).toISOString();
      await db.query(
        `alter table ended_deliveries attach partition ${part} for values from ('${day} 00:00:00+00') to ('${until}')`,
      );
    } else {
      await db.query(ROWS(part), values);
    }
    await db.query(COUNTS(part), [clientId]);
    n = last + 1;
  }
  await db.query(TAG, [clientId, reader]);
  await db.query(LEAVE_OPEN, [clientId]);
  await db.query('vacuum analyze ended_deliveries');
  await db.query('vacuum analyze open_deliveries, notifications, notification_tags, users');
  await db.query('checkpoint');
}
