import { Problem } from '../common/problem.js';

export interface TurnsOptions {
  /** Works at once, in all and of one key. */
  atOnce: number;
  atOncePerKey: number;
  /** Works waiting, in all and of one key; and for how long each. Beyond that they are refused. */
  maxWaiting: number;
  maxWaitingPerKey: number;
  patienceMs: number;
}

interface Waiting {
  begin: () => void;
  late: NodeJS.Timeout;
}

/**
 * Lets only so much work run at once, in all and of one key (a tenant, a row). The rest waits here, in memory, where
 * it holds no connection: of one key in the order it came, the keys in turn.
 */
export class Turns {
  private readonly running = new Map<string, number>();
  /** Who was served last stands last. */
  private readonly queues = new Map<string, Set<Waiting>>();
  private atOnce = 0;
  private waiting = 0;

  constructor(private readonly options: TurnsOptions) {}

  /** @throws Problem `overloaded` when too much waits already, or it waited for too long; what `work` throws */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (!this.isFree(key)) await this.wait(key);
    else this.begin(key);
    try {
      return await work();
    } finally {
      this.end(key);
    }
  }

  /** A key's queue is empty while there is room for the key. */
  private isFree(key: string): boolean {
    const { atOnce, atOncePerKey } = this.options;
    return this.atOnce < atOnce && (this.running.get(key) ?? 0) < atOncePerKey;
  }

  private begin(key: string): void {
    this.atOnce++;
    this.running.set(key, (this.running.get(key) ?? 0) + 1);
  }

  private end(key: string): void {
    this.atOnce--;
    const left = this.running.get(key)! - 1;
    if (left === 0) this.running.delete(key);
    else this.running.set(key, left);
    this.letIn();
  }

  private wait(key: string): Promise<void> {
    const queue = this.queues.get(key) ?? new Set();
    if (this.waiting >= this.options.maxWaiting || queue.size >= this.options.maxWaitingPerKey) throw overloaded();
    this.queues.set(key, queue);
    this.waiting++;
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        begin: resolve,
        late: setTimeout(() => {
          this.leave(key, queue, entry);
          reject(overloaded());
        }, this.options.patienceMs),
      };
      queue.add(entry);
    });
  }

  private leave(key: string, queue: Set<Waiting>, entry: Waiting): void {
    this.waiting--;
    queue.delete(entry);
    if (queue.size === 0) this.queues.delete(key);
  }

  /** Keys that are let in go to the end of the line, where this comes by again until there is no more room. */
  private letIn(): void {
    for (const [key, queue] of this.queues) {
      if (this.atOnce >= this.options.atOnce) return;
      if (!this.isFree(key)) continue;
      const [entry] = queue as Set<Waiting> & [Waiting];
      clearTimeout(entry.late);
      this.leave(key, queue, entry);
      if (this.queues.delete(key)) this.queues.set(key, queue);
      this.begin(key);
      entry.begin();
    }
  }
}

/** The refusal of who finds no turn. */
export const overloaded = (): Problem =>
  new Problem('overloaded', 'Too much is waiting for the same. Try again.', { retryAfterS: 1 });
