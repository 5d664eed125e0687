const MAX_CHARS = 500;

/**
 * Takes out of an error's text what may be somebody's: addresses, URLs, keys, what was quoted. What is left says what
 * went wrong: names of constraints, columns and codes stay.
 */
export function scrub(text: string): string {
  const scrubbed = text
    .slice(0, 4 * MAX_CHARS)
    // Bounded, for without an end that follows each place would be tried as a beginning.
    .replaceAll(/\b[a-z][a-z\d+.-]{0,15}:\/\/[^\s"'<>]+/gi, '<url>')
    .replaceAll(/[^\s"'<>@,;:(]{1,128}@[^\s"'<>@,;)]+/g, '<address>')
    .replaceAll(/\b(?:bearer|basic)\s+[^\s"']+/gi, '<secret>')
    .replaceAll(/\b(?:ck|whsec|sk|key)[_-][\w+/=-]{8,}/gi, '<secret>')
    .replaceAll(
      /\b(password|secret|token|api_?key|authorization)(["']?\s*[:=]\s*)("[^"]*"|'[^']*'|\S+)/gi,
      '$1$2<secret>',
    );
  return withoutBody(scrubbed)
    .replaceAll(/"([^"]*)"|'([^']*)'/g, (quoted, double?: string, single?: string) =>
      /^[\w.-]{0,63}$/.test(double ?? single ?? '') ? quoted : '<text>',
    )
    .replaceAll(/[\w+/=]{40,}/g, '<secret>')
    .slice(0, MAX_CHARS);
}

/** What looks like JSON, from where it begins to the last bracket that closes. */
function withoutBody(text: string): string {
  const begin = text.search(/[{[]["'\d{[]/);
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
  return begin === -1 || end < begin ? text : `${text.slice(0, begin)}<body>${text.slice(end + 1)}`;
}
