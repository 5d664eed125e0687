import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsString,
  IsUrl,
  IsUUID,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { limits } from '../config/limits.js';

/**
 * Field decorators: validation and OpenAPI in one line. Every property of a DTO carries exactly one.
 * A field is required unless `optional`; `nullable` lets null through, which clears the field in a PATCH (RFC 7396).
 */
interface FieldOptions {
  optional?: boolean;
  nullable?: boolean;
  description?: string;
  example?: unknown;
  /** Sent, never returned (OpenAPI writeOnly). */
  writeOnly?: boolean;
}

type Class = abstract new (...args: never[]) => object;
type ClassRef = () => Class;

/** How the validation pipe turns plain JSON into a DTO: which fields there are, and which hold DTOs themselves. */
export interface FieldShape {
  nested?: ClassRef;
  /** Of a list: how many there may be. */
  max?: number;
  /** A plain string in a list of DTOs stands for a DTO with this field only. */
  shorthand?: string;
  /** Query strings carry text only: how to read the field from it. */
  fromText?: (text: string) => unknown;
  /** Free JSON: its keys are the caller's own. */
  free?: boolean;
}

const shapes = new WeakMap<object, Map<string, FieldShape>>();

/** The declared fields of a DTO class, inherited ones included. */
export function fieldsOf(dto: Class): Map<string, FieldShape> {
  const found = shapes.get(dto);
  if (found) return found;
  const parent = Object.getPrototypeOf(dto) as Class | null;
  const fields = new Map(parent && parent !== Function.prototype ? fieldsOf(parent) : []);
  shapes.set(dto, fields);
  return fields;
}

function field(options: FieldOptions, api: ApiPropertyOptions, checks: PropertyDecorator[], shape: FieldShape = {}) {
  const { optional = false, nullable = false, description, example, writeOnly } = options;
  return applyDecorators(
    (target: object, key: string | symbol) => {
      fieldsOf(target.constructor as Class).set(String(key), shape);
    },
    ApiProperty({ ...api, required: !optional, nullable, description, example, writeOnly } as ApiPropertyOptions),
    ValidateIf((_, value) => !(value === undefined && optional) && !(value === null && nullable)),
    ...checks,
  );
}

const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

/** Between `min` and `max` Unicode code points. */
const Length = (min: number, max: number): PropertyDecorator =>
  ValidateBy({
    name: 'length',
    validator: {
      validate: (value) =>
        typeof value === 'string' &&
        value.length >= min &&
        (value.length <= max || (value.length <= 2 * max && codePoints(value) <= max)) &&
        (min < 2 || codePoints(value) >= min),
      defaultMessage: () => (min > 0 ? `must have ${min} to ${max} characters` : `must have at most ${max} characters`),
    },
  });

/** Text of `min` (default 1) to `max` code points. */
export const Text = (
  options: FieldOptions & { max: number; min?: number; pattern?: RegExp; patternMessage?: string },
): PropertyDecorator => {
  const { max, min = 1, pattern, patternMessage } = options;
  const checks: PropertyDecorator[] = [IsString({ message: 'must be a string' }), Length(min, max)];
  if (pattern) checks.push(Matches(pattern, { message: patternMessage ?? `must match ${pattern}` }));
  return field(options, { type: String, minLength: min, maxLength: max, pattern: pattern?.source }, checks);
};

/** A client's own id of a user, without control characters; `me` is reserved. */
export const UserId = (options: FieldOptions = {}): PropertyDecorator =>
  Text({
    max: limits.user_id_chars,
    // eslint-disable-next-line no-control-regex
    pattern: /^(?!me$)[^\u0000-\u001f\u007f-\u009f]+$/u,
    patternMessage: 'must not hold control characters, and must not be "me"',
    example: 'alice',
    ...options,
  });

export const Uuid = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, { type: String, format: 'uuid' }, [IsUUID('all', { message: 'must be a UUID' })]);

export const Email = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, { type: String, format: 'email', maxLength: 320 }, [
    IsEmail({}, { message: 'must be an email address' }),
  ]);

/** An absolute http(s) URL of at most 2,048 characters. */
export const HttpUrl = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, { type: String, format: 'uri', maxLength: 2048 }, [
    IsUrl(
      { protocols: ['http', 'https'], require_protocol: true, require_tld: false, validate_length: false },
      { message: 'must be an absolute http or https URL' },
    ),
    Length(1, 2048),
  ]);

