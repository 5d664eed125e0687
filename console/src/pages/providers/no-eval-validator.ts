import {
  createErrorHandler,
  toErrorList,
  toErrorSchema,
  unwrapErrorHandler,
  type ErrorSchema,
  type RJSFSchema,
  type RJSFValidationError,
  type ValidatorType,
} from '@rjsf/utils';
import { ApiProblem } from '../../api.js';

type Data = Record<string, unknown>;

/**
 * The form's checks: that what is required is there. Everything else the API checks, whose answers become the fields' errors
 * ({@link errorsOf}). The usual validator compiles schemas to code, which the page's policy forbids.
 */
export const validator: ValidatorType<Data> = {
  isValid: (schema, data) => missing(schema, data).length === 0,
  rawValidation: (schema, data) => ({ errors: missing(schema, data) as never[] }),
  validateFormData(data, schema, customValidate) {
    const errors = missing(schema, data);
    const errorSchema = toErrorSchema<Data>(errors);
    if (!customValidate || !data) return { errors, errorSchema };
    const custom = unwrapErrorHandler(customValidate(data, createErrorHandler<Data>(data)));
    return { errors: [...errors, ...toErrorList(custom)], errorSchema: { ...errorSchema, ...custom } };
  },
};

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

function missing(schema: RJSFSchema, data: Data | undefined, at = ''): RJSFValidationError[] {
  const here = (schema.required ?? []).filter((name) => isEmpty(data?.[name]) && typeOf(schema, name) !== 'boolean');
  const within = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => {
    const value = data?.[name];
    const isObject = typeof one === 'object' && one.type === 'object' && typeof value === 'object' && value !== null;
    return isObject && Object.values(value).some((it) => !isEmpty(it))
      ? missing(one, value as Data, `${at}.${name}`)
      : [];
  });
  const errors = here.map((name) => ({
    property: `${at}.${name}`,
    message: 'is required',
    stack: `${name} is required`,
  }));
  return [...errors, ...within];
}

function typeOf(schema: RJSFSchema, name: string): unknown {
  const one = schema.properties?.[name];
  return typeof one === 'object' ? one.type : undefined;
}

/** What the API said of the fields below `prefix`, at the fields. */
export function errorsOf(error: unknown, prefix: string): ErrorSchema<Data> {
  const errors = error instanceof ApiProblem ? error.problem.errors : [];
  const ours = errors.filter(({ field }) => field.startsWith(`${prefix}.`));
  return toErrorSchema<Data>(
    ours.map(({ field, message }) => ({ property: field.slice(prefix.length), message, stack: `${field} ${message}` })),
  );
}

/** Without what was left empty; switches that were not touched are off. */
export function filled(schema: RJSFSchema, data: Data): Data {
  const entries = Object.entries(schema.properties ?? {}).flatMap(([name, one]): [string, unknown][] => {
    if (typeof one !== 'object') return [];
    const value = data[name];
    if (one.type === 'object') {
      const inner = Object.entries((value ?? {}) as Data).some(([, it]) => !isEmpty(it));
      return inner ? [[name, filled(one, value as Data)]] : [];
    }
    if (one.type === 'boolean' && value === undefined) return schema.required?.includes(name) ? [[name, false]] : [];
    return isEmpty(value) ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}
