import { isUtf8 } from 'node:buffer';
import { limits } from '../config/limits.js';
import { findInexactNumber, withExactNumbers } from './exact-numbers.js';
import { invalidField, Problem } from './problem.js';

const [QUOTE, COMMA, ARRAY, BACKSLASH, OBJECT] = [0x22, 0x2c, 0x5b, 0x5c, 0x7b];
const BYTE_ORDER_MARK = 0xfe_ff;

/** Values that a body may hold: what they cost grows with their number and not with their bytes. */
const MAX_VALUES = 200_000;
/** A member of a room is an object with two fields, and limits may be set higher. */
const VALUES_PER_MEMBER = 4;

/** A text without any of these, also escaped, holds no key that could reach a prototype. */
const SUSPICIOUS = /__proto__|constructor|\\u00/i;

/**
 * Reads a JSON body in UTF-8 (RFC 8259, 8.1), which is not empty.
 * @throws Problem `malformed_json`, also for what is not UTF-8: decoded, it would be something else than what was sent; `too_large` before anything is made of more values than {@link MAX_VALUES};
 * `validation_failed` for null, and for a number that would arrive as another one
 * @param itemwise its items are answered one by one: such a number is no number any more (`Infinity`), so that who validates the item refuses it
 */
export function parseJsonBody(body: Buffer, itemwise = false): unknown {
  const max = Math.max(MAX_VALUES, limits.room_members * VALUES_PER_MEMBER);
  if (body.length > max && holdsMoreValues(body, max)) {
    throw new Problem(
      'too_large',
      `The body holds more than ${max} values. Send them in several requests, or as one string where only you read them.`,
    );
  }
  if (!isUtf8(body)) throw new Problem('malformed_json', 'The body is not UTF-8, in which JSON is sent.');
  const decoded = body.toString();
  const text = decoded.charCodeAt(0) === BYTE_ORDER_MARK ? decoded.slice(1) : decoded;
  let value = parse(text);
  const inexact = findInexactNumber(text);
  if (inexact !== null && itemwise) value = parse(withExactNumbers(text, () => NO_NUMBER));
  else if (inexact !== null)
    throw invalidField(
      inexact,
      'is a number beyond 2^53, which JSON does not carry everywhere as it is: send it as a string',
    );
  if (SUSPICIOUS.test(text)) refusePrototypes(value);
  if (value === null) throw invalidField('', 'must be a JSON object');
  return value;
}

/** What JSON can say, and a double can't hold. */
const NO_NUMBER = '1e999';

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('malformed_json', `The body is not valid JSON: ${(error as Error).message}`);
  }
}

/** Goes over the text once: each value but the outermost follows a comma or opens its array or object. */
export function holdsMoreValues(utf8: Buffer, max: number): boolean {
  let values = 1;
  for (let at = 0; at < utf8.length; at++) {
    const byte = utf8[at];
    if (byte === QUOTE) at = endOfString(utf8, at);
    else if ((byte === COMMA || byte === ARRAY || byte === OBJECT) && ++values > max) return true;
  }
  return false;
}

/** Where the string that begins at `from` ends; the end of the text when that comes first. */
function endOfString(utf8: Buffer, from: number): number {
  let at = from + 1;
  for (; at < utf8.length; at++) {
    const byte = utf8[at];
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) return at;
  }
  return at;
}

/** JSON makes `__proto__` a plain property; whoever copies it later would make it more. */
function refusePrototypes(value: unknown): void {
  const open = [value];
  for (let next = open.pop(); open.length > 0 || next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const { constructor: made } = Object.hasOwn(next, 'constructor') ? next : { constructor: null };
    if (
      Object.hasOwn(next, '__proto__') ||
      (typeof made === 'object' && made !== null && Object.hasOwn(made, 'prototype'))
    ) {
      throw new Problem('malformed_json', 'The body holds the key __proto__ or constructor.prototype.');
    }
    for (const inner of Object.values(next)) if (typeof inner === 'object') open.push(inner);
  }
}
