/** Text of the other side, made fit to be stored: well-formed, without NUL, at most `max` characters. */
export function cleanText(text: string, max: number): string {
  return text.slice(0, max).replaceAll('\u0000', '').toWellFormed();
}