/** RFC 3339, with its offset. */
export const Time = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, { type: String, format: 'date-time', example: options.example ?? '2026-01-31T12:00:00.000Z' }, [
    IsISO8601({ strict: true, strictSeparator: true }, { message: 'must be an RFC 3339 time' }),
    Matches(/T.*(Z|[+-]\d\d:\d\d)$/i, { message: 'must be an RFC 3339 time with its offset' }),
  ]);

export const Int = (
  options: FieldOptions & { min?: number; max?: number; default?: number; query?: boolean },
): PropertyDecorator => {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  return field(
    options,
    { type: 'integer', minimum: min, maximum: max, default: options.default },
    [
      IsInt({ message: 'must be a whole number' }),
      Min(min, { message: `must be at least ${min}` }),
      Max(max, { message: `must be at most ${max}` }),
    ],
    options.query ? { fromText: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : text) } : {},
  );
};

export const Bool = (options: FieldOptions & { default?: boolean; query?: boolean } = {}): PropertyDecorator =>
  field(
    options,
    { type: Boolean, default: options.default },
    [IsBoolean({ message: 'must be true or false' })],
    options.query ? { fromText: (text) => (text === 'true' ? true : text === 'false' ? false : text) } : {},
  );

export const OneOf = (
  values: readonly string[],
  options: FieldOptions & { default?: string } = {},
): PropertyDecorator =>
  field(options, { enum: [...values], type: String, default: options.default }, [
    IsIn(values, { message: `must be one of ${values.join(', ')}` }),
  ]);

/** A JSON object whose keys are the caller's own, at most `maxBytes` of UTF-8 when serialised. */
export const Json = (options: FieldOptions & { maxBytes: number }): PropertyDecorator =>
  field(
    options,
    { type: 'object', additionalProperties: true, ...bytes(options.maxBytes) },
    [
      IsObject({ message: 'must be an object' }),
      ValidateBy({
        name: 'maxBytes',
        validator: {
          validate: (value) => Buffer.byteLength(JSON.stringify(value) ?? '') <= options.maxBytes,
          defaultMessage: () => `must be at most ${options.maxBytes} bytes of JSON`,
        },
      }),
    ],
    { free: true },
  );

const bytes = (max: number): object => ({ 'x-max-bytes': max });

/** Another DTO. (@nestjs/swagger knows a function that returns a class by its name, `type`: hence the inner ones.) */
export const Nested = (type: ClassRef, options: FieldOptions = {}): PropertyDecorator =>
  field(
    options,
    { type: () => type() } as ApiPropertyOptions,
    [IsObject({ message: 'must be an object' }), ValidateNested()],
    { nested: type },
  );

/** A list of DTOs; with `shorthand`, a plain string stands for a DTO that has only the field of that name. */
export const NestedList = (
  type: ClassRef,
  options: FieldOptions & { max: number; min?: number; shorthand?: string },
): PropertyDecorator =>
  field(
    options,
    { type: () => type(), isArray: true, maxItems: options.max, minItems: options.min } as ApiPropertyOptions,
    [...listChecks(options), IsObject({ each: true, message: 'must be an object' }), ValidateNested({ each: true })],
    { nested: type, max: options.max, shorthand: options.shorthand },
  );

/** A list of texts. */
export const TextList = (
  options: FieldOptions & { max: number; min?: number; maxChars: number; values?: readonly string[] },
): PropertyDecorator => {
  const { values, maxChars } = options;
  const one = values
    ? IsIn(values, { each: true, message: `each must be one of ${values.join(', ')}` })
    : ValidateBy(
        {
          name: 'eachLength',
          validator: {
            validate: (value) => typeof value === 'string' && value.length > 0 && codePoints(value) <= maxChars,
            defaultMessage: () => `each must be a string of 1 to ${maxChars} characters`,
          },
        },
        { each: true },
      );
  return field(
    options,
    {
      type: 'array',
      items: { type: 'string', enum: values ? [...values] : undefined, maxLength: maxChars },
      maxItems: options.max,
    } as ApiPropertyOptions,
    [...listChecks(options), one],
  );
};

const listChecks = ({ max, min = 0 }: { max: number; min?: number }): PropertyDecorator[] => [
  IsArray({ message: 'must be a list' }),
  ArrayMinSize(min, { message: `must have at least ${min} ${min === 1 ? 'item' : 'items'}` }),
  ArrayMaxSize(max, { message: `must have at most ${max} items` }),
];
