import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, getSchemaPath, type ApiPropertyOptions } from '@nestjs/swagger';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  IsUrl,
  IsUUID,
  Matches,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { limitOf, type Bound } from '../config/limits.js';
import { isEmailAddress } from './email-address.js';
import { declareDto, setField, type Class, type ClassRef, type FieldShape } from './field-registry.js';
import { codePoints, isAskedTime, isTime, Length, listChecks, Rule } from './field-rules.js';
import { inOneCase, type UserId as UserIdText } from './ids.js';

// Field decorators: validation and documents from one line. Every property of a DTO carries exactly one.

/** What every field may say of itself. */
interface FieldOptions {
  /** The field may be left out. Without this it is required. */
  optional?: boolean;
  /** The field may be null, which clears it in a PATCH (RFC 7396). */
  nullable?: boolean;
  description?: string;
  example?: unknown;
  /** Sent, never returned (OpenAPI writeOnly). */
  writeOnly?: boolean;
}

/** Declares a DTO that has no fields. */
export const NoFields = (): ClassDecorator => (dto) => {
  declareDto(dto as unknown as Class);
};

/** Declares a field. Validation and documents look its limits up when they need them, not here. */
function field(
  options: FieldOptions,
  document: () => ApiPropertyOptions,
  checks: PropertyDecorator[],
  shape: FieldShape = {},
): PropertyDecorator {
  const { optional = false, nullable = false, description, example, writeOnly } = options;
  const always = { required: !optional, nullable, description, example, writeOnly };
  return applyDecorators(
    (target: object, key: string | symbol) => {
      const whole = () => ({ ...document(), ...always }) as ApiPropertyOptions;
      setField(target.constructor as Class, String(key), { ...shape, document: whole });
    },
    ValidateIf((_, value) => !(value === undefined && optional) && !(value === null && nullable)),
    ...checks,
  );
}

/** Text of `min` (default 1) to `max` code points. */
export const Text = (
  options: FieldOptions & { max: Bound; min?: number; pattern?: RegExp; patternMessage?: string },
): PropertyDecorator => {
  const { max, min = 1, pattern, patternMessage } = options;
  const checks: PropertyDecorator[] = [IsString({ message: 'must be a string' }), Length(min, max)];
  if (pattern) checks.push(Matches(pattern, { message: patternMessage ?? `must match ${pattern}` }));
  const document = () => ({ type: String, minLength: min, maxLength: limitOf(max), pattern: pattern?.source });
  return field(options, document, checks);
};

/** Text of any length, for answers only: what comes in is bounded, by {@link Text}. */
export const AnyText = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, () => ({ type: String }), [IsString({ message: 'must be a string' })]);
/** The type of a field under {@link UserId}, so that one import gives a DTO both. */
export type UserId = UserIdText;

/** A client's own id of a user, without control characters; `me` is reserved, and `.` and `..` would be other paths. */
export const UserId = (options: FieldOptions = {}): PropertyDecorator =>
  Text({
    max: 'user_id_chars',
    // eslint-disable-next-line no-control-regex
    pattern: /^(?!(?:me|\.\.?)$)[^\u0000-\u001f\u007f-\u009f]+$/u,
    patternMessage: 'must not hold control characters, and must not be "me", "." or ".."',
    example: 'alice',
    ...options,
  });

/** A UUID of any version; what comes in is brought to lower case. */
export const Uuid = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, () => ({ type: String, format: 'uuid' }), [IsUUID('all', { message: 'must be a UUID' })], {
    fromText: inOneCase,
  });

/** An email address of at most 320 characters. */
export const Email = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, () => ({ type: String, format: 'email', maxLength: 320 }), [
    Rule(
      'email',
      (value) => typeof value === 'string' && isEmailAddress(value),
      () => 'must be an email address',
    ),
  ]);

/** An absolute http(s) URL of at most 2,048 characters. */
export const HttpUrl = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, () => ({ type: String, format: 'uri', maxLength: 2048 }), [
    IsUrl(
      { protocols: ['http', 'https'], require_protocol: true, require_tld: false, validate_length: false },
      { message: 'must be an absolute http or https URL' },
    ),
    Length(1, 2048),
  ]);

