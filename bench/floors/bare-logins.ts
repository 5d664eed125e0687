import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import bcrypt from 'bcrypt';
import pg from 'pg';

/*
 * The least that a login takes: a secret, bcrypt's cheapest hash of it, and one statement that replaces what the user had,
 * with its commit. It checks no key, ends no older one and tells nobody. Run as a process of its own. `POST /<user>`.
 */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
await pool.query('create table if not exists bare_logins (user_pk bigint primary key, secret_hash text not null)');

async function login(user: number): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  const hash = await bcrypt.hash(secret, 4);
  await pool.query({
    name: 'login',
    text: 'insert into bare_logins values ($1, $2) on conflict (user_pk) do update set secret_hash = excluded.secret_hash',
    values: [user, hash],
  });
  return JSON.stringify({ user_id: String(user), api_key: secret });
}

const http = createServer((request, response) => {
  if (request.method !== 'POST') return void response.end('ok');
  request.resume();
  void login(Number(request.url!.slice(1))).then((answer) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    response.end(answer);
  });
});
http.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
