export interface SlotsOptions {
  /** Deliveries that this process sends at once, but for the few that each tenant may always send. */
  total: number;
  /** Of those, of one lane. */
  ofLane: (lane: string) => number;
  /** A lane in which nothing is done for so long turns away those who wait, so that they hold nothing. */
  patienceMs: number;
}

interface Waiting {
  wanted: number;
  priority: number;
  admit: (granted: number) => void;
}

interface Lane {
  tenant: string;
  capacity: number;
  inHand: number;
  waiting: Waiting[];
  /** Runs out when nothing was done in the lane for a while. */
  patience: NodeJS.Timeout | undefined;
}

/** The priority of what has a share of its own. */
const URGENT = 0;
/** A tenant may always hold so many, whatever others hold: beyond `total` then, up to this multiple of it. */
const OWN = 4;
const AT_MOST = 4;

/**
 * What this process has in hand: so much of each lane, of each tenant, and of all. A tenant may hold as much as is still
 * free, so that one alone takes half of all there is; and a few it may hold when nothing is free any more, for the dead
 * receivers of a dozen tenants together hold all. So nobody's dead receivers keep another's deliveries from being begun.
 * What is urgent counts as another tenant's, so that the rest of its own does not keep it from being begun either.
 */
export class Slots {
  private readonly lanes = new Map<string, Lane>();
  /** What is in hand of each tenant, and of what is urgent of each. */
  private readonly shares = new Map<string, number>();
  /** Lanes in which somebody waits, who waits longest first. */
  private readonly queued = new Set<Lane>();
  private inHand = 0;
  private admitting = false;
  private whenFree: (() => void) | undefined;

  constructor(private readonly options: SlotsOptions) {}

  /** `listener` is called when there is more room than before. One listener. */
  onFree(listener: () => void): void {
    this.whenFree = listener;
  }

  get taken(): number {
    return this.inHand;
  }

  /**
   * Takes what there is room for at once; each is to be given back ({@link leave}).
   * @param name `<tenant> <which>`
   * @param priority as an index of `PRIORITIES`; the same is said when they are given back
   * @returns how many of those wanted
   */
  take(name: string, wanted: number, priority: number): number {
    const lane = this.laneOf(name);
    // Who comes later does not overtake.
    const granted = lane.waiting.length > 0 ? 0 : this.grant(lane, wanted, priority);
    this.tidy(name, lane);
    return granted;
  }

  /**
   * Waits until there is room; what is more urgent (a lower `priority`) goes first within its lane.
   * @returns how many of those wanted; 0: turned away
   */
  enter(name: string, priority: number, wanted: number): Promise<number> {
    const granted = this.take(name, wanted, priority);
    if (granted > 0) return Promise.resolve(granted);
    const lane = this.laneOf(name);
    return new Promise((resolve) => {
      const behind = lane.waiting.findIndex((other) => other.priority > priority);
      lane.waiting.splice(behind < 0 ? lane.waiting.length : behind, 0, { wanted, priority, admit: resolve });
      this.queued.add(lane);
      lane.patience ??= setTimeout(() => this.turnAway(name, lane), this.options.patienceMs);
    });
  }

  /** `ofLane` says something else of this lane than before. What it holds beyond that it gives back as it ends. */
  resize(name: string): void {
    const lane = this.lanes.get(name);
    if (!lane) return;
    lane.capacity = this.options.ofLane(name);
    this.admitSoon();
  }

  leave(name: string, count: number, priority: number): void {
    const lane = this.lanes.get(name)!;
    lane.inHand -= count;
    this.inHand -= count;
    const share = shareOf(lane, priority);
    const inShare = this.shares.get(share)! - count;
    if (inShare === 0) this.shares.delete(share);
    else this.shares.set(share, inShare);
    this.restart(name, lane);
    this.tidy(name, lane);
    this.admitSoon();
  }

  private laneOf(name: string): Lane {
    let lane = this.lanes.get(name);
    if (!lane) {
      const tenant = name.slice(0, name.indexOf(' '));
      lane = { tenant, capacity: this.options.ofLane(name), inHand: 0, waiting: [], patience: undefined };
      this.lanes.set(name, lane);
    }
    return lane;
  }

  private grant(lane: Lane, wanted: number, priority: number): number {
    const share = shareOf(lane, priority);
    const inShare = this.shares.get(share) ?? 0;
    const free = this.options.total - this.inHand;
    // While it takes, what is free shrinks as its own share grows.
    const ofShare = Math.max(Math.ceil((free - inShare) / 2), OWN - inShare);
    const left = AT_MOST * this.options.total - this.inHand;
    const granted = Math.max(0, Math.min(wanted, lane.capacity - lane.inHand, ofShare, left));
    if (granted === 0) return 0;
    lane.inHand += granted;
    this.inHand += granted;
    this.shares.set(share, inShare + granted);
    return granted;
  }

  /** Once in a turn of the event loop, in which many may leave. */
  private admitSoon(): void {
    if (this.admitting) return;
    this.admitting = true;
    setImmediate(() => {
      this.admitting = false;
      for (const lane of this.queued) this.admit(lane);
      this.whenFree?.();
    });
  }

  private admit(lane: Lane): void {
    for (;;) {
      const [first] = lane.waiting;
      const granted = first ? this.grant(lane, first.wanted, first.priority) : 0;
      if (granted === 0) break;
      lane.waiting.shift();
      first!.admit(granted);
    }
    if (lane.waiting.length > 0) return;
    this.queued.delete(lane);
    clearTimeout(lane.patience);
    lane.patience = undefined;
  }

  /** Something was done: those who wait have hope. */
  private restart(name: string, lane: Lane): void {
    clearTimeout(lane.patience);
    lane.patience =
      lane.waiting.length > 0 ? setTimeout(() => this.turnAway(name, lane), this.options.patienceMs) : undefined;
  }

  private turnAway(name: string, lane: Lane): void {
    lane.patience = undefined;
    this.queued.delete(lane);
    for (const { admit } of lane.waiting.splice(0)) admit(0);
    this.tidy(name, lane);
  }

  private tidy(name: string, lane: Lane): void {
    if (lane.inHand === 0 && lane.waiting.length === 0) this.lanes.delete(name);
  }
}

const shareOf = ({ tenant }: Lane, priority: number): string => (priority === URGENT ? `${tenant} urgent` : tenant);
