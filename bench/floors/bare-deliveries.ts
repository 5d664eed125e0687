import { Agent, createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Server } from 'socket.io';

/*
 * The least that a webhook takes from request to record: one row, one POST, one settling update (gathered, one in flight). It
 * checks no key, signs nothing, retries nothing. Run as a process of its own: `POST /` with `{ url, payload }`.
 * CLAIMS=1: what was accepted is claimed from PostgreSQL before it is sent, as whoever survives a kill must.
 * Without a `url` it is sent to the Socket.IO room of a user instead.
 */
const AT_ONCE = 128;
const claims = process.env.CLAIMS === '1';
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
await pool.query(`create table if not exists bare_deliveries (id bigint generated always as identity primary key, url text not null,
  body text not null, status text not null default 'pending', response integer, updated_at timestamptz not null default now())`);
await pool.query(`create index if not exists bare_pending on bare_deliveries (id) where status = 'pending'`);

interface Row {
  id: string;
  url: string;
  body: string;
}

const post = ({ url, body }: Row): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = httpRequest(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode!));
    });
    sent.once('error', reject).end(body);
  });

let inHand = 0;
const sent: { id: string; response: number }[] = [];
let settling = false;

async function deliver(row: Row): Promise<void> {
  inHand++;
  if (row.url === '') io.to('u:one').emit('notification.created', { id: row.id, data: row.body });
  sent.push({ id: row.id, response: row.url === '' ? 0 : await post(row) });
  inHand--;
  if (claims) claimSoon();
  if (settling) return;
  settling = true;
  while (sent.length > 0) {
    const batch = sent.splice(0);
    await pool.query({
      name: 'settle',
      text: `update bare_deliveries d set status = 'delivered', response = s.response, updated_at = now()
               from unnest($1::bigint[], $2::int[]) as s (id, response) where d.id = s.id`,
      values: [batch.map(({ id }) => id), batch.map(({ response }) => response)],
    });
  }
  settling = false;
}

let claiming = false;
let wanted = false;
function claimSoon(): void {
  wanted = true;
  if (!claiming) void claim();
}

async function claim(): Promise<void> {
  claiming = true;
  while (wanted && inHand < AT_ONCE) {
    wanted = false;
    const { rows } = await pool.query<Row>({
      name: 'claim',
      text: `update bare_deliveries set status = 'sending' where id in (
               select id from bare_deliveries where status = 'pending' order by id limit $1 for update skip locked)
             returning id, url, body`,
      values: [AT_ONCE - inHand],
    });
    for (const row of rows) void deliver(row);
    if (rows.length > 0) await sleep(1);
    wanted ||= rows.length > 0;
  }
  claiming = false;
}

async function accept(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const { url = '', payload } = JSON.parse(text) as { url?: string; payload: object };
  const { rows } = await pool.query<Row>({
    name: 'accept',
    text: 'insert into bare_deliveries (url, body, status) values ($1, $2, $3) returning id, url, body',
    values: [url, JSON.stringify(payload), claims ? 'pending' : 'sending'],
  });
  if (claims) claimSoon();
  else void deliver(rows[0]!);
  return JSON.stringify({ id: rows[0]!.id, status: 'pending' });
}

const http = createServer((request, response) => {
  if (request.method !== 'POST') return void response.end('ok');
  void accept(request).then((answer) => {
    response
      .writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) })
      .end(answer);
  });
});
const io = new Server(http, { path: '/sockets', serveClient: false, perMessageDeflate: false });
io.on('connection', (socket) => void socket.join('u:one'));
http.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
