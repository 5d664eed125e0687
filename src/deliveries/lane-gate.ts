interface Waiting {
  wanted: number;
  admit: (granted: number) => void;
}

/**
 * How much of each lane is in hand. A lane that is full lets the next in as soon as one is done, which in a fast lane is
 * at once; a slow lane turns them away after a moment, so that it doesn't hold up others.
 */
export class LaneGate {
  private readonly lanes = new Map<string, { inHand: number; waiting: Waiting[] }>();

  constructor(
    private readonly capacity: number,
    private readonly patienceMs: number,
  ) {}

  /** @returns for how many of those wanted there is room; each must {@link leave} */
  async enter(name: string, wanted: number): Promise<number> {
    const lane = this.lanes.get(name) ?? { inHand: 0, waiting: [] };
    this.lanes.set(name, lane);
    const room = Math.min(this.capacity - lane.inHand, wanted);
    if (room > 0) {
      lane.inHand += room;
      return room;
    }
    return new Promise((resolve) => {
      const waiting = { wanted, admit: (granted: number) => (clearTimeout(timer), resolve(granted)) };
      const timer = setTimeout(() => {
        lane.waiting.splice(lane.waiting.indexOf(waiting), 1);
        resolve(0);
      }, this.patienceMs);
      lane.waiting.push(waiting);
    });
  }

  leave(name: string, count: number): void {
    const lane = this.lanes.get(name)!;
    lane.inHand -= count;
    while (lane.waiting.length > 0 && lane.inHand < this.capacity) {
      const { wanted, admit } = lane.waiting.shift()!;
      const room = Math.min(this.capacity - lane.inHand, wanted);
      lane.inHand += room;
      admit(room);
    }
    if (lane.inHand === 0) this.lanes.delete(name);
  }
}
