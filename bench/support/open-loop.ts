import { connect, type Socket } from 'node:net';
import { answerReader, writeRequest, type HttpRequest } from './http-load.js';

export interface Times {
  p50: number;
  p99: number;
}

export interface OpenLoopResult {
  /** Milliseconds until the answer, the wait for a free connection among them. */
  ack: Times;
  /** Answers within the time of sending, as a share of what was due in it: 1 is "kept pace". */
  pace: number;
}

/** A request, and what is expected of its answer. */
export interface OpenRequest extends HttpRequest {
  /** 201 unless said otherwise. */
  expected?: number;
  answered?: () => void;
}

/** How long the last answers are waited for. */
const PATIENCE_MS = 10_000;

/**
 * Sends at a fixed rate, whether or not answers come, over keep-alive connections that carry one request each: as many
 * independent users would, who do not wait for each other. What finds no free connection waits, and its wait counts.
 */
export class OpenLoop {
  private readonly free: Socket[] = [];
  private readonly inHand = new Map<Socket, (status: number) => void>();

  private constructor(private readonly sockets: Socket[]) {
    this.free.push(...sockets);
    for (const socket of sockets) {
      socket.on(
        'data',
        answerReader((status) => {
          const answered = this.inHand.get(socket)!;
          this.inHand.delete(socket);
          this.free.push(socket);
          answered(status);
        }),
      );
    }
  }

  static async connect(port: number, connections = 64): Promise<OpenLoop> {
    const open = () =>
      new Promise<Socket>((resolve, reject) => {
        const socket = connect({ port, host: '127.0.0.1', noDelay: true });
        socket.once('connect', () => resolve(socket)).once('error', reject);
      });
    return new OpenLoop(await Promise.all(Array.from({ length: connections }, open)));
  }

  /**
   * @param next what to send, told when it was due (`performance.now()`)
   * @throws Error when an answer is not as expected
   */
  async run(rate: number, seconds: number, next: (dueAt: number) => OpenRequest): Promise<OpenLoopResult> {
    const total = Math.round(rate * seconds);
    const waiting: number[] = [];
    const took: number[] = [];
    const refused = new Map<number, number>();
    const started = performance.now();
    let due = 0;
    let inTime = 0;
    const sendWaiting = () => {
      while (waiting.length > 0 && this.free.length > 0) {
        const socket = this.free.pop()!;
        const since = waiting.shift()!;
        const request = next(since);
        this.inHand.set(socket, (status) => {
          const now = performance.now();
          took.push(now - since);
          if (now <= started + seconds * 1000 + 100) inTime++;
          request.answered?.();
          if (status !== (request.expected ?? 201)) refused.set(status, (refused.get(status) ?? 0) + 1);
          sendWaiting();
        });
        writeRequest(socket, request);
      }
    };
    const end = started + seconds * 1000;
    while (performance.now() < end) {
      const now = performance.now();
      // Due when the tick comes: the coarseness of this process's timers is no one's latency.
      for (; due < total && due < ((now - started) / 1000) * rate; due++) waiting.push(now);
      sendWaiting();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const stopped = performance.now();
    // Who waits for a connection still has waited until now, and is not sent any more.
    took.push(...waiting.splice(0).map((since) => stopped - since));
    while (this.inHand.size > 0) {
      if (performance.now() > stopped + PATIENCE_MS) throw new Error('the server does not answer');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (refused.size > 0) throw new Error(`of ${total} sends: ${JSON.stringify([...refused])}`);
    return { ack: timesOf(took), pace: inTime / total };
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

export function timesOf(values: number[]): Times {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
