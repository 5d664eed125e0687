/** A text without any of these holds no number beyond 2⁵³ that is written out. */
const LONG_NUMBER = /\d{16}/;

/** And without any of these none with an exponent. The second one tells ids and texts apart from numbers, and costs ten times as much. */
const EXPONENT = /[\d.][eE]\+?\d\d/;
const EXPONENT_OF_VALUE = /[:,[\s]-?\d[\d.]*[eE]\+?\d\d/;

/** All that a number may be made of. */
const NUMBER = /[-+.\deE]+/y;

interface Level {
  /** The index of an item, or the name of a member. */
  at: number | string;
  isArray: boolean;
}

/**
 * Where a JSON text holds a number beyond 2⁵³ that would arrive as another one (RFC 8259, 6): an id of 64 bits, most
 * of the time. Whole ones always, however they are read here: others read them otherwise. Where none is written out (`1e400`), nothing is
 * looked for: every request passes here.
 * @param text is valid JSON
 * @returns its place as errors name fields, such as `channels.webhook.payload.ids[2]`; null when there is none
 */
export function findInexactNumber(text: string): string | null {
  if (!LONG_NUMBER.test(text)) return null;
  const levels: Level[] = [];
  for (let at = 0; at < text.length; at++) {
    const level = levels.at(-1);
    const first = text[at]!;
    if (first === '{' || first === '[') levels.push({ at: 0, isArray: first === '[' });
    else if (first === '}' || first === ']') levels.pop();
    else if (first === ',' && level?.isArray) (level.at as number)++;
    else if (first === '"') {
      const end = endOfString(text, at);
      // The last one before a value is its name.
      if (level && !level.isArray) level.at = text.slice(at, end + 1);
      at = end;
    } else if (first === '-' || (first >= '0' && first <= '9')) {
      const number = numberAt(text, at);
      if (isInexact(number)) return pathOf(levels);
      at += number.length - 1;
    }
  }
  return null;
}

/**
 * The same text, but each number beyond 2⁵³ that would be read as another one is a string, word for word, those with exponents too: what
 * is made of it then says what was sent.
 * @param text is valid JSON
 * @param written what stands for such a number instead
 */
export function withExactNumbers(text: string, written: (number: string) => string = asString): string {
  if (!LONG_NUMBER.test(text) && !(EXPONENT.test(text) && EXPONENT_OF_VALUE.test(text))) return text;
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const first = text[at]!;
    if (first === '"') at = endOfString(text, at);
    else if (first === '-' || (first >= '0' && first <= '9')) {
      const number = numberAt(text, at);
      if (isInexact(number)) {
        parts.push(text.slice(from, at), written(number));
        from = at + number.length;
      }
      at += number.length - 1;
    }
  }
  return parts.join('') + text.slice(from);
}

const asString = (number: string): string => `"${number}"`;

/** All of a number that begins there, and in what is no JSON, perhaps more. */
function numberAt(text: string, at: number): string {
  NUMBER.lastIndex = at;
  return NUMBER.exec(text)![0];
}

/** What is no larger may be rounded in its last places: that is what fractions are sent for. */
function isInexact(number: string): boolean {
  const read = Math.abs(Number(number));
  if (read <= Number.MAX_SAFE_INTEGER) return false;
  return read === Infinity || /^-?\d+$/.test(number) || decimalOf(number) !== decimalOf(String(read));
}

/** The same for all ways to write a number, without its sign: `12.50`, `1.25e1` and `125E-1` are `125e-1`. */
function decimalOf(number: string): string {
  const [, whole, fraction = '', exponent = '0'] = DECIMAL.exec(number)!;
  const digits = whole! + fraction;
  let from = 0;
  let to = digits.length;
  while (digits[from] === '0') from++;
  while (to > from && digits[to - 1] === '0') to--;
  return `${digits.slice(from, to)}e${Number(exponent) - fraction.length + digits.length - to}`;
}

const DECIMAL = /^-?(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;

/** Where the string ends that begins there. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

const pathOf = (levels: Level[]): string =>
  levels
    .map(({ at, isArray }) => (isArray ? `[${at}]` : `.${JSON.parse(String(at)) as string}`))
    .join('')
    .replace(/^\./, '');
