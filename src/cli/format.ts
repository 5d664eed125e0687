/** Controls, line ends of Unicode, and what turns the direction of a text round. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** What a terminal would take for an order, and what would break a line of a table: shown, not obeyed. */
export const clean = (text: string): string =>
  text.replace(UNSAFE, (character) => {
    if (character === '\n') return '⏎';
    return character === '\t' ? ' ' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });

/** In the time zone of this machine, to the second. */
export function localTime(time: string | number | Date | null | undefined): string {
  if (time === null || time === undefined) return '';
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return String(time);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Without the day, for what happens now. */
export const clockTime = (time: string | number | Date): string => localTime(time).slice(11);

export function shorten(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytes(n: number): string {
  const step = n < 1 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log2(n) / 10));
  const value = n / 1024 ** step;
  return `${value >= 10 || step === 0 ? Math.round(value) : value.toFixed(1)} ${BYTES[step]}`;
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** `90`, `90s`, `15m`, `2h`, `7d` as seconds; undefined for anything else. */
export function seconds(text: string): number | undefined {
  const [, n, unit = 's'] = /^(\d{1,9})([smhdw])?$/.exec(text) ?? [];
  return n === undefined ? undefined : Number(n) * UNITS[unit]!;
}

/** A moment: RFC 3339, a day, or how long ago (`2h`, `7d`); undefined for anything else. */
export function moment(text: string, now = Date.now()): string | undefined {
  const ago = seconds(text);
  if (ago !== undefined) return new Date(now - ago * 1_000).toISOString();
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** How many edits make one word of the other; for suggestions. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** The nearest of the known words; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known.map((one) => ({ one, edits: distance(word, one) })).toSorted((a, b) => a.edits - b.edits);
  return best && best.edits <= Math.max(2, Math.floor(word.length / 3)) ? best.one : undefined;
}
