import { createServer } from 'node:http';
import { Server } from 'socket.io';

/*
 * A Socket.IO server that does nothing but what a broadcast and idle connections cost. Run as a process of its own.
 * Sockets join the room `all` and ROOMS_EACH more; `message.send` is answered at once and emits MESSAGE to all, `sync.resume` is
 * answered by the last `answer.set`.
 */
const message = JSON.parse(process.env.MESSAGE ?? '{}') as object;
const roomsEach = Number(process.env.ROOMS_EACH ?? 0);

const http = createServer((_, response) => response.end('ok'));

const io = new Server(http, { path: '/sockets', serveClient: false, perMessageDeflate: false });
let answer: object = {};
let connected = 0;
io.on('connection', (socket) => {
  const index = connected++;
  void socket.join('all');
  socket.on('message.send', (_, acknowledge: (answer: object) => void) => {
    io.to('all').emit('message.created', message);
    acknowledge({ ok: true });
  });
  socket.on('sync.resume', (_, acknowledge: (answer: object) => void) => acknowledge(answer));
  socket.on('answer.set', (given: object, acknowledge: (answer: object) => void) => {
    answer = given;
    acknowledge({ ok: true });
  });
  for (let n = 0; n < roomsEach; n++) void socket.join(`r:room-${(index + n) % 1000}`);
});
// As many as the product lets wait: thousands come at once.
http.listen({ port: Number(process.env.PORT), host: '127.0.0.1', backlog: 8_192 });
process.on('SIGTERM', () => process.exit(0));
