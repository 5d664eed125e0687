import { randomBytes } from 'node:crypto';

const MAX_LENGTH = 60;
const RANDOM_TRIES = 5;

/** Marks, with the character that they follow. */
const MARKED = /(\P{Mark}?)(\p{Mark}+)/gu;

/**
 * Takes off accents of Latin letters, and what belongs to an emoji. After a letter of another script a mark is no
 * ornament: it makes another letter in Japanese or Russian, and a vowel in Hindi or Thai.
 */
const withoutOrnaments = (text: string): string =>
  text.replace(MARKED, (_, base: string, marks: string) =>
    /(?!\p{Script=Latin})\p{Letter}/u.test(base) ? base + marks.replace(/\p{Variation_Selector}/gu, '') : base,
  );

/**
 * What a name looks like in an address: `Café du Nord!` → `cafe-du-nord`, `日本 語` → `日本-語`. At most 60 characters: lower
 * case letters and digits of any script, Latin ones without their accents, in Unicode's composed form (NFC), and hyphens.
 * @returns null when nothing of the name is left
 */
export function slugOf(name: string): string | null {
  const slug = withoutOrnaments(name.normalize('NFKD'))
    .toLowerCase()
    .normalize('NFC')
    .replace(/[^\p{Letter}\p{Mark}\p{Number}]+/gu, '-')
    .slice(0, MAX_LENGTH)
    // A letter of two halves may have been cut in the middle.
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/^-|-$/g, '');
  return slug === '' ? null : slug;
}

/**
 * The slugs to try in turn: the plain one, then with suffixes that nobody can have foreseen.
 * @param otherwise for a name of which nothing is left, and for none; null: there is no slug then
 */
export function* slugsOf<Otherwise extends string | null>(
  name: string | null,
  otherwise: Otherwise,
): Generator<string | Otherwise> {
  const slug: string | Otherwise = (name === null ? null : slugOf(name)) ?? otherwise;
  yield slug;
  for (let i = 0; slug !== null && i < RANDOM_TRIES; i++) yield `${slug}-${randomBytes(4).toString('hex')}`;
}
