import { codePoints } from '../../../platform/common/field-rules.js';
import { normalise } from './normalised-text.js';
import type { WordAction, WordListDto } from './word-lists.dto.js';
import { WordMatcher, type Pattern } from './word-matcher.js';

/** What lists have to say of a text. */
export interface Verdict {
  /** Names of the lists by which it is refused, and to be looked at. */
  rejecting: string[];
  flagging: string[];
  /** With `*` for each character of what is to be masked; the very text where there is nothing. */
  masked: string;
}

/** The symbols of a word without space around it; none: there is nothing in it that could be found. */
export function symbolsOf(word: string): number[] {
  return normalise(word.trim()).symbols;
}

/** A client's word lists, ready to be held against messages. */
export class CompiledLists {
  private constructor(
    private readonly lists: { name: string; action: WordAction }[],
    private readonly matcher: WordMatcher,
  ) {}

  static async of(lists: WordListDto[]): Promise<CompiledLists> {
    const patterns: Pattern[] = [];
    for (const [index, { words }] of lists.entries()) {
      for (const [nth, word] of words.entries()) {
        const symbols = symbolsOf(word);
        if (symbols.length > 0) patterns.push({ symbols, lists: 1 << index });
        if (nth % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const cover = lists.reduce((bits, { action }, index) => (action === 'mask' ? bits | (1 << index) : bits), 0);
    return new CompiledLists(
      lists.map(({ name, action }) => ({ name, action })),
      await WordMatcher.of(patterns, cover),
    );
  }

  get bytes(): number {
    return this.matcher.bytes + 1_000;
  }

  judge(text: string): Verdict {
    const { lists, covered } = this.matcher.find(text);
    const named = (wanted: WordAction): string[] =>
      lists === 0
        ? []
        : this.lists.flatMap(({ name, action }, index) =>
            action === wanted && (lists & (1 << index)) !== 0 ? [name] : [],
          );
    return { rejecting: named('reject'), flagging: named('flag'), masked: mask(text, covered) };
  }
}

/** As many code points as before. */
function mask(text: string, places: { start: number; end: number }[]): string {
  if (places.length === 0) return text;
  let result = '';
  let at = 0;
  for (const { start, end } of places.toSorted((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    result += text.slice(at, from) + '*'.repeat(codePoints(text.slice(from, end)));
    at = end;
  }
  return result + text.slice(at);
}
