import { isUtf8 } from 'node:buffer';
import { formIn } from '../../platform/common/form-body.js';
import { holdsMoreValues } from '../../platform/common/json-body.js';

/** JSON of more than these is kept as text: what values and levels cost grows with their number and not with their bytes. */
const MAX_VALUES = 200_000;
const MAX_DEPTH = 100;

/**
 * What a body says: JSON as it is, a form as an object (a field that comes twice is a list, of a file it has all but the content), other
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

function jsonOf(body: Buffer): unknown {
  if (body.length > MAX_VALUES && holdsMoreValues(body, MAX_VALUES)) return undefined;
  try {
    const value: unknown = JSON.parse(body.toString());
    return isDeeperThan(value, MAX_DEPTH) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
