import { invalidField } from '../../platform/common/problem.js';

/** Stands for a value that is not shown; in a change it keeps the value. */
export const HIDDEN = '***';

const MOST = 50;
const LONGEST_VALUE = 4_096;
/** Ours, or the connection's. */
const RESERVED =
  /^(webhook-.*|chatapi-.*|host|content-length|content-type|content-encoding|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|user-agent|proxy-.*|cookie|x-forwarded-.*|forwarded)$/i;
const SECRET = /authorization|token|secret|password|api-?key|signature|credential/i;

/**
 * Headers as they are to be sent, after a change.
 * @throws Problem `validation_failed` naming the header at fault
 */
export function changedHeaders(
  before: Record<string, string>,
  change: Record<string, unknown>,
): Record<string, string> {
  const names = new Map(Object.keys(before).map((name) => [name.toLowerCase(), name]));
  const after = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(change)) {
    check(name, value);
    const known = names.get(name.toLowerCase());
    if (known !== undefined) after.delete(known);
    if (value === HIDDEN && known !== undefined) after.set(name, before[known]!);
    else if (value !== null) after.set(name, value as string);
  }
  if (after.size > MOST) throw invalidField('headers', `must be at most ${MOST}`);
  return Object.fromEntries(after);
}

/**
 * Values that are not shown go to no other server without being said anew: who may change an endpoint must not learn them
 * by naming a URL of their own. Another path of the same server is no other place.
 * @throws Problem `validation_failed` naming the first header
 */
export function refuseMovedHeaders(
  before: Record<string, string>,
  change: Record<string, unknown> | null | undefined,
  urls: { before: string; after: string },
): void {
  if (change === null || new URL(urls.before).origin === new URL(urls.after).origin) return;
  const said = new Map(Object.entries(change ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const kept = Object.keys(before).find((name) => {
    const value = said.get(name.toLowerCase());
    return SECRET.test(name) && (value === undefined || value === HIDDEN);
  });
  if (kept === undefined) return;
  throw invalidField(`headers.${kept}`, 'is needed again, because url changes: send it, or null to remove it');
}

function check(name: string, value: unknown): void {
  const field = `headers.${name}`;
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name)) throw invalidField(field, 'is not the name of a header');
  if (RESERVED.test(name)) throw invalidField(field, 'is set by ChatAPI, and cannot be changed');
  if (value === null) return;
  if (typeof value !== 'string' || value.length > LONGEST_VALUE || !/^[\t\x20-\x7e]*$/.test(value)) {
    throw invalidField(field, `must be a string of at most ${LONGEST_VALUE} visible ASCII characters`);
  }
}

/** What a client sees of them. */
export const shownHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, SECRET.test(name) ? HIDDEN : value]));
