const MAX_CHARS = 500;

/**
 * Takes out of an error's text what may be somebody's: addresses, URLs, keys, what was quoted. What is left says what
 * went wrong: names of constraints, columns and codes stay.
 */
export function scrub(text: string): string {
  return text
    .slice(0, 4 * MAX_CHARS)
    .replaceAll(/\b[a-z][a-z\d+.-]*:\/\/[^\s"'<>]+/gi, '<url>')
    .replaceAll(/[^\s"'<>@,;:(]+@[^\s"'<>@,;)]+/g, '<address>')
    .replaceAll(/\b(?:bearer|basic)\s+[^\s"']+/gi, '<secret>')
    .replaceAll(/\b(?:ck|whsec|sk|key)[_-][\w+/=-]{8,}/gi, '<secret>')
    .replaceAll(
      /\b(password|secret|token|api_?key|authorization)(["']?\s*[:=]\s*)("[^"]*"|'[^']*'|\S+)/gi,
      '$1$2<secret>',
    )
    .replaceAll(/[{[]["'\d{[].*[\]}]/gs, '<body>')
    .replaceAll(/"([^"]*)"|'([^']*)'/g, (quoted, double?: string, single?: string) =>
      /^[\w.-]{0,63}$/.test(double ?? single ?? '') ? quoted : '<text>',
    )
    .replaceAll(/[\w+/=]{40,}/g, '<secret>')
    .slice(0, MAX_CHARS);
}
