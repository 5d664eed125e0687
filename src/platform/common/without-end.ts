/** The text without these characters at its end, however many: in linear time, which a regular expression takes only where it is found. */
export function withoutEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}
