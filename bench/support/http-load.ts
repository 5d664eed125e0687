import { connect, type Socket } from 'node:net';

export interface HttpRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface LoadResult {
  requests: number;
  /** Answers by status. */
  statuses: Map<number, number>;
  seconds: number;
  perSecond: number;
}

/**
 * Keeps `connections` requests in flight over as many keep-alive sockets, each waiting for its answer before the
 * next. Reads no more of an answer than its status and length: the load generator shares the machine with the server.
 */
export async function httpLoad(options: {
  port: number;
  connections: number;
  requests: number;
  next: (index: number) => HttpRequest;
  /** Sends no more after this long; default a minute. */
  seconds?: number;
}): Promise<LoadResult> {
  const statuses = new Map<number, number>();
  let sent = 0;
  const started = performance.now();
  const until = started + (options.seconds ?? 60) * 1000;
  await Promise.all(
    Array.from(
      { length: options.connections },
      () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
          const sendNext = () => {
            if (sent >= options.requests || performance.now() > until) {
              socket.end();
              resolve();
              return;
            }
            writeRequest(socket, options.next(sent++));
          };
          const reader = answerReader((status) => {
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
            sendNext();
          });
          socket.on('connect', sendNext).on('data', reader).on('error', reject);
        }),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  return { requests: sent, statuses, seconds, perSecond: sent / seconds };
}

export function writeRequest(socket: Socket, { method, path, headers = {}, body = '' }: HttpRequest): void {
  let head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
  socket.write(`${head}\r\n${body}`);
}

/** Calls back with the status of each whole answer that has a Content-Length. */
export function answerReader(onAnswer: (status: number) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  return (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const end = pending.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = pending.toString('latin1', 0, end).toLowerCase();
      const at = head.indexOf('content-length: ');
      const length = at < 0 ? 0 : Number.parseInt(head.slice(at + 16), 10);
      const total = end + 4 + length;
      if (pending.length < total) return;
      pending = pending.subarray(total);
      onAnswer(Number(head.slice(9, 12)));
    }
  };
}
