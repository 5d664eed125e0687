/** A text without any of these holds no whole number that a double can't. */
const LONG_NUMBER = /\d{16}/;

/** What JSON is made of; strings whole, whatever is in them. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[[\]{},:]/g;

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
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    const [first] = token;
    if (first === '{' || first === '[') levels.push({ at: 0, isArray: first === '[' });
    else if (first === '}' || first === ']') levels.pop();
    else if (first === ',' && level?.isArray) (level.at as number)++;
    else if (first === '"') {
      // The last one before a value is its name.
      if (level && !level.isArray) level.at = token;
    } else if (/^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token))) return pathOf(levels);
  }
  return null;
}

const pathOf = (levels: Level[]): string =>
  levels
    .map(({ at, isArray }) => (isArray ? `[${at}]` : `.${JSON.parse(String(at)) as string}`))
    .join('')
    .replace(/^\./, '');
