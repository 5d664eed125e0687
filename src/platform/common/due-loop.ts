import { logger } from './logger.js';

export interface DueLoopOptions {
  /** What it is about, for the log. */
  name: string;
  /** Between two looks, at most. */
  lookMs: number;
  /** Does what is due. @returns in how many milliseconds something is due next; null: nothing is known of */
  run: () => Promise<number | null>;
}

const AFTER_FAULT_MS = 500;

/** Looks at what waits for its time: when that has come as far as it is known here, and every so often, since others write too. */
export class DueLoop {
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = true;
  /** When it looks next, by this process's clock. */
  private lookAt = Number.POSITIVE_INFINITY;

  constructor(private readonly options: DueLoopOptions) {}

  /** May what runs go on? */
  get goesOn(): boolean {
    return !this.stopped;
  }

  /** @param inMs when it looks first */
  start(inMs = 0): void {
    this.stopped = false;
    this.expect(inMs);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Something is due in so many milliseconds: it only hastens, and does nothing where the loop does not run. */
  expect(inMs: number): void {
    const at = performance.now() + Math.min(Math.max(inMs, 0), this.options.lookMs);
    if (this.stopped || at >= this.lookAt) return;
    this.lookAt = at;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), Math.max(0, at - performance.now()));
  }

  private look(): void {
    // Who looks just now is told that there is more.
    if (this.running) return;
    this.lookAt = Number.POSITIVE_INFINITY;
    this.running = this.options
      .run()
      .catch((error: Error) => {
        if (!this.stopped)
          logger.warn({ reason: error.message }, `What is due could not be done yet: ${this.options.name}.`);
        return AFTER_FAULT_MS;
      })
      .then((nextMs) => {
        this.running = undefined;
        // Asked for meanwhile.
        const again = this.lookAt < Number.POSITIVE_INFINITY;
        this.lookAt = Number.POSITIVE_INFINITY;
        clearTimeout(this.timer);
        this.expect(again ? 0 : (nextMs ?? this.options.lookMs));
      });
  }
}
