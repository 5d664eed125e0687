import { Server } from 'socket.io';
import { limits } from '../config/limits.js';
import { HEARTBEAT_MS, HEARTBEAT_TIMEOUT_MS } from './connection.js';

/** A connection that has not presented a valid key by then is closed. */
const CONNECT_TIMEOUT_MS = 20_000;

/** The Socket.IO server of a process. It emits as it is, and takes connections once it is attached. */
export const makeServer = (): Server =>
  new Server({
    path: '/sockets',
    serveClient: false,
    // WebSocket first; polling stays for networks that need it.
    transports: ['websocket', 'polling'],
    pingInterval: HEARTBEAT_MS,
    pingTimeout: HEARTBEAT_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxHttpBufferSize: limits.body_bytes,
    perMessageDeflate: false,
    httpCompression: false,
    cors: { origin: true, credentials: false },
  });
