import { limitOf } from '../config/limits.js';
import { describeField, fieldsOf } from './field-registry.js';

type Class = abstract new (...args: never[]) => object;
type JsonSchema = Record<string, unknown>;

const PRIMITIVES = new Map<unknown, string>([
  [String, 'string'],
  [Number, 'number'],
  [Boolean, 'boolean'],
]);

/** JSON Schema 2020-12 of a DTO class, whole in itself: for forms and documents beside OpenAPI's. */
export function jsonSchemaOf(dto: Class): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const [name, { nested, max }] of fieldsOf(dto)) {
    const {
      required: isRequired,
      nullable,
      type,
      isArray,
      minItems,
      ...described
    } = describeField(dto, name) as JsonSchema;
    if (isRequired) required.push(name);
    const one = nested
      ? { ...described, ...jsonSchemaOf(nested()) }
      : { type: PRIMITIVES.get(type) ?? type, ...described };
    const schema: JsonSchema = isArray ? { type: 'array', items: one, minItems, maxItems: max && limitOf(max) } : one;
    properties[name] = nullable ? orNull(schema) : schema;
  }
  const whole = { type: 'object', properties, required, additionalProperties: false };
  return JSON.parse(JSON.stringify(whole)) as JsonSchema;
}

const orNull = (schema: JsonSchema): JsonSchema => ({
  ...schema,
  type: [schema.type, 'null'],
  ...(Array.isArray(schema.enum) ? { enum: [...(schema.enum as unknown[]), null] } : {}),
});
