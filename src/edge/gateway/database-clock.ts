import { Injectable } from '@nestjs/common';

/** The database's time, by which keys expire: this machine's clock may be wrong. Told by a look that is made anyway. */
@Injectable()
export class DatabaseClock {
  /** The database's ms since 1970 at the zero of this process's monotonic clock. */
  private zero: number | null = null;

  /** @param askedAt when it was asked for the time, by the monotonic clock */
  learn(time: Date, askedAt: number): void {
    this.zero = time.getTime() - (askedAt + performance.now()) / 2;
  }

  /** In ms since 1970; null: not known yet. */
  now(): number | null {
    return this.zero === null ? null : this.zero + performance.now();
  }
}
