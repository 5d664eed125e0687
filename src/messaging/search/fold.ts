/*
 * How texts are compared: a letter is the same in any case and however its accents are put together; with and without its
 * accent it is not. Done here and not by the database, so that it does not depend on the database's locale.
 */

/** A character with its combining marks. */
const CLUSTERS = /\P{M}\p{M}*|\p{M}+/gu;
// eslint-disable-next-line no-control-regex
const ASCII = /^[\u0000-\u007f]*$/;

/** The upper case first: ς and σ, ß and ss are one in it. */
const foldCluster = (cluster: string): string => cluster.normalize('NFC').toUpperCase().toLowerCase();

export const fold = (text: string): string =>
  ASCII.test(text) ? text.toLowerCase() : text.replace(CLUSTERS, foldCluster);

/** A folded text that knows which code points of the original each of its UTF-16 units stands for. */
export interface FoldedText {
  text: string;
  /** Of the unit at `at`: its first code point, and the one after its last. */
  startOf(at: number): number;
  endOf(at: number): number;
}

export function foldWithPlaces(original: string): FoldedText {
  if (ASCII.test(original)) return { text: original.toLowerCase(), startOf: (at) => at, endOf: (at) => at + 1 };
  const starts: number[] = [];
  const ends: number[] = [];
  let text = '';
  let point = 0;
  for (const [cluster] of original.matchAll(CLUSTERS)) {
    const folded = foldCluster(cluster);
    const next = point + [...cluster].length;
    for (let unit = 0; unit < folded.length; unit++) {
      starts.push(point);
      ends.push(next);
    }
    text += folded;
    point = next;
  }
  return { text, startOf: (at) => starts[at]!, endOf: (at) => ends[at]! };
}
