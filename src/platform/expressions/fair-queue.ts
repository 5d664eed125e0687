interface Line<Item> {
  items: Item[];
}

/** Who waits, a line for each tenant: taken from in turn, a few of one tenant at a time. */
export class FairQueue<Item> {
  /** Who was served last stands last. */
  private readonly lines = new Map<string, Line<Item>>();
  private count = 0;

  constructor(private readonly options: { longest: number; longestLine: number }) {}

  get size(): number {
    return this.count;
  }

  /** Is there room for so many more of this tenant? */
  hasRoom(tenant: string, items: number): boolean {
    const { longest, longestLine } = this.options;
    return this.count + items <= longest && (this.lines.get(tenant)?.items.length ?? 0) + items <= longestLine;
  }

  add(tenant: string, items: Item[]): void {
    const line = this.lines.get(tenant);
    if (line) line.items.push(...items);
    else if (items.length > 0) this.lines.set(tenant, { items: [...items] });
    this.count += items.length;
  }

  /** What was taken and not done: in front of its own tenant's line, whose turn does not change. */
  putBack(tenant: string, items: Item[]): void {
    const line = this.lines.get(tenant);
    if (line) line.items.unshift(...items);
    else if (items.length > 0) this.lines.set(tenant, { items: [...items] });
    this.count += items.length;
  }

  /** The next tenant's first items that belong together, at most `most`; that tenant is last in turn then. */
  take(most: number, together: (first: Item, next: Item) => boolean): { tenant: string; items: Item[] } | undefined {
    const next = this.lines.entries().next();
    if (next.done) return undefined;
    const [tenant, line] = next.value;
    const first = line.items[0]!;
    let size = 1;
    while (size < most && size < line.items.length && together(first, line.items[size]!)) size++;
    const items = line.items.splice(0, size);
    this.lines.delete(tenant);
    if (line.items.length > 0) this.lines.set(tenant, line);
    this.count -= size;
    return { tenant, items };
  }

  /** Takes out all that `leaves` says of. */
  remove(leaves: (item: Item) => boolean): Item[] {
    const gone: Item[] = [];
    for (const [tenant, line] of this.lines) {
      line.items = line.items.filter((item) => {
        if (!leaves(item)) return true;
        gone.push(item);
        return false;
      });
      if (line.items.length === 0) this.lines.delete(tenant);
    }
    this.count -= gone.length;
    return gone;
  }
}
