import { isUtf8 } from 'node:buffer';
import { holdsMoreValues } from '../../platform/common/json-body.js';

/** JSON of more than these is kept as text: what values and levels cost grows with their number and not with their bytes. */
const MAX_VALUES = 200_000;
const MAX_DEPTH = 100;
const MAX_FIELDS = 1_000;
const AND = 0x26;

/**
 * What a body says: JSON as it is, a form as an object (a field that comes twice is a list), other text as a string, other bytes
 * as `{"base64": …}`; null without a body. Nothing about it is refused: senders send what they like.
 */
export function payloadOf(contentType: string | null, body: Buffer): unknown {
  if (body.length === 0) return null;
  if (!isUtf8(body)) return { base64: body.toString('base64') };
  const type = contentType?.split(';', 1)[0]!.trim().toLowerCase() ?? '';
  if (type === 'application/x-www-form-urlencoded') return formOf(body);
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

function formOf(body: Buffer): unknown {
  if (holdsMoreFields(body, MAX_FIELDS)) return body.toString();
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(body.toString())) {
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(fields);
}

function holdsMoreFields(body: Buffer, max: number): boolean {
  let fields = 1;
  for (let at = body.indexOf(AND); at >= 0; at = body.indexOf(AND, at + 1)) if (++fields > max) return true;
  return false;
}
