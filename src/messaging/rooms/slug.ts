import { randomBytes } from 'node:crypto';

const MAX_LENGTH = 60;

/** What a name looks like in an address: `Café du Nord!` → `cafe-du-nord`; null when nothing of it is left. */
export function slugOf(name: string | null): string | null {
  if (name === null) return null;
  const slug = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .slice(0, MAX_LENGTH)
    // A letter of two halves may have been cut in the middle.
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/^-|-$/g, '');
  return slug === '' ? null : slug;
}

/** The slugs to try in turn: the plain one, then with suffixes that nobody can have foreseen. */
export function* slugsOf(name: string | null): Generator<string | null> {
  const slug = slugOf(name);
  yield slug;
  if (slug !== null) for (let i = 0; i < 5; i++) yield `${slug}-${randomBytes(4).toString('hex')}`;
}
