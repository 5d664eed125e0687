import { overloaded, Turns } from './turns.js';

export interface SharedTurnsOptions<Item, Out> {
  /** Runs at once, in all and of one key. */
  atOnce: number;
  atOncePerKey: number;
  /** Items waiting, in all and of one key; and for how long each. Beyond that they are refused. */
  maxWaiting: number;
  maxWaitingPerKey: number;
  patienceMs: number;
  /** Items of one run at most. */
  maxTogether: number;
  /** A few names of what the item needs: who waits for the same goes together. */
  needs: (item: Item) => string[];
  /** Answers one result per item, in order. */
  run: (key: string, items: Item[]) => Promise<Out[]>;
}

/** Items that go together. Closed once it begins. */
interface Group<Item, Out> {
  items: Item[];
  answers: Promise<Out[]>;
  resolve: (outs: Out[] | Promise<Out[]>) => void;
  reject: (error: unknown) => void;
}

/** What waits of one key: groups in the order in which they came, and by what their items need. */
interface Line<Item, Out> {
  groups: Set<Group<Item, Out>>;
  byNeed: Map<string, Group<Item, Out>>;
  items: number;
}

/**
 * {@link Turns} for reads that have much in common. While a turn is waited for, those who need the same gather in one group, and are
 * run together when its turn comes; a small group takes others along. Nobody waits for company: with a turn free, an item runs alone.
 */
export class SharedTurns<Item, Out> {
  private readonly turns: Turns;
  private readonly lines = new Map<string, Line<Item, Out>>();
  private waiting = 0;

  constructor(private readonly options: SharedTurnsOptions<Item, Out>) {
    // Items are counted here: however many groups they make, that many are let in.
    this.turns = new Turns({ ...options, maxWaiting: Infinity, maxWaitingPerKey: Infinity });
  }

  /** @throws Problem `overloaded` when too much waits already, or it waited for too long; what `run` throws */
  async add(key: string, item: Item): Promise<Out> {
    const line = this.lines.get(key) ?? { groups: new Set(), byNeed: new Map(), items: 0 };
    if (this.waiting >= this.options.maxWaiting || line.items >= this.options.maxWaitingPerKey) throw overloaded();
    const needs = this.options.needs(item);
    const group = this.companyOf(line, needs) ?? this.open(key, line);
    const at = group.items.push(item) - 1;
    for (const need of needs) line.byNeed.set(need, group);
    line.items++;
    this.waiting++;
    if (at === 0) void this.takeTurn(key, line, group);
    const answers = await group.answers;
    return answers[at]!;
  }

  private companyOf(line: Line<Item, Out>, needs: string[]): Group<Item, Out> | undefined {
    const groups = needs.map((need) => line.byNeed.get(need));
    return groups.find((group) => group && group.items.length < this.options.maxTogether);
  }

  private open(key: string, line: Line<Item, Out>): Group<Item, Out> {
    let resolve!: Group<Item, Out>['resolve'];
    let reject!: Group<Item, Out>['reject'];
    const answers = new Promise<Out[]>((...settle) => ([resolve, reject] = settle));
    const group = { items: [], answers, resolve, reject };
    line.groups.add(group);
    this.lines.set(key, line);
    return group;
  }

  private async takeTurn(key: string, line: Line<Item, Out>, group: Group<Item, Out>): Promise<void> {
    try {
      await this.turns.run(key, async () => {
        // Another took it along.
        if (line.groups.has(group)) await this.run(key, line, group);
      });
    } catch (error) {
      // Who took it along answers it: only what still waits ends with its own patience.
      if (!line.groups.has(group)) return;
      this.close(key, line, group);
      group.reject(error);
    }
  }

  private async run(key: string, line: Line<Item, Out>, first: Group<Item, Out>): Promise<void> {
    const together = [first];
    let size = first.items.length;
    for (const group of line.groups) {
      if (size === this.options.maxTogether) break;
      if (group === first || size + group.items.length > this.options.maxTogether) continue;
      together.push(group);
      size += group.items.length;
    }
    for (const group of together) this.close(key, line, group);
    try {
      const outs = await this.options.run(
        key,
        together.flatMap(({ items }) => items),
      );
      let at = 0;
      for (const { items, resolve } of together) resolve(outs.slice(at, (at += items.length)));
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
  }

  private close(key: string, line: Line<Item, Out>, group: Group<Item, Out>): void {
    line.groups.delete(group);
    line.items -= group.items.length;
    this.waiting -= group.items.length;
    for (const need of group.items.flatMap(this.options.needs)) {
      if (line.byNeed.get(need) === group) line.byNeed.delete(need);
    }
    if (line.groups.size === 0) this.lines.delete(key);
  }
}
