import { invalidField } from '../../platform/common/problem.js';

/** What came as JSON, before anybody looked at it. */
export type Plain = Record<string, unknown>;

/** Is it an object, as bodies that can be translated are? Everything else is left for the validation to refuse. */
export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Without fields that are null: the first version's clients sent null for what they left out. */
export const withoutNulls = (body: Plain): Plain =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));

/** A list's answer with each of its items said anew; what is no list comes back as it is. */
export const eachOf = (page: Plain, say: (item: Plain) => Plain): Plain =>
  Array.isArray(page.data) ? { ...page, data: page.data.map((item) => (isPlain(item) ? say(item) : item)) } : page;

const YES = new Set(['true', '1', 't', 'yes', 'y', 'on']);
const NO = new Set(['false', '0', 'f', 'no', 'n', 'off']);

/** A flag as the first version took it from a query or a body. @throws Problem `validation_failed` naming the field */
export function flagOf(field: string, value: unknown): boolean {
  const said = String(value).toLowerCase();
  if (YES.has(said)) return true;
  if (NO.has(said)) return false;
  throw invalidField(field, 'must be true or false');
}
