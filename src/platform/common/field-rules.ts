import { ArrayMinSize, IsArray, isEmail, ValidateBy } from 'class-validator';
import { limitOf, type Bound } from '../config/limits.js';

/** How many Unicode code points the text has. */
export const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

/**
 * A rule of class-validator that looks its limit up. Its message is made when it is broken, so that it names the limit
 * that holds then. With `each` it is applied to every item of a list.
 */
export const Rule = (
  name: string,
  validate: (value: unknown) => boolean,
  message: () => string,
  each = false,
): PropertyDecorator => ValidateBy({ name, validator: { validate, defaultMessage: message } }, { each });

/** Between `min` and `max` Unicode code points. */
export const Length = (min: number, max: Bound): PropertyDecorator =>
  Rule(
    'length',
    (value) => typeof value === 'string' && hasLength(value, min, limitOf(max)),
    () => (min > 0 ? `must have ${min} to ${limitOf(max)} characters` : `must have at most ${limitOf(max)} characters`),
  );

const hasLength = (text: string, min: number, max: number): boolean =>
  text.length >= min &&
  (text.length <= max || (text.length <= 2 * max && codePoints(text) <= max)) &&
  (min < 2 || codePoints(text) >= min);

/** A list of `min` to `max` items. */
export const listChecks = ({ max, min = 0 }: { max: Bound; min?: number }): PropertyDecorator[] => [
  IsArray({ message: 'must be a list' }),
  ArrayMinSize(min, { message: `must have at least ${min} ${min === 1 ? 'item' : 'items'}` }),
  Rule(
    'maxItems',
    (value) => Array.isArray(value) && value.length <= limitOf(max),
    () => `must have at most ${limitOf(max)} items`,
  ),
];

/** What nearly all addresses look like. `isEmail` takes each of these, and looks at it a dozen times. */
const PLAIN_ADDRESS = /^[a-z\d]+(?:[._-][a-z\d]+)*@(?:[a-z\d]+(?:-[a-z\d]+)*\.)+[a-z]{2,}$/i;
/** No part of a shorter one is longer than it may be. */
const SHORT = 64;

/** Is it an address of mail, as class-validator has it? A thousand of them come in one request. */
export const isEmailAddress = (value: unknown): boolean =>
  (typeof value === 'string' && value.length <= SHORT && PLAIN_ADDRESS.test(value)) || isEmail(value);

/** `date-time` of RFC 3339, section 5.6. Seconds end at 59: neither JavaScript nor PostgreSQL knows of leap seconds. */
const TIME = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** The instants that PostgreSQL and RFC 3339 can both write: the years 1 to 9999, in UTC too. */
const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** Is it a time as RFC 3339 writes it, of a day that there is? `new Date` reads each of these. */
export function isTime(value: unknown): boolean {
  const date = typeof value === 'string' ? TIME.exec(value)?.[1] : undefined;
  if (date === undefined) return false;
  const day = new Date(`${date}T00:00:00Z`);
  const instant = Date.parse(value as string);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date) && instant >= FIRST && instant <= LAST;
}
