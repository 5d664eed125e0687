import type { Socket } from 'socket.io';

/** What may wait to be sent to one connection. */
const MAX_BYTES = 4 * 1_048_576;
const MAX_PACKETS = 10_000;

/** Fields of Engine.IO and ws that their types keep to themselves. */
interface EngineSocket {
  writeBuffer: { data?: string | Buffer }[];
  transport: { socket?: { bufferedAmount: number; terminate(): void } };
}

/** Has the other end fallen so far behind that its connection costs too much memory? It resumes when it is back. */
export function isTooSlow(socket: Socket): boolean {
  const { writeBuffer, transport } = socket.conn as unknown as EngineSocket;
  let bytes = transport.socket?.bufferedAmount ?? 0;
  if (writeBuffer.length > MAX_PACKETS) return true;
  for (const { data } of writeBuffer) bytes += data?.length ?? 0;
  return bytes > MAX_BYTES;
}

/** Closes without waiting for what is left to be taken. The client sees a lost connection, and comes back. */
export function drop(socket: Socket): void {
  const { transport } = socket.conn as unknown as EngineSocket;
  socket.conn.close(true);
  transport.socket?.terminate();
}
