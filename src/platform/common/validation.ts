import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { keepsAllRules } from './all-rules-kept.js';
import { inOneCase } from './ids.js';
import { fieldsOf, type FieldShape } from './field-registry.js';
import { faultOf, invalidField, Problem, type FieldError } from './problem.js';
import { limitOf } from '../config/limits.js';
import { rememberRules } from './validation-rules.js';

rememberRules(getMetadataStorage());

type Dto = new () => object;

/** Deeper JSON than this is refused: recursion over it could exhaust the stack. */
const MAX_DEPTH = 32;

/** Faults named, and how much of an unknown field's name: the answer to junk shouldn't be larger than the junk. */
const MAX_ERRORS = 100;
const MAX_NAME = 100;

const PLAIN_TYPES: unknown[] = [String, Number, Boolean, Array, Object, undefined];

/** Path parameters that hold ids of ours. Names and user ids are the caller's own, and compared exactly. */
const OUR_IDS: unknown[] = ['id', 'room_id'];

/** Turns request parts into their DTOs, or answers 422 naming every field at fault. */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { metatype, type, data }: ArgumentMetadata): unknown {
    if (type === 'custom') return value;
    if (PLAIN_TYPES.includes(metatype)) {
      refuseUnstorableText(value, data ?? '');
      return type === 'param' && OUR_IDS.includes(data) && typeof value === 'string' ? inOneCase(value) : value;
    }
    return toDto(metatype as Dto, value);
  }
}

/**
 * Validates plain JSON (or a parsed query) against a DTO class.
 * @returns an instance that holds declared fields only
 * @throws Problem `validation_failed` with every field at fault, unknown fields among them
 */
export function toDto<T extends object>(dto: new () => T, value: unknown): T {
  if (value === undefined || value === null) value = {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new Problem('validation_failed', 'The body must be a JSON object.', {
      errors: [{ field: '', message: 'must be a JSON object' }],
    });
  }
  refuseUnstorable(dto, value as Record<string, unknown>);
  const errors: FieldError[] = [];
  const instance = instantiate(dto, value as Record<string, unknown>, '', errors) as T;
  if (!keepsAllRules(instance))
    flatten(validateSync(instance, { forbidUnknownValues: false, stopAtFirstError: true }), '', errors);
  if (errors.length > 0) {
    const named = errors.slice(0, 3).map(faultOf);
    const more = errors.length > named.length ? ` (and ${errors.length - named.length} more)` : '';
    throw new Problem('validation_failed', `${named.join('; ')}${more}`, { errors: errors.slice(0, MAX_ERRORS) });
  }
  return instance;
}

/** Of a list whose items are validated one by one, each is refused then. The whole is gone over first, which finds nothing most of the time. */
function refuseUnstorable(dto: Dto, value: Record<string, unknown>): void {
  const fault = findFault(value, 0);
  const list = fault?.steps.at(-1);
  if (typeof list === 'string' && fieldsOf(dto).get(list)?.itemwise && typeof fault?.steps.at(-2) === 'number')
    refuseUnstorable(dto, { ...value, [list]: undefined });
  else if (fault) throw refusalOf(fault, '');
}

function instantiate(dto: Dto, plain: Record<string, unknown>, path: string, errors: FieldError[]): object {
  const fields = fieldsOf(dto);
  const instance = new dto() as Record<string, unknown>;
  for (const key of Object.keys(plain)) {
    const shape = fields.get(key);
    if (!shape) {
      errors.push({ field: path + key.slice(0, MAX_NAME), message: 'is not a known field' });
      continue;
    }
    instance[key] = read(shape, plain, key, path + key, errors);
  }
  return instance;
}

function read(
  shape: FieldShape,
  holder: Record<string, unknown>,
  key: string,
  path: string,
  errors: FieldError[],
): unknown {
  const value = holder[key];
  if (shape.fromText && typeof value === 'string') return shape.fromText(value);
  const dto = (shape.nested?.() ?? shape.variant?.(holder)) as Dto | null | undefined;
  if (!dto) return value;
  const expand = (item: unknown) =>
    shape.shorthand !== undefined && typeof item === 'string' ? { [shape.shorthand]: item } : item;
  const one = (item: unknown, at: string) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? instantiate(dto, item as Record<string, unknown>, `${at}.`, errors)
      : item;
  // One more than allowed shows that there are too many; to look at all of a million would cost seconds.
  return Array.isArray(value)
    ? value.slice(0, limitOf(shape.max ?? 0) + 1).map((item, index) => one(expand(item), `${path}[${index}]`))
    : one(value, path);
}

function flatten(failures: ValidationError[], path: string, errors: FieldError[]): void {
  for (const { property, constraints, children } of failures) {
    const field = /^\d+$/.test(property) ? `${path.replace(/\.$/, '')}[${property}]` : path + property;
    for (const message of Object.values(constraints ?? {})) errors.push({ field, message });
    if (children?.length) flatten(children, `${field}.`, errors);
  }
}

/** PostgreSQL stores neither NUL nor lone surrogates, and JSON no numbers beyond a double's; deep nesting is refused here too. */
export function refuseUnstorableText(value: unknown, path: string): void {
  const fault = findFault(value, 0);
  if (fault) throw refusalOf(fault, path);
}

const refusalOf = ({ steps, message }: Fault, path: string): Problem =>
  invalidField(steps.reduceRight(pathOf, path), message);

const pathOf = (path: string, step: string | number): string =>
  typeof step === 'number' ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`;

/** What is at fault, and the way to it, the last step first: made only where there is a fault. */
interface Fault {
  message: string;
  steps: (string | number)[];
}

function findFault(value: unknown, depth: number): Fault | null {
  if (typeof value === 'string') return isStorable(value) ? null : faultAt(UNSTORABLE);
  // 1e400 would be stored, and answered, as null; and what parseJsonBody found to be no number any more.
  if (typeof value === 'number' && !Number.isFinite(value)) return faultAt(NO_NUMBER);
  if (typeof value !== 'object' || value === null) return null;
  // Sockets can carry bytes, and everything that we take is text.
  if (ArrayBuffer.isView(value)) return faultAt('must not be binary');
  if (depth >= MAX_DEPTH) return faultAt(`must not be nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      const fault = findFault(value[at], depth + 1);
      if (fault) return behind(at, fault);
    }
    return null;
  }
  for (const key of Object.keys(value)) {
    if (!isStorable(key)) return faultAt(UNSTORABLE);
    const fault = findFault((value as Record<string, unknown>)[key], depth + 1);
    if (fault) return behind(key, fault);
  }
  return null;
}

const NO_NUMBER = 'must be a number that JSON carries everywhere as it is: send what is beyond 2^53 as a string';
const UNSTORABLE = 'must be well-formed Unicode text without NUL characters';

const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

const faultAt = (message: string): Fault => ({ message, steps: [] });

function behind(step: string | number, fault: Fault): Fault {
  fault.steps.push(step);
  return fault;
}
