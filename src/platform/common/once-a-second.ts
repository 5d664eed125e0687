/** How often what changes much is told. */
const EVERY_MS = 1_000;
const SWEEP_MS = 100;

/**
 * Folds what is to be told of many things: of each at once when nothing was told of it within the last second, else once that
 * is over, and then only the latest. What is told at one moment is told together.
 */
export class OncePerSecond<T> {
  /** When each was told last; forgotten after a second. */
  private readonly told = new Map<string, number>();
  private readonly waiting = new Map<string, T>();
  private timer: NodeJS.Timeout | undefined;
  private turn: NodeJS.Immediate | undefined;

  /** @param tell must not throw */
  constructor(private readonly tell: (news: T[]) => void) {}

  add(key: string, news: T): void {
    this.waiting.set(key, news);
    if (!this.told.has(key)) this.turn ??= setImmediate(() => this.sweep());
    this.timer ??= setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** Tells nothing more. */
  stop(): void {
    clearInterval(this.timer);
    clearImmediate(this.turn);
    this.waiting.clear();
  }

  private sweep(): void {
    this.turn = undefined;
    const now = performance.now();
    for (const [key, at] of this.told) {
      if (now - at < EVERY_MS) break;
      this.told.delete(key);
    }
    const due = [...this.waiting].filter(([key]) => !this.told.has(key));
    for (const [key] of due) {
      this.waiting.delete(key);
      this.told.set(key, now);
    }
    if (due.length > 0) this.tell(due.map(([, news]) => news));
    if (this.told.size > 0 || this.waiting.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
