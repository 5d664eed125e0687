import { createServer } from 'node:http';
import { Server } from 'socket.io';

/*
 * A Socket.IO server that does nothing but what a broadcast and idle connections cost. Run as a process of its own.
 * Sockets join the room `all` and ROOMS_EACH more; GET /broadcast?n=… emits the payload of MESSAGE that many times.
 */
const message = JSON.parse(process.env.MESSAGE ?? '{}') as object;
const roomsEach = Number(process.env.ROOMS_EACH ?? 0);

const http = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://bench');
  const times = Number(url.searchParams.get('n') ?? 0);
  // A turn of the event loop between emits, as between the commits of real messages.
  const emit = (left: number) => {
    if (left === 0) return;
    io.to('all').emit('message.created', message);
    setImmediate(emit, left - 1);
  };
  emit(times);
  response.end('ok');
});

const io = new Server(http, { path: '/sockets', serveClient: false, perMessageDeflate: false });
let connected = 0;
io.on('connection', (socket) => {
  const index = connected++;
  void socket.join('all');
  for (let n = 0; n < roomsEach; n++) void socket.join(`r:room-${(index + n) % 1000}`);
});
http.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
