import { isUtf8 } from 'node:buffer';

/** Of a form; one of more is no form to us. */
const MAX_FIELDS = 1_000;
/** What stands before a part's content. */
const MAX_HEAD_BYTES = 8_192;
const MAX_BOUNDARY = 70;
const AND = 0x26;

/** A file of a form, without its content. */
export interface FormFile {
  filename: string;
  content_type: string | null;
  bytes: number;
}

/** By name; a field that comes twice is a list. */
export type Form = Record<string, FormValue | FormValue[]>;
type FormValue = string | FormFile | { base64: string };

/**
 * Reads a form in either of its two encodings (HTML's `application/x-www-form-urlencoded`, and `multipart/form-data` of RFC 7578).
 * One look at each byte.
 * @returns null for what is no form, not whole, or larger than forms are
 */
export function formIn(contentType: string | null, body: Buffer): Form | null {
  const type = contentType?.split(';', 1)[0]!.trim().toLowerCase() ?? '';
  if (type === 'application/x-www-form-urlencoded') return urlencoded(body);
  if (type !== 'multipart/form-data') return null;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"\r\n]+)"|([^\s;"]+))/i.exec(contentType!) ?? [];
  const boundary = quoted ?? plain ?? '';
  return boundary === '' || boundary.length > MAX_BOUNDARY ? null : multipart(body, boundary);
}

function urlencoded(body: Buffer): Form | null {
  let fields = 1;
  for (let at = body.indexOf(AND); at >= 0; at = body.indexOf(AND, at + 1)) if (++fields > MAX_FIELDS) return null;
  return formOf(new URLSearchParams(body.toString()));
}

/** Parts stand between lines of the boundary, each behind its own head; what comes before the first one is passed over. */
function multipart(body: Buffer, boundary: string): Form | null {
  const line = Buffer.from(`\r\n--${boundary}`, 'latin1');
  const fields: [string, FormValue][] = [];
  // The first line of the boundary has no line before it where the body begins with it.
  let at = body.subarray(0, line.length - 2).equals(line.subarray(2)) ? -2 : body.indexOf(line);
  while (at >= -2 && at !== -1) {
    const begins = at + line.length;
    const mark = body.subarray(begins, begins + 2).toString('latin1');
    if (mark === '--') return formOf(fields);
    if (mark !== '\r\n' || fields.length >= MAX_FIELDS) return null;
    const ends = body.indexOf(line, begins);
    const part = ends < 0 ? null : partIn(body.subarray(begins + 2, ends));
    if (!part) return null;
    fields.push(part);
    at = ends;
  }
  return null;
}

function partIn(part: Buffer): [string, FormValue] | null {
  const end = part.subarray(0, MAX_HEAD_BYTES).indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = part.subarray(0, end).toString();
  const disposition = /^content-disposition:\s*form-data\b(.*)$/im.exec(head)?.[1];
  const name = disposition === undefined ? null : parameterIn(disposition, 'name');
  if (name === null) return null;
  const content = part.subarray(end + 4);
  const filename = parameterIn(disposition!, 'filename');
  if (filename === null) return [name, isUtf8(content) ? content.toString() : { base64: content.toString('base64') }];
  const content_type = /^content-type:\s*(\S[^\r\n]*)$/im.exec(head)?.[1]?.trim() ?? null;
  return [name, { filename, content_type, bytes: content.length }];
}

/** Quotes in names are written as browsers do, or with a backslash. */
function parameterIn(disposition: string, name: 'name' | 'filename'): string | null {
  const found = new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition);
  return found ? found[1]!.replaceAll(/\\(["\\])/g, '$1').replaceAll('%22', '"') : null;
}

function formOf(fields: Iterable<[string, FormValue]>): Form {
  const form = new Map<string, FormValue | FormValue[]>();
  for (const [name, value] of fields) {
    const before = form.get(name);
    form.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(form);
}
