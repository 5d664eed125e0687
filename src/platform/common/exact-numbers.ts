/** A text without any of these holds no whole number that a double can't. */
const LONG_NUMBER = /\d{16}/;

/** All that a number may be made of. */
const NUMBER = /[-+.\deE]+/y;

interface Level {
  /** The index of an item, or the name of a member. */
  at: number | string;
  isArray: boolean;
}

/**
 * Where a JSON text holds a whole number beyond 2⁵³, which would arrive as another one (RFC 8259, 6): an id of 64 bits, most
 * of the time.
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
 * The same text, but each of these numbers is a string of its digits: what is made of it then says what was sent.
 * @param text is valid JSON
 */
export function withExactNumbers(text: string): string {
  if (!LONG_NUMBER.test(text)) return text;
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const first = text[at]!;
    if (first === '"') at = endOfString(text, at);
    else if (first === '-' || (first >= '0' && first <= '9')) {
      const number = numberAt(text, at);
      if (isInexact(number)) {
        parts.push(text.slice(from, at), `"${number}"`);
        from = at + number.length;
      }
      at += number.length - 1;
    }
  }
  return parts.join('') + text.slice(from);
}

/** All of a number that begins there, and in what is no JSON, perhaps more. */
function numberAt(text: string, at: number): string {
  NUMBER.lastIndex = at;
  return NUMBER.exec(text)![0];
}

const isInexact = (number: string): boolean => /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number));

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
