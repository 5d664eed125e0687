import { isUtf8 } from 'node:buffer';
import { withExactNumbers } from '../../platform/common/exact-numbers.js';
import { formIn } from '../../platform/common/form-body.js';
import { holdsMoreValues } from '../../platform/common/json-body.js';

/** JSON of more than these is kept as text: what values and levels cost grows with their number and not with their bytes. */
const MAX_VALUES = 200_000;
const MAX_DEPTH = 100;

/**
 * What a body says: JSON as it is (numbers beyond 2^53 that would be others, as strings), a form as an object (a field that comes twice is a list, of a file it has all but the content), other
 * text as a string, other bytes as `{"base64": …}`; null without a body. Nothing about it is refused: senders send what they like.
 */
export function payloadOf(contentType: string | null, body: Buffer): unknown {
  if (body.length === 0) return null;
  const form = formIn(contentType, body);
  if (form) return form;
  if (!isUtf8(body)) return { base64: body.toString('base64') };
  const json = looksLikeJson(body) ? jsonOf(body) : undefined;
  return json === undefined ? body.toString() : json;
}

/** Whatever the sender calls it: many call JSON text. */
const looksLikeJson = (body: Buffer): boolean => /^\s*[[{]/.test(body.subarray(0, 64).toString('latin1'));

/** @returns undefined for what is no JSON, or more of it than is read */
export function jsonOf(body: Buffer): unknown {
  if (body.length > MAX_VALUES && holdsMoreValues(body, MAX_VALUES)) return undefined;
  try {
    const text = body.toString();
    const value: unknown = JSON.parse(text);
    if (isDeeperThan(value, MAX_DEPTH)) return undefined;
    const exact = withExactNumbers(text);
    return exact === text ? value : JSON.parse(exact);
  } catch {
    return undefined;
  }
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}

/**
 * The very text of a body of which {@link payloadOf} does not say everything: JSON with numbers beyond 2^53 that are strings there.
 * @returns null for any other
 */
export function exactTextOf(body: Buffer): string | null {
  if (!isUtf8(body) || !looksLikeJson(body)) return null;
  const text = body.toString();
  const isExact = withExactNumbers(text) === text || jsonOf(body) === undefined;
  return isExact ? null : text;
}
