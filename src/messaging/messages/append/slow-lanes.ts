import { toProblem } from '../../../platform/common/to-problem.js';
import { Problem } from '../../../platform/common/problem.js';
import type { NewMessage, SendVerdict } from './new-message.js';

interface Waiting {
  message: NewMessage;
  resolve: (verdict: SendVerdict) => void;
}

interface SlowLanesOptions {
  /** Transactions at once: each may hold a connection while it waits for its lock. */
  concurrency: number;
  /** Messages of one transaction. */
  maxBatch: number;
  /** Messages waiting, in all lanes and in one. */
  maxWaiting: number;
  maxWaitingPerRoom: number;
  /** Writes messages of one room, waiting for its lock. */
  run: (messages: NewMessage[]) => Promise<SendVerdict[]>;
}

/**
 * Where messages wait whose room is locked by someone else: a lane per room, one transaction each, so that they hold
 * up nobody else. While a room has a lane, its later messages queue there too, which keeps their order.
 */
export class SlowLanes {
  private readonly lanes = new Map<string, Waiting[]>();
  private readonly ready: string[] = [];
  private running = 0;
  private waiting = 0;

  constructor(private readonly options: SlowLanesOptions) {}

  has(message: NewMessage): boolean {
    return this.lanes.has(laneOf(message));
  }

  /** @returns what became of the message; a refusal is an answer, never a rejection */
  add(message: NewMessage): Promise<SendVerdict> {
    const key = laneOf(message);
    const lane = this.lanes.get(key) ?? this.open(key);
    if (this.waiting >= this.options.maxWaiting || lane.length >= this.options.maxWaitingPerRoom) {
      return Promise.resolve(new Problem('overloaded', 'Too much is waiting for this room.', { retryAfterS: 1 }));
    }
    this.waiting++;
    return new Promise((resolve) => {
      lane.push({ message, resolve });
    });
  }

  private open(key: string): Waiting[] {
    const lane: Waiting[] = [];
    this.lanes.set(key, lane);
    this.ready.push(key);
    // In the next turn, so that what is held together is written together.
    setImmediate(() => this.startMore());
    return lane;
  }

  private startMore(): void {
    while (this.running < this.options.concurrency && this.ready.length > 0) {
      this.running++;
      void this.drive(this.ready.shift()!).finally(() => {
        this.running--;
        this.startMore();
      });
    }
  }

  /** Empties a lane, then closes it. */
  private async drive(key: string): Promise<void> {
    const lane = this.lanes.get(key)!;
    while (lane.length > 0) {
      const batch = lane.splice(0, this.options.maxBatch);
      this.waiting -= batch.length;
      const verdicts = await this.verdictsOf(batch.map(({ message }) => message));
      batch.forEach(({ resolve }, at) => resolve(verdicts[at]!));
    }
    this.lanes.delete(key);
  }

  private async verdictsOf(messages: NewMessage[]): Promise<SendVerdict[]> {
    try {
      return await this.options.run(messages);
    } catch (error) {
      return messages.map(() => toProblem(error));
    }
  }
}

const laneOf = ({ client_id, room_id }: NewMessage): string => `${client_id} ${room_id}`;
