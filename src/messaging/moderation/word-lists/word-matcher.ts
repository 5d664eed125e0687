import { isBetweenWords, normalise, type NormalisedText } from './normalised-text.js';

/** What is to be found. */
export interface Pattern {
  /** As {@link normalise} gives it, without space around it. */
  symbols: number[];
  /** Bits of the lists that it stands in. */
  lists: number;
}

/** What was found in a text. */
export interface Found {
  /** Bits of the lists of which something was found. */
  lists: number;
  /** Places in the text, in UTF-16 units, of what stands in the lists to be covered; not in order, perhaps overlapping. */
  covered: { start: number; end: number }[];
}

/** How long a part of the work may take before others have their turn. */
const SLICE_MS = 4;
/** Between two looks at the clock. */
const STEPS = 512;

/** A symbol has 21 bits. */
const SYMBOLS = 2 ** 21;

/**
 * Finds any number of words in one pass over the text (Aho and Corasick, 1975), whatever the words are. Words are found where
 * words begin and end only, except in scripts that don't part them.
 *
 * The automaton's edges are a hash table in flat arrays: ten thousand words of a hundred characters are a million nodes.
 */
export class WordMatcher {
  /** By state: the state of the longest proper suffix, the nearest state on that way where a word ends, length, lists. */
  private readonly fail: Int32Array;
  private readonly endsAt: Int32Array;
  private readonly depth: Uint16Array;
  private readonly lists: Int32Array;
  /** Edges: `state * SYMBOLS + symbol`, and where it leads; -1 is free. */
  private readonly edges: Float64Array;
  private readonly targets: Int32Array;
  private states = 1;

  private constructor(
    maxStates: number,
    private readonly cover: number,
  ) {
    this.fail = new Int32Array(maxStates);
    this.endsAt = new Int32Array(maxStates);
    this.depth = new Uint16Array(maxStates);
    this.lists = new Int32Array(maxStates);
    const slots = 2 ** Math.ceil(Math.log2(maxStates * 2));
    this.edges = new Float64Array(slots).fill(-1);
    this.targets = new Int32Array(slots);
  }

  /** In slices of some milliseconds. @param cover bits of the lists whose words are to be covered */
  static async of(patterns: Pattern[], cover: number): Promise<WordMatcher> {
    const matcher = new WordMatcher(1 + patterns.reduce((sum, { symbols }) => sum + symbols.length, 0), cover);
    await matcher.add(patterns);
    return matcher;
  }

  /** Of memory. */
  get bytes(): number {
    return this.fail.length * 14 + this.edges.length * 12;
  }

  find(text: string): Found {
    const found: Found = { lists: 0, covered: [] };
    const normalised = normalise(text);
    const { symbols } = normalised;
    let state = 0;
    for (let at = 0; at < symbols.length; at++) {
      state = this.next(state, symbols[at]!);
      if (!isBetweenWords(normalised.joins, at)) continue;
      this.note(found, normalised, state, at);
    }
    return found;
  }

  /** All words that end here, the longest first: of those to be covered it covers the others. */
  private note(found: Found, { starts, ends, joins }: NormalisedText, state: number, at: number): void {
    let covered = false;
    for (let end = this.lists[state] === 0 ? this.endsAt[state]! : state; end !== 0; end = this.endsAt[end]!) {
      const first = at + 1 - this.depth[end]!;
      if (!isBetweenWords(joins, first - 1)) continue;
      const lists = this.lists[end]!;
      found.lists |= lists;
      if (covered || (lists & this.cover) === 0) continue;
      covered = true;
      found.covered.push({ start: starts[first]!, end: ends[at]! });
    }
  }

  /**
   * All patterns side by side, symbol by symbol, so that states are made in the order of their depth: what a state falls back
   * to is less deep, and there already.
   */
  private async add(patterns: Pattern[]): Promise<void> {
    const reached = new Int32Array(patterns.length);
    let open = patterns.map((_, index) => index);
    let sliceEnd = performance.now() + SLICE_MS;
    let steps = 0;
    for (let depth = 0; open.length > 0; depth++) {
      const still: number[] = [];
      for (const index of open) {
        const { symbols, lists } = patterns[index]!;
        const state = this.grow(reached[index]!, symbols[depth]!, depth + 1);
        reached[index] = state;
        if (symbols.length > depth + 1) still.push(index);
        else this.lists[state]! |= lists;
        if (++steps % STEPS === 0 && performance.now() > sliceEnd) {
          await new Promise((resolve) => setImmediate(resolve));
          sliceEnd = performance.now() + SLICE_MS;
        }
      }
      open = still;
    }
    // In the order of their depth, once all words are in.
    for (let state = 1; state < this.states; state++) {
      const fail = this.fail[state]!;
      this.endsAt[state] = this.lists[fail] === 0 ? this.endsAt[fail]! : fail;
      if (state % (STEPS * 16) === 0 && performance.now() > sliceEnd) {
        await new Promise((resolve) => setImmediate(resolve));
        sliceEnd = performance.now() + SLICE_MS;
      }
    }
  }

  /** The state behind an edge, made where there was none. */
  private grow(from: number, symbol: number, depth: number): number {
    const slot = this.slotOf(from, symbol);
    if (this.edges[slot] !== -1) return this.targets[slot]!;
    const state = this.states++;
    this.edges[slot] = from * SYMBOLS + symbol;
    this.targets[slot] = state;
    this.depth[state] = depth;
    if (from !== 0) this.fail[state] = this.next(this.fail[from]!, symbol);
    return state;
  }

  private next(from: number, symbol: number): number {
    let state = from;
    for (;;) {
      const slot = this.slotOf(state, symbol);
      if (this.edges[slot] !== -1) return this.targets[slot]!;
      if (state === 0) return 0;
      state = this.fail[state]!;
    }
  }

  /** Of the edge, or the free one where it would go. */
  private slotOf(state: number, symbol: number): number {
    const mask = this.edges.length - 1;
    const edge = state * SYMBOLS + symbol;
    let hash = Math.imul(state, 0x9e3779b1) ^ Math.imul(symbol, 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & mask;
    while (this.edges[slot] !== edge && this.edges[slot] !== -1) slot = (slot + 1) & mask;
    return slot;
  }
}
