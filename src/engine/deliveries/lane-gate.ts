interface Waiting {
  wanted: number;
  admit: (granted: number) => void;
}

interface Lane {
  capacity: number;
  inHand: number;
  waiting: Waiting[];
  /** Runs out when nothing was done in the lane for a while. */
  patience: NodeJS.Timeout | undefined;
}

/**
 * How much of each lane is in hand. A full lane lets the next in as soon as one is done; a lane in which nothing is done
 * for a while turns away those who wait, so that a slow receiver doesn't hold up others.
 */
export class LaneGate {
  private readonly lanes = new Map<string, Lane>();

  constructor(
    private readonly capacityOf: (lane: string) => number,
    private readonly patienceMs: number,
  ) {}

  /** @returns for how many of those wanted there is room; each must {@link leave}. 0: turned away */
  enter(name: string, wanted: number): Promise<number> {
    const lane = this.lanes.get(name) ?? {
      capacity: this.capacityOf(name),
      inHand: 0,
      waiting: [],
      patience: undefined,
    };
    this.lanes.set(name, lane);
    // Who comes later does not overtake.
    if (lane.waiting.length === 0 && lane.inHand < lane.capacity) return Promise.resolve(take(lane, wanted));
    return new Promise((resolve) => {
      lane.waiting.push({ wanted, admit: resolve });
      lane.patience ??= setTimeout(() => this.turnAway(lane), this.patienceMs);
    });
  }

  leave(name: string, count: number): void {
    const lane = this.lanes.get(name)!;
    lane.inHand -= count;
    while (lane.waiting.length > 0 && lane.inHand < lane.capacity) {
      const { wanted, admit } = lane.waiting.shift()!;
      admit(take(lane, wanted));
    }
    clearTimeout(lane.patience);
    lane.patience = lane.waiting.length > 0 ? setTimeout(() => this.turnAway(lane), this.patienceMs) : undefined;
    if (lane.inHand === 0) this.lanes.delete(name);
  }

  private turnAway(lane: Lane): void {
    lane.patience = undefined;
    for (const { admit } of lane.waiting.splice(0)) admit(0);
  }
}

function take(lane: Lane, wanted: number): number {
  const room = Math.min(lane.capacity - lane.inHand, wanted);
  lane.inHand += room;
  return room;
}
