/** Scripts that put no spaces between words, and symbols such as emoji: each character may begin a word. */
const SPACELESS = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{So}`;
const RUNS = new RegExp(String.raw`([${SPACELESS}]+)|(?:(?![${SPACELESS}])[\p{L}\p{N}\p{M}_])+`, 'gu');
const SPACELESS_AT = new RegExp(`[${SPACELESS}]`, 'uy');
const WORD_BEFORE = /[\p{L}\p{N}\p{M}_]$/u;

// eslint-disable-next-line no-control-regex
const ASCII = /^[\u0000-\u007f]*$/;
const ASCII_WORDS = /[A-Za-z0-9_]+/g;

/** A longer word is known by its beginning. */
const LONGEST = 64;
/** Characters of a run without spaces that make one word. */
const GRAM = 3;

/** A stretch of a folded text: a word, or a run of characters without spaces. */
export interface Run {
  text: string;
  spaceless: boolean;
}

export const runsOf = (folded: string): Run[] =>
  Array.from(folded.matchAll(RUNS), ([text, spaceless]) => ({ text, spaceless: spaceless !== undefined }));

/** What a run is indexed by: itself or, without spaces, every three characters of it. */
export function wordsOfRun({ text, spaceless }: Run): string[] {
  if (!spaceless) return [text.length <= LONGEST ? text : [...text].slice(0, LONGEST).join('')];
  const points = [...text];
  return points.map((_, at) => points.slice(at, at + GRAM).join(''));
}

/** Each once. Most texts are plain: a tenth of the time of the rule for all scripts, and the same words. */
export function wordsOf(folded: string): Set<string> {
  if (!ASCII.test(folded)) return new Set(runsOf(folded).flatMap(wordsOfRun));
  const words = new Set<string>();
  for (const word of folded.match(ASCII_WORDS) ?? []) words.add(word.slice(0, LONGEST));
  return words;
}

/** By how many characters a word may be found from its middle on. */
export const SUBSTRING = 3;

/**
 * By what a word is found: itself, marked as a beginning, and each of its ends of three characters and more. What begins one of
 * them, the word holds.
 */
export function fragmentsOf(word: string): string[] {
  const points = [...word];
  const fragments = [`^${word}`];
  for (let at = 1; at <= points.length - SUBSTRING; at++) fragments.push(points.slice(at).join(''));
  return fragments;
}

/** Does a word begin at this place of a folded text? */
export function beginsWord(folded: string, at: number): boolean {
  SPACELESS_AT.lastIndex = at;
  return SPACELESS_AT.test(folded) || !WORD_BEFORE.test(folded.slice(Math.max(0, at - 2), at));
}

type Kind = 'word' | 'room' | 'sender';

/**
 * The number by which the index knows a tenant's word. Two may share one, which costs a look at a message in vain.
 * @see http://www.isthe.com/chongo/tech/comp/fnv/ FNV-1a, mixed once more as MurmurHash3 ends
 */
export const tokenOf = (clientId: string, kind: Kind, name: string): number => tokensOf(clientId, kind)(name);

/** {@link tokenOf} for many names. */
export function tokensOf(clientId: string, kind: Kind): (name: string) => number {
  const seed = fnv1a(0x811c9dc5, `${clientId} ${kind} `);
  return (name) => {
    let hash = fnv1a(seed, name);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) | 0;
  };
}

function fnv1a(seed: number, text: string): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
