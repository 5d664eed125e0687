import { createServer, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { Server } from 'socket.io';
import { LOCK, MEMBERS, ROOMS, WRITE } from './transactions.js';

/*
 * The least that a message from one to another takes: node:http, one transaction for each request on the product's own
 * tables, then a bare Socket.IO emit. It checks no key, counts no limit and gathers nothing. Run as a process of its own.
 * `POST /<room>` with a JSON body; socket number n listens to the rooms that are n modulo LISTENERS.
 */
const listeners = Number(process.env.LISTENERS);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
pool.on('connect', (db) => void db.query('set jit = off'));

async function write(room: number): Promise<void> {
  const db = await pool.connect();
  try {
    await db.query('begin');
    await db.query({ name: 'lock', text: LOCK, values: [room] });
    await db.query({ name: 'write', text: WRITE, values: [room, room % MEMBERS] });
    await db.query('commit');
  } finally {
    db.release();
  }
}

const http = createServer((request, response) => {
  if (request.method !== 'POST') return void response.end('ok');
  const room = Number(request.url!.slice(1)) % ROOMS;
  void send(room, request).then((answer) => {
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    response.end(answer);
  });
});

async function send(room: number, request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const message = { ...(JSON.parse(body) as object), room_id: room, created_at: new Date().toISOString() };
  await write(room);
  io.to(`r:${room % listeners}`).emit('message.created', { type: 'message.created', data: message });
  return JSON.stringify(message);
}

const io = new Server(http, { path: '/sockets', serveClient: false, perMessageDeflate: false });
let connected = 0;
io.on('connection', (socket) => void socket.join(`r:${connected++}`));
http.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
