/** What stands between two characters: nothing of a word on one side, or a script that doesn't part its words. */
const APART = 0;
/** Part of a word, of a script that puts something between words. */
const JOINED = 1;

/**
 * A text as words are looked for in it: compatibility decomposed (NFKD), case folded, any white space as one space, and
 * without what is not seen, such as soft hyphens and joiners. Symbol by symbol, each with the place that it came from.
 */
export interface NormalisedText {
  /** Code points. */
  symbols: number[];
  /** Where the characters of each symbol begin and end in the text, in UTF-16 units. */
  starts: number[];
  ends: number[];
  /** {@link JOINED} or {@link APART}, of each symbol. */
  joins: number[];
}

/** More marks than these on one character are taken as a character of their own: sorting them costs their square. */
const MAX_MARKS = 30;
const SPACE = 32;

const MARK = /^\p{M}$/u;
const WHITE = /^[\s\p{Z}]$/u;
const UNSEEN = /^[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]$/u;
const WORD = /^[\p{L}\p{N}\p{M}_]$/u;
const UNPARTED =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u;

/** A character with its marks, normalised; null: white space. */
type Piece = { symbols: number[]; joins: number } | null;

/** Both cases of a character come to the same, and so do ß and ss. */
const foldCase = (character: string): string => character.toUpperCase().toLowerCase();

const ASCII: Piece[] = Array.from({ length: 128 }, (_, code) => pieceOf(String.fromCharCode(code)));

/** Of what was seen lately beyond ASCII. */
const known = new Map<string, Piece>();
const MAX_KNOWN = 10_000;

export function normalise(text: string): NormalisedText {
  const result: NormalisedText = { symbols: [], starts: [], ends: [], joins: [] };
  let at = 0;
  while (at < text.length) {
    const end = endOfCharacter(text, at);
    const code = text.charCodeAt(at);
    append(result, end === at + 1 && code < 128 ? ASCII[code]! : pieceAt(text.slice(at, end)), at, end);
    at = end;
  }
  return result;
}

/** A code point with the marks behind it. */
function endOfCharacter(text: string, at: number): number {
  let end = at + lengthAt(text, at);
  // Nothing below is a mark.
  for (let marks = 0; marks < MAX_MARKS && end < text.length && text.charCodeAt(end) >= 0x300; marks++) {
    const length = lengthAt(text, end);
    if (!MARK.test(text.slice(end, end + length))) break;
    end += length;
  }
  return end;
}

const lengthAt = (text: string, at: number): number => (text.codePointAt(at)! > 0xffff ? 2 : 1);

function append({ symbols, starts, ends, joins }: NormalisedText, piece: Piece, start: number, end: number): void {
  if (piece === null) {
    if (symbols.at(-1) === SPACE) {
      ends[ends.length - 1] = end;
      return;
    }
    symbols.push(SPACE);
    starts.push(start);
    ends.push(end);
    joins.push(APART);
    return;
  }
  for (const symbol of piece.symbols) {
    symbols.push(symbol);
    starts.push(start);
    ends.push(end);
    joins.push(piece.joins);
  }
}

function pieceAt(character: string): Piece {
  let piece = known.get(character);
  if (piece === undefined) {
    piece = pieceOf(character);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(character, piece);
  }
  return piece;
}

function pieceOf(character: string): Piece {
  const base = String.fromCodePoint(character.codePointAt(0)!);
  if (WHITE.test(character)) return null;
  const symbols = [...character.normalize('NFKD')]
    .flatMap((one) => [...foldCase(one).normalize('NFKD')])
    .filter((one) => !UNSEEN.test(one))
    .map((one) => one.codePointAt(0)!);
  return { symbols, joins: WORD.test(base) && !UNPARTED.test(base) ? JOINED : APART };
}

/** May a word begin or end between these two symbols? -1 and beyond the last: the ends of the text. */
export const isBetweenWords = (joins: number[], before: number): boolean =>
  !(joins[before] === JOINED && joins[before + 1] === JOINED);
