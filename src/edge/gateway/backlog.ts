import type { Socket } from 'socket.io';

/** What may wait to be sent to one connection, and what may at no moment. */
const MUCH_BYTES = 4 * 1_048_576;
const TOO_MUCH_BYTES = 32 * 1_048_576;
/** What a packet costs beyond its data. */
const PACKET_BYTES = 200;

/** Fields of Engine.IO and ws that their types keep to themselves. */
interface EngineSocket {
  writeBuffer: { data?: string | Buffer }[];
  transport: { socket?: { bufferedAmount: number; terminate(): void } };
}

/** How far has the other end fallen behind? `much` can be a burst; what stays so costs too much memory. */
export function backlogOf(socket: Socket): 'little' | 'much' | 'too much' {
  const { writeBuffer, transport } = socket.conn as unknown as EngineSocket;
  let bytes = transport.socket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) bytes += PACKET_BYTES + (data?.length ?? 0);
  if (bytes > TOO_MUCH_BYTES) return 'too much';
  return bytes > MUCH_BYTES ? 'much' : 'little';
}

/** Closes without waiting for what is left to be taken. The client sees a lost connection, and comes back. */
export function drop(socket: Socket): void {
  const { transport } = socket.conn as unknown as EngineSocket;
  socket.conn.close(true);
  transport.socket?.terminate();
}
