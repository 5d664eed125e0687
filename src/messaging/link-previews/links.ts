import { createHash } from 'node:crypto';

/** Previews of one message: those of its first links. */
export const MAX_PREVIEWS = 3;

const MAX_URL = 2_048;

/** Up to what can't stand in a URL unescaped; brackets end it, because they mostly stand around it. */
const LINK = /(?<![\p{L}\p{N}])https?:\/\/[^\s<>"`{}|\\^[\]\p{Cc}]+/giu;

/** What ends the sentence that a link stands in, not the link. */
const SENTENCE_ENDS = new Set(`.,;:!?…。、，！？*_~'`);

/** Web addresses in a text in their order, each once, as URLs are written. Those in `<…>` are left alone: their writer wants no preview. */
export function linksOf(text: string | null): string[] {
  // Most texts have none.
  if (text === null || !text.includes('://')) return [];
  const found = new Set<string>();
  for (const { 0: match, index } of text.matchAll(LINK)) {
    if (text[index - 1] === '<' && text[index + match.length] === '>') continue;
    const url = parseLink(withoutSentence(match));
    if (url) found.add(url.href);
  }
  return [...found];
}

/** @returns null for what is not to be fetched: other schemes, names and passwords, too long */
export function parseLink(text: string, base?: URL): URL | null {
  if (text.length > MAX_URL || !URL.canParse(text, base?.href)) return null;
  const url = new URL(text, base?.href);
  const fetchable = (url.protocol === 'http:' || url.protocol === 'https:') && url.username + url.password === '';
  return fetchable && url.href.length <= MAX_URL ? url : null;
}

/** Names a link where its text is not to be written: in jobs. */
export const linkId = (url: string): string => createHash('sha256').update(url).digest('base64url').slice(0, 16);

/** Without punctuation at its end, and without closing parentheses that were opened before it. */
function withoutSentence(link: string): string {
  let open = 0;
  for (const character of link) open += character === '(' ? 1 : character === ')' ? -1 : 0;
  let end = link.length;
  for (; end > 0; end--) {
    const last = link[end - 1]!;
    if (last === ')' && open < 0) open++;
    else if (!SENTENCE_ENDS.has(last)) break;
  }
  return link.slice(0, end);
}
