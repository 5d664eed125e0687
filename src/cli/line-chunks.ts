/** A part of a list, as a list of its own. */
export interface Chunk {
  body: string;
  /** What is to be added to a line's number in it. */
  offset: number;
  /** Lines that name something. */
  count: number;
}

const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';

/** NDJSON begins with an object, CSV with its header. */
export const kindOfList = (text: string): typeof CSV | typeof NDJSON =>
  text.trimStart().startsWith('{') ? NDJSON : CSV;

/** In parts of at most `most` lines, so that there is something to see; each part of CSV has the header. */
export function chunksOf(text: string, type: string, most: number): Chunk[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  const header = type === CSV ? lines.slice(0, 1) : [];
  const rows = lines.slice(header.length);
  const chunks: Chunk[] = [];
  for (let at = 0; at < rows.length; at += most) {
    const part = rows.slice(at, at + most);
    chunks.push({ body: `${[...header, ...part].join('\n')}\n`, offset: at, count: part.length });
  }
  return chunks;
}