/** A time as RFC 3339 writes it, with its offset. */
export const Time = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, () => ({ type: String, format: 'date-time' }), [
    Rule('time', isTime, () => 'must be an RFC 3339 time with its offset, such as 2026-01-31T12:00:00Z'),
  ]);

/** A time that a query asks about, of the years 1970 to 2999: what is worked out from it is a time that can be written, too. */
export const AskedTime = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, () => ({ type: String, format: 'date-time' }), [
    Rule(
      'askedTime',
      isAskedTime,
      () => 'must be an RFC 3339 time of the years 1970 to 2999 with its offset, such as 2026-01-31T12:00:00Z',
    ),
  ]);

/** A whole number from `min` (default 0) to `max` (default: all that JavaScript holds exactly). */
export const Int = (
  options: FieldOptions & { min?: number; max?: Bound; default?: number; query?: boolean } = {},
): PropertyDecorator => {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  return field(
    options,
    () => ({ type: 'integer', minimum: min, maximum: limitOf(max), default: options.default }),
    [
      IsInt({ message: 'must be a whole number' }),
      Min(min, { message: `must be at least ${min}` }),
      Rule(
        'max',
        (value) => typeof value === 'number' && value <= limitOf(max),
        () => `must be at most ${limitOf(max)}`,
      ),
    ],
    options.query ? { fromText: (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : text) } : {},
  );
};

/** A share of a whole, from 0 to 1; for answers. */
export const Share = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, () => ({ type: 'number', minimum: 0, maximum: 1 }), [
    Rule(
      'share',
      (value) => typeof value === 'number' && value >= 0 && value <= 1,
      () => 'must be from 0 to 1',
    ),
  ]);

/** True or false. */
export const Bool = (options: FieldOptions & { default?: boolean; query?: boolean } = {}): PropertyDecorator =>
  field(
    options,
    () => ({ type: Boolean, default: options.default }),
    [IsBoolean({ message: 'must be true or false' })],
    options.query ? { fromText: (text) => (text === 'true' ? true : text === 'false' ? false : text) } : {},
  );

/** One of these texts. */
export const OneOf = (
  values: readonly string[],
  options: FieldOptions & { default?: string } = {},
): PropertyDecorator =>
  field(options, () => ({ enum: [...values], type: String, default: options.default }), [
    IsIn(values, { message: `must be one of ${values.join(', ')}` }),
  ]);

/** A JSON object whose keys are the caller's own, at most `maxBytes` of UTF-8 when serialised. */
export const Json = ({ maxBytes, ...options }: FieldOptions & { maxBytes: Bound }): PropertyDecorator =>
  field(
    options,
    () => ({ type: 'object', additionalProperties: true, ...bytes(limitOf(maxBytes)) }),
    [
      IsObject({ message: 'must be an object' }),
      Rule(
        'maxBytes',
        (value) => Buffer.byteLength(JSON.stringify(value) ?? '') <= limitOf(maxBytes),
        () => `must be at most ${limitOf(maxBytes)} bytes of JSON`,
      ),
    ],
    { free: true },
  );

/** Any JSON at all: what others sent, or are to send. In requests bound it by the body that it comes in. */
export const AnyValue = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, () => ({ oneOf: ANY_JSON }) as ApiPropertyOptions, [Rule('json', isGiven, () => 'must be given')], {
    free: true,
  });

const isGiven = (value: unknown): boolean => value !== undefined;

const ANY_JSON = [
  { type: 'object', additionalProperties: true },
  { type: 'array', items: {} },
  { type: 'string' },
  { type: 'number' },
  { type: 'boolean' },
];

const bytes = (max: number): object => ({ 'x-max-bytes': max });

/** Another DTO. (@nestjs/swagger knows a function that returns a class by its name, `type`: hence the inner ones.) */
export const Nested = (type: ClassRef, options: FieldOptions = {}): PropertyDecorator =>
  field(
    options,
    () => ({ type: () => type() }) as ApiPropertyOptions,
    [IsObject({ message: 'must be an object' }), ValidateNested()],
    { nested: type },
  );

