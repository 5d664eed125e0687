import { TextDecoder } from 'node:util';
import { charsetOf, readHead } from './page-head.js';

/** In which a page must name its charset, by the standard. */
const CHARSET_WITHIN = 1_024;

/** The text of a page, by the charset that it says it has, as browsers find it: its mark, its header, itself; else UTF-8. */
export function decodePage(bytes: Buffer, contentType: string): string {
  return decoderOf(markOf(bytes) ?? charsetOf(contentType) ?? declaredIn(bytes)).decode(bytes);
}

function markOf(bytes: Buffer): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

/** What could be read to find it was not written in UTF-16. */
function declaredIn(bytes: Buffer): string | null {
  const { charset } = readHead(bytes.toString('latin1', 0, CHARSET_WITHIN));
  return charset?.toLowerCase().startsWith('utf-16') ? null : charset;
}

function decoderOf(charset: string | null): TextDecoder {
  try {
    return new TextDecoder(charset ?? 'utf-8');
  } catch {
    // There is none of that name.
    return new TextDecoder();
  }
}
