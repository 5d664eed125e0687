import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { newId } from '../../src/platform/common/ids.js';

/*
 * The least that accepting notifications takes: node:http, the body parsed, and one statement with its commit for each request that
 * writes the rows of the product's own tables: the notifications, a sleeping delivery for each recipient, and what is counted of
 * them. It checks no key, validates nothing, asks no list of suppressed addresses and gathers nothing. Run as a process of its own, on
 * a database of its own. `POST /` with a notification, or with `{ notifications: [...] }`.
 */
const CLIENT = '00000000-0000-7000-8000-000000000000';
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
pool.on('connect', (db) => void db.query('set jit = off'));

interface Notification {
  recipients: { email?: string; user_id?: string }[];
  channels: object;
  scheduled_for: string;
}

const WRITE = `
  with written as (
    insert into notifications (client_id, id, status, priority, strategy, channels, channel_names, total, open_count,
                               scheduled_for, created_at, updated_at)
    select '${CLIENT}', w.id, 'scheduled', 'normal', 'all', w.channels, 'email', w.total, w.total, w.scheduled_for,
           statement_timestamp(), statement_timestamp()
      from unnest($1::uuid[], $2::jsonb[], $3::int[], $4::timestamptz[]) as w (id, channels, total, scheduled_for)
  ), counted as (
    insert into delivery_deltas (client_id, bucket, channel, provider, counts)
    values ('${CLIENT}', date_bin('15 minutes', statement_timestamp(), 'epoch'), 'email', '', jsonb_build_object('accepted', $5::int))
  )
  insert into open_deliveries (client_id, id, created_at, source_kind, source_id, channel, lane, priority, user_pk, address, status,
                               max_attempts, next_attempt_at, updated_at)
  select '${CLIENT}', d.id, statement_timestamp(), 'notification', d.source_id, 'email', 'email', 2, d.user_pk, d.address, 'pending', 8,
         d.next_attempt_at, statement_timestamp()
    from unnest($6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::timestamptz[]) as d (id, source_id, user_pk, address, next_attempt_at)`;

/** Of each user that was named. */
const pks = new Map<string, string>();

function pkOf(userId: string): string {
  const known = pks.get(userId) ?? newId();
  pks.set(userId, known);
  return known;
}

async function accept(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const body = JSON.parse(text) as Notification | { notifications: Notification[] };
  const wanted = ('notifications' in body ? body.notifications : [body]).map((one) => ({ ...one, id: newId() }));
  const deliveries = wanted.flatMap(({ id, recipients, scheduled_for }) =>
    recipients.map(({ email, user_id }) => ({
      source_id: id,
      id: newId(),
      user_pk: user_id === undefined ? null : pkOf(user_id),
      address: email ?? `${user_id}@example.com`,
      scheduled_for,
    })),
  );
  await pool.query({
    name: 'accept',
    text: WRITE,
    values: [
      wanted.map(({ id }) => id),
      wanted.map(({ channels }) => JSON.stringify(channels)),
      wanted.map(({ recipients }) => recipients.length),
      wanted.map(({ scheduled_for }) => scheduled_for),
      deliveries.length,
      deliveries.map(({ id }) => id),
      deliveries.map(({ source_id }) => source_id),
      deliveries.map(({ user_pk }) => user_pk),
      deliveries.map(({ address }) => address),
      deliveries.map(({ scheduled_for }) => scheduled_for),
    ],
  });
  return JSON.stringify(wanted.map(({ id }) => ({ id, status: 'scheduled' })));
}

const http = createServer((request, response) => {
  if (request.method !== 'POST') return void response.end('ok');
  void accept(request).then((answer) => {
    response
      .writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
      .end(answer);
  });
});
http.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