/**
 * A DTO whose class depends on the fields beside it.
 * @param classes all that it may be, for documents
 * @param choose the class by what the other fields say, before they are validated; null where they name none
 */
export const NestedVariant = (
  classes: Class[],
  choose: (holder: Record<string, unknown>) => Class | null,
  options: FieldOptions = {},
): PropertyDecorator =>
  applyDecorators(
    (target: object) => ApiExtraModels(...classes)(target.constructor),
    field(
      options,
      () => ({ type: 'object', oneOf: classes.map((one) => ({ $ref: getSchemaPath(one) })) }) as ApiPropertyOptions,
      [IsObject({ message: 'must be an object' }), ValidateNested()],
      { variant: choose },
    ),
  );

/**
 * A list of DTOs; with `shorthand`, a plain string stands for a DTO that has only the field of that name.
 * @param options `or`: what else may stand in the list, in answers
 */
export const NestedList = (
  type: ClassRef,
  options: FieldOptions & { max: Bound; min?: number; shorthand?: string; or?: Class },
): PropertyDecorator =>
  applyDecorators(
    (target: object) => {
      const models = [type(), ...(options.or ? [options.or] : [])];
      if (models.length > 1 || options.shorthand) ApiExtraModels(...(models as never[]))(target.constructor);
    },
    field(
      options,
      () => listOf(type, options),
      [...listChecks(options), IsObject({ each: true, message: 'must be an object' }), ValidateNested({ each: true })],
      { nested: type, max: options.max, shorthand: options.shorthand },
    ),
  );

const listOf = (type: ClassRef, options: Parameters<typeof itemsOf>[1] & { max: Bound; min?: number }) =>
  ({ ...itemsOf(type, options), maxItems: limitOf(options.max), minItems: options.min }) as ApiPropertyOptions;

function itemsOf(type: ClassRef, { or, shorthand }: { or?: Class; shorthand?: string }): object {
  if (!or && !shorthand) return { type: () => type(), isArray: true };
  const text = shorthand ? [{ type: 'string', description: `The \`${shorthand}\` alone.` }] : [];
  const models = [type(), ...(or ? [or] : [])].map((one) => ({ $ref: getSchemaPath(one as never) }));
  return { type: 'array', items: { oneOf: [...text, ...models] } };
}

/**
 * A list of DTOs that are validated one by one, by `toDto` where each is dealt with: one at fault spoils no other.
 * @param options `shorthand`: whoever deals with them takes a string for a DTO that has only the field of that name
 */
export const Items = (
  type: ClassRef,
  options: FieldOptions & { max: Bound; min?: number; shorthand?: string },
): PropertyDecorator =>
  applyDecorators(
    (target: object) => {
      if (options.shorthand) ApiExtraModels(type() as never)(target.constructor);
    },
    field(options, () => listOf(type, options), listChecks(options), { free: true, itemwise: true }),
  );

/** A list of texts, each of one to `maxChars` code points or one of `values`; in a query with commas between. */
export const TextList = (
  options: FieldOptions & { max: Bound; min?: number; maxChars: Bound; values?: readonly string[]; query?: boolean },
): PropertyDecorator => {
  const { values, max, maxChars } = options;
  const one = values
    ? IsIn(values, { each: true, message: `each must be one of ${values.join(', ')}` })
    : Rule(
        'eachLength',
        (value) => typeof value === 'string' && value.length > 0 && codePoints(value) <= limitOf(maxChars),
        () => `each must be a string of 1 to ${limitOf(maxChars)} characters`,
        true,
      );
  const items = () => ({ type: 'string', enum: values ? [...values] : undefined, maxLength: limitOf(maxChars) });
  return field(
    options,
    () => ({ type: 'array', items: items(), maxItems: limitOf(max) }) as ApiPropertyOptions,
    [...listChecks(options), one],
    options.query ? { fromText: (text) => text.split(',') } : {},
  );
};
