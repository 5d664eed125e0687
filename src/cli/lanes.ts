/** So much is done at once, and so much may wait for it. */
const AT_ONCE = 16;
const WAITING = 1_000;

/** Does several things at once, those of a lane one after the other in the order in which they came. */
export class Lanes<Item> {
  private readonly lanes = new Map<string, Item[]>();
  /** Lanes of which nothing is being done, in their order. */
  private readonly ready: string[] = [];
  private running = 0;
  private waiting = 0;
  private told: (() => void)[] = [];

  /** @param work may not throw */
  constructor(
    private readonly laneOf: (item: Item) => string,
    private readonly work: (item: Item) => Promise<void>,
    private readonly atOnce = AT_ONCE,
    private readonly mostWaiting = WAITING,
  ) {}

  /** Resolves when there is room for another one. */
  async add(item: Item): Promise<void> {
    const lane = this.laneOf(item);
    const before = this.lanes.get(lane);
    this.waiting++;
    if (before) before.push(item);
    else {
      this.lanes.set(lane, [item]);
      this.ready.push(lane);
    }
    this.begin();
    await this.until(() => this.waiting < this.mostWaiting);
  }

  /** Resolves when all is done. */
  idle(): Promise<void> {
    return this.until(() => this.running + this.waiting === 0);
  }

  private begin(): void {
    while (this.running < this.atOnce && this.ready.length > 0) {
      const lane = this.ready.shift()!;
      this.running++;
      this.waiting--;
      void this.work(this.lanes.get(lane)!.shift()!).finally(() => this.done(lane));
    }
  }

  private done(lane: string): void {
    this.running--;
    if (this.lanes.get(lane)!.length > 0) this.ready.push(lane);
    else this.lanes.delete(lane);
    this.begin();
    for (const tell of this.told.splice(0)) tell();
  }

  private async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.told.push(resolve));
  }
}
