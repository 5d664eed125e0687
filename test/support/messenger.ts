import { setTimeout as sleep } from 'node:timers/promises';
import type { ProblemDocument } from '../../src/platform/common/problem.js';
import type { Api } from './app.js';
import type { Replica } from './replica.js';
import { connect, type TestSocket } from './socket.js';

/** An answer, or the start of a connection, that takes longer is given up; who waited in vain waits twice as long the next time, as the machine may be busy. */
const PATIENCE_MS = 4_000;
const MOST_PATIENCE_MS = 60_000;

/** What the server said that it has. */
export interface Acknowledged {
  id: string;
  seq: number;
  client_msg_id: string;
}

/** Where messengers connect to: one node after the other, until the test is over. */
export class Doors {
  private readonly over = new AbortController();

  constructor(private open: Api[]) {}

  /** @throws Error once the test is over, so that nobody goes on behind its back */
  nth(n: number): Api {
    this.check();
    return this.open[n % this.open.length]!;
  }

  /** Nobody connects there any more. */
  shut(door: Api): void {
    this.open = this.open.filter((one) => one !== door);
  }

  check(): void {
    this.over.signal.throwIfAborted();
  }

  end(): void {
    this.over.abort(new Error('The test is over.'));
  }
}

/**
 * The app of a user, by the rules of docs/realtime.md: it asks until it is answered, over whichever node does, and keeps
 * a replica of the user's rooms that follows its connection and resumes on the next one.
 */
export class Messenger {
  readonly acknowledged: Acknowledged[] = [];
  private socket: TestSocket | undefined;
  private patience = PATIENCE_MS;

  constructor(
    readonly replica: Replica,
    private readonly key: string,
    private readonly doors: Doors,
    /** The door that it begins with. */
    private at: number,
  ) {}

  async begin(): Promise<void> {
    await this.replica.begin();
    await this.dial();
  }

  /** Sends a message until it is acknowledged, each time under the same id. */
  async send(room_id: string, content: string): Promise<void> {
    const { id, seq } = await this.ask('message.send', { room_id, content, client_msg_id: content });
    this.acknowledged.push({ id, seq, client_msg_id: content });
  }

  /** Makes sure that it has a connection that is alive. */
  async stay(): Promise<void> {
    await this.ask('ping');
  }

  private async ask(event: string, data: object = {}): Promise<any> {
    for (;;) {
      const { socket } = this.socket!;
      const ack = socket.connected && (await this.patiently((ms) => socket.timeout(ms).emitWithAck(event, data)));
      if (ack && ack.ok) return ack.data;
      if (ack) insistOnRetryable(event, ack.error);
      await this.dial();
    }
  }

  private async dial(): Promise<void> {
    this.socket?.leave();
    for (;;) {
      const door = this.doors.nth(this.at++);
      this.socket = await this.patiently((patience) => connect(door, this.key, { patience }));
      if (this.socket) break;
      await sleep(50);
    }
    // What it hears the replica keeps.
    this.socket.socket.offAny();
    await this.replica.attach(this.socket);
  }

  /** @returns undefined when it fails in a way that may pass, or takes too long */
  private async patiently<T>(work: (ms: number) => Promise<T>): Promise<T | undefined> {
    const { patience } = this;
    const from = performance.now();
    try {
      return await work(patience);
    } catch (error) {
      insistOnRetryable('connecting', (error as Error).cause as ProblemDocument | undefined);
      if (performance.now() - from >= patience) this.patience = Math.min(2 * patience, MOST_PATIENCE_MS);
      return undefined;
    }
  }
}

/** Who is told that trying again is of no use does not try again. */
function insistOnRetryable(what: string, problem: ProblemDocument | undefined): void {
  if (problem && !problem.retryable) throw new Error(`${what}: ${JSON.stringify(problem)}`);
}
