import pg from 'pg';

/** The first is the largest; the reader's are the first {@link READER_ROOMS}, the first {@link BROAD_ROOMS} those of whoever is in very many. */
const ROOMS = 2_500;
export const READER_ROOMS = 50;
export const BROAD_ROOMS = 2_000;
const MEMBERS = 20;
const USERS = 5_000;
/** What the reader has not read in each of its rooms; everybody else's markers stand there too. */
const UNREAD = 10;

/** Messages are spread evenly over so many days; the log holds those of the last {@link LOG_DAYS}. */
const DAYS = 28;
const LOG_DAYS = 7;
/** In one transaction. */
const STEP = 200_000;

/**
 * Message number n, from 0: of ten in a row one is in the largest room, four are in the reader's others and five in the rest, in turn.
 * So all rooms grow at once, as they do in life, and a room's messages lie far apart.
 */
const PLACED = `
  select n, at,
         case when k = 0 then 0 when k <= 4 then 1 + mine % ${READER_ROOMS - 1} else ${READER_ROOMS} + rest % ${ROOMS - READER_ROOMS} end as room,
         case when k = 0 then ten else case when k <= 4 then mine / ${READER_ROOMS - 1} else rest / ${ROOMS - READER_ROOMS} end end + 1 as seq
    from (select n, n % 10 as k, n / 10 as ten, n / 10 * 4 + n % 10 - 1 as mine, n / 10 * 5 + n % 10 - 5 as rest,
                 date_trunc('milliseconds', $2::timestamptz + n * $3::float8 * interval '1 millisecond') as at
            from generate_series($4::bigint, $5::bigint) n) x`;

const WRITE = `
  with placed as (${PLACED}), made as materialized (
    select p.*, r.id as room_id, uuidv7(p.at - clock_timestamp()) as id, s.user_pk as sender_pk,
           case when p.seq % 20 = 0 then m.user_pk end as mentioned
      from placed p
      join bench_rooms r on r.n = p.room
      join bench_members s on s.room = p.room and s.place = p.seq % ${MEMBERS}
      join bench_members m on m.room = p.room and m.place = (p.seq / 20 + 1) % ${MEMBERS}
  ), messages as (
    insert into messages (client_id, room_id, seq, id, rev, sender_pk, sender_type, content_type, content, mentions, silent, created_at, updated_at)
    select $1, room_id, seq, id, seq, sender_pk, 'user', 'text', 'Message ' || n || ' says ' || md5(n::text) || ' and ' || md5(id::text),
           case when mentioned is null then '[]' else jsonb_build_array(jsonb_build_object('type', 'user', 'user_pk', mentioned)) end,
           seq % 50 = 0, at, at
      from made order by n
  ), mentions as (
    insert into room_mentions (client_id, room_id, user_pk, seq)
    select $1, room_id, mentioned, seq from made where mentioned <> sender_pk
  )
  insert into events (client_id, stream_type, stream_id, room_id, epoch, rev, id, type, seq, subject_id, actor_pk, actor_type, occurred_at)
  select $1, 'room', room_id, room_id, i.generation || '.1', seq, uuidv7(at - clock_timestamp()), 'message.created', seq, m.id, sender_pk, 'user', at
    from made m, installation i where at > $2::timestamptz + interval '${DAYS - LOG_DAYS} days' order by n`;

/** Readers of the log, whose work is not measured, have read it: in the same transaction, so that they see none of it before. */
const PASS_READERS = `
  update log_readers
     set generation = i.generation, tx = pg_current_xact_id(), stream_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff', rev = ${Number.MAX_SAFE_INTEGER},
         read_at = clock_timestamp()
    from installation i`;

/** Younger days are there already. */
const MAKE_DAYS = `
  do $$
  declare day date;
  begin
    for ago in 0..${LOG_DAYS + 1} loop
      day := (clock_timestamp() at time zone 'UTC')::date - ago;
      if to_regclass('events_' || to_char(day, 'YYYYMMDD')) is null then
        execute format('create table %I partition of events for values from (%L) to (%L)',
          'events_' || to_char(day, 'YYYYMMDD'), day || ' 00:00:00+00', day + 1 || ' 00:00:00+00');
      end if;
    end loop;
  end $$`;

/** Rooms with their members, and the people: the users `reader` and `broad` are there already. */
const MAKE_ROOMS = [
  `insert into users (client_id, user_pk, user_id, display_name)
   select $1, uuidv7(), 'person-' || n, 'Person ' || n from generate_series(0, ${USERS - 1}) n`,
  `create temp table bench_rooms as select n, uuidv7() as id from generate_series(0, ${ROOMS - 1}) n`,
  `create temp table bench_members as
   select r as room, m as place, u.user_pk
     from generate_series(0, ${ROOMS - 1}) r
    cross join generate_series(0, ${MEMBERS - 1}) m
     join users u on u.client_id = $1 and u.user_id = case
       when m = 0 and r < ${READER_ROOMS} then 'reader' when m = 1 and r < ${BROAD_ROOMS} then 'broad'
       else 'person-' || (r * 7 + m) % ${USERS} end`,
  'analyze bench_rooms, bench_members',
  `insert into rooms (client_id, id, room_type, name, max_members, member_count, created_at)
   select $1, id, 'group', 'Room ' || n, 100, ${MEMBERS}, clock_timestamp() - interval '${DAYS + 1} days' from bench_rooms`,
  `insert into room_members (client_id, room_id, user_pk, role)
   select $1, r.id, m.user_pk, case m.place when 0 then 'owner' else 'member' end from bench_members m join bench_rooms r on r.n = m.room`,
];

/** What the sends would have moved. */
const MOVE_HEADS = [
  `update rooms r
      set last_seq = m.seq, last_rev = m.seq, last_message_at = m.at, updated_at = m.at, last_active_day = (m.at at time zone 'UTC')::date
     from (select room_id, max(seq) as seq, max(created_at) as at from messages where client_id = $1 group by 1) m
    where r.client_id = $1 and r.id = m.room_id`,
  `update room_members m
      set last_read_seq = greatest(r.last_seq - ${UNREAD}, 0), last_delivered_seq = greatest(r.last_seq - ${UNREAD}, 0)
     from rooms r where m.client_id = $1 and r.client_id = $1 and r.id = m.room_id`,
];

/**
 * Makes a tenant's rooms and `count` messages in them, with what would have come with them, by statements of the server:
 * through the API ten million would take an hour.
 * @param clientId a tenant with the users `reader` and `broad` and nothing else
 */
export async function makeArchive(db: pg.Client, clientId: string, count: number): Promise<void> {
  await db.query(`set synchronous_commit = off`);
  await db.query(`set jit = off`);
  await db.query(MAKE_DAYS);
  for (const sql of MAKE_ROOMS) await db.query(sql, sql.includes('$1') ? [clientId] : []);
  const apart = (DAYS * 86_400_000) / count;
  const started = new Date(Date.now() - DAYS * 86_400_000);
  for (let from = 0; from < count; from += STEP) {
    await db.query('begin');
    await db.query(PASS_READERS);
    await db.query(WRITE, [clientId, started, apart, from, Math.min(from + STEP, count) - 1]);
    await db.query('commit');
  }
  for (const sql of MOVE_HEADS) await db.query(sql, [clientId]);
  await db.query('vacuum analyze');
  await db.query('checkpoint');
}
