import { isTime } from '../../platform/common/field-rules.js';
import { isUuid } from '../../platform/common/ids.js';
import { mutedNow, readUpTo } from '../rooms/membership/own-side.js';
import { ROOM_STATUSES, ROOM_TYPES } from '../rooms/rooms.dto.js';
import type { Params } from './params.js';

export const OPERATORS = ['$eq', '$ne', '$in', '$gt', '$gte', '$lt', '$lte', '$exists', '$prefix'] as const;
export type Operator = (typeof OPERATORS)[number];

/** Rooms hold no longer text than this to compare with. */
const MAX_TEXT = 1_000;

/** What a filter may ask of one field. */
export interface QueryField {
  operators: readonly Operator[];
  /** Is it a value of the field's type? For `$in` each of the list's. */
  isValue: (value: unknown) => boolean;
  /** What values there are, for who gave another. */
  values: string;
  /** Says something of the acting user's own side. */
  ofUser?: true;
  /** By `$eq` and `$in` it leaves few rooms: the condition by which an index finds them. */
  selective?: QueryField['sql'];
  /** The condition, of `rooms r` and `room_members me`. */
  sql: (operator: Operator, value: unknown, params: Params) => string;
}

const EQUALITY = ['$eq', '$ne', '$in'] as const;
const ORDER = ['$gt', '$gte', '$lt', '$lte'] as const;
const SIGN: Partial<Record<Operator, string>> = { $eq: '=', $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' };

/** Conditions of an expression of a type of PostgreSQL. What is null is unlike every value. */
const conditionsOf =
  (expression: string, type: string): QueryField['sql'] =>
  (operator, value, params) => {
    switch (operator) {
      case '$exists':
        return `(${expression} is not null) = ${params.add(value, 'boolean')}`;
      case '$in':
        return `${expression} = any (${params.add(value, `${type}[]`)})`;
      case '$ne':
        return `${expression} is distinct from ${params.add(value, type)}`;
      case '$prefix':
        return `starts_with(${expression}, ${params.add(value, type)})`;
      default:
        return `${expression} ${SIGN[operator]} ${params.add(value, type)}`;
    }
  };

const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= MAX_TEXT;
const TEXT = { isValue: isText, values: `text of at most ${MAX_TEXT} characters` };
const TIME = { isValue: isTime, values: 'RFC 3339 times with their offset' };
const BOOL = { isValue: (value: unknown) => typeof value === 'boolean', values: 'true or false' };

const oneOf = (values: readonly string[], expression: string): QueryField => ({
  operators: EQUALITY,
  isValue: (value) => values.includes(value as string),
  values: values.join(', '),
  sql: conditionsOf(expression, 'text'),
});

const flag = (expression: string): QueryField => ({
  ...BOOL,
  operators: ['$eq', '$ne'],
  ofUser: true,
  sql: conditionsOf(expression, 'boolean'),
});

/** As precise as the times that rooms show. */
const time = (column: string, more: readonly Operator[] = []): QueryField => ({
  ...TIME,
  operators: [...EQUALITY, ...ORDER, ...more],
  sql: conditionsOf(`date_trunc('milliseconds', r.${column})`, 'timestamptz'),
});

export const UNREAD = `greatest(r.last_seq - ${readUpTo('me', 'r')}, 0)`;

/** Looked up once. $1 is the client. */
const usersOf = (operator: Operator, value: unknown, params: Params): string => {
  const userIds = params.add(operator === '$eq' ? [value] : value, 'text[]');
  return `array(select user_pk from users where client_id = $1 and user_id = any (${userIds}))`;
};

const FIELDS: Record<string, QueryField> = {
  id: {
    operators: EQUALITY,
    isValue: isUuid,
    values: 'UUIDs',
    selective: conditionsOf('r.id', 'uuid'),
    sql: conditionsOf('r.id', 'uuid'),
  },
  room_type: oneOf(ROOM_TYPES, 'r.room_type'),
  status: oneOf(ROOM_STATUSES, 'r.status'),
  name: { ...TEXT, operators: [...EQUALITY, ...ORDER, '$exists', '$prefix'], sql: conditionsOf('r.name', 'text') },
  slug: {
    ...TEXT,
    operators: [...EQUALITY, ...ORDER, '$exists', '$prefix'],
    selective: conditionsOf('r.slug', 'text'),
    sql: conditionsOf('r.slug', 'text'),
  },
  member: {
    operators: ['$eq', '$in'],
    isValue: (value) => typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT,
    values: 'user ids',
    selective: (operator, value, params) => `r.id = any (array(
      select room_id from room_members
       where client_id = $1 and status = 'active' and user_pk = any (${usersOf(operator, value, params)})))`,
    sql: (operator, value, params) => `exists (
      select from room_members o
       where o.client_id = r.client_id and o.room_id = r.id and o.status = 'active'
         and o.user_pk = any (${usersOf(operator, value, params)}))`,
  },
  created_at: time('created_at'),
  last_message_at: time('last_message_at', ['$exists']),
  unread: {
    operators: [...EQUALITY, ...ORDER],
    isValue: Number.isSafeInteger,
    values: 'whole numbers',
    ofUser: true,
    sql: conditionsOf(UNREAD, 'bigint'),
  },
  muted: flag(mutedNow('me')),
  hidden: flag('me.hidden'),
  pinned: flag('(me.pinned_at is not null)'),
};

export const METADATA = 'metadata.';
const MAX_KEY = 100;

/** The names of all fields, as whoever names another is told. */
export const FIELD_NAMES = [...Object.keys(FIELDS), `${METADATA}<key>`];

/** @returns undefined for a name that none has */
export function fieldOf(name: string): QueryField | undefined {
  if (!name.startsWith(METADATA)) return Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  const key = name.slice(METADATA.length);
  return key.length > 0 && key.length <= MAX_KEY ? metadataOf(key) : undefined;
}

const isScalar = (value: unknown): boolean => isText(value) || typeof value === 'boolean' || Number.isFinite(value);

/** A member of the metadata. Only what is of the same type is greater or less; a number equals no text. */
const metadataOf = (key: string): QueryField => ({
  operators: OPERATORS,
  isValue: isScalar,
  values: `text of at most ${MAX_TEXT} characters, numbers, true or false`,
  sql: (operator, value, params) => {
    const member = `(r.metadata -> ${params.add(key, 'text')})`;
    const json = (one: unknown): string => JSON.stringify(one);
    switch (operator) {
      case '$exists':
        return `(${member} is not null) = ${params.add(value, 'boolean')}`;
      case '$in':
        return `${member} = any (${params.add((value as unknown[]).map(json), 'jsonb[]')})`;
      case '$ne':
        return `${member} is distinct from ${params.add(json(value), 'jsonb')}`;
      case '$prefix':
        return `jsonb_typeof(${member}) = 'string' and starts_with(${member} #>> '{}', ${params.add(value, 'text')})`;
      case '$eq':
        return `${member} = ${params.add(json(value), 'jsonb')}`;
      default: {
        const given = params.add(json(value), 'jsonb');
        return `jsonb_typeof(${member}) = jsonb_typeof(${given}) and ${member} ${SIGN[operator]} ${given}`;
      }
    }
  },
});
