import { fold, foldWithPlaces } from './fold.js';
import { beginsWord, runsOf, SUBSTRING, wordsOfRun, type Run } from './words.js';

/** Where a match lies in a message's content: code points, the end not included. */
export interface Highlight {
  start: number;
  end: number;
}

interface Term {
  text: string;
  /** It may stand in the middle of a word: it has three characters or more. */
  anywhere: boolean;
}

/**
 * What the index is asked for a part of a query: one of `words`, or a word with one of `fragments` (which then names so many
 * that it may be too many).
 */
export interface WantedTerms {
  words: string[];
  /** Beginnings of fragments of words. */
  fragments: string[];
}

const MOST_TERMS = 16;
const MOST_HIGHLIGHTS = 100;

/**
 * What somebody looks for. A message matches when it holds every term of the query, each as the beginning of a word or, from
 * three characters on, anywhere; or when it holds the query as it was written.
 */
export class SearchTerms {
  private readonly terms: Term[];
  private readonly whole: Term | null;

  constructor(q: string) {
    const folded = fold(q);
    const texts = [...new Set(folded.split(/\s+/u).filter((text) => text !== ''))];
    this.terms = texts.slice(0, MOST_TERMS).map(termOf);
    const whole = folded.trim();
    this.whole = this.terms.length > 1 && termOf(whole).anywhere ? termOf(whole) : null;
  }

  get empty(): boolean {
    return this.terms.length === 0;
  }

  /** For LIKE: every message that matches is like all of them. */
  get patterns(): string[] {
    return this.terms.map(({ text }) => `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`);
  }

  /** What every message that matches has a word of, for each. */
  get wanted(): WantedTerms[] {
    // As written, the first term may be the end of a word: too short, it is no help then.
    const sure = this.terms.filter(({ anywhere }, at) => anywhere || at > 0 || this.whole === null);
    return sure.flatMap(({ text, anywhere }) =>
      runsOf(text).flatMap((run, nth) => wantedOf(run, anywhere && nth === 0)),
    );
  }

  matches(folded: string): boolean {
    return this.terms.every((term) => occurs(folded, term)) || (this.whole !== null && occurs(folded, this.whole));
  }

  /** In order, none within another. */
  highlight(content: string): Highlight[] {
    const folded = foldWithPlaces(content);
    const found: Highlight[] = [];
    for (const term of this.whole ? [...this.terms, this.whole] : this.terms) {
      for (const at of occurrences(folded.text, term)) {
        found.push({ start: folded.startOf(at), end: folded.endOf(at + term.text.length - 1) });
        if (found.length >= MOST_HIGHLIGHTS * 4) break;
      }
    }
    return merged(found).slice(0, MOST_HIGHLIGHTS);
  }
}

const termOf = (text: string): Term => ({ text, anywhere: [...text].length >= SUBSTRING });

function wantedOf(run: Run, anywhere: boolean): WantedTerms[] {
  if (run.spaceless && [...run.text].length >= SUBSTRING) {
    const grams = wordsOfRun(run).filter((gram) => [...gram].length === SUBSTRING);
    return grams.map((word) => ({ words: [word], fragments: [] }));
  }
  const [beginning] = run.spaceless ? [run.text] : wordsOfRun(run);
  const inside = anywhere && [...run.text].length >= SUBSTRING;
  // What ends a word before a sign may be too short to be known by.
  if (anywhere && !inside && !run.spaceless) return [];
  return [{ words: [], fragments: inside ? [`^${beginning}`, beginning!] : [`^${beginning}`] }];
}

function* occurrences(folded: string, { text, anywhere }: Term): Generator<number> {
  for (let at = folded.indexOf(text); at !== -1; at = folded.indexOf(text, at + 1)) {
    if (anywhere || beginsWord(folded, at)) yield at;
  }
}

const occurs = (folded: string, term: Term): boolean => !occurrences(folded, term).next().done;

function merged(found: Highlight[]): Highlight[] {
  const result: Highlight[] = [];
  for (const next of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last && next.start < last.end) last.end = Math.max(last.end, next.end);
    else result.push({ ...next });
  }
  return result;
}
