import type { OpenAPIObject } from '@nestjs/swagger';

/** A JSON Schema as it stands in the document; only what is read here is typed. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  nullable?: boolean;
  /** Sent, never returned. */
  writeOnly?: boolean;
  enum?: unknown[];
  default?: unknown;
  example?: unknown;
  minimum?: number;
  maxLength?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: boolean | Schema;
}

export type Schemas = Record<string, Schema>;

export const schemasOf = (document: OpenAPIObject): Schemas =>
  ((document.components ??= {}).schemas ??= {}) as unknown as Schemas;

/**
 * From the dialect of OpenAPI 3.0, which @nestjs/swagger writes, to JSON Schema 2020-12 of OpenAPI 3.1: `nullable`
 * becomes a type, and a reference may have siblings. Changes the schema it is given.
 */
export function toJsonSchema(schema: Schema): Schema {
  for (const inner of innerSchemas(schema)) toJsonSchema(inner);
  if (schema.allOf?.length === 1 && schema.allOf[0]!.$ref) {
    schema.$ref = schema.allOf[0]!.$ref;
    delete schema.allOf;
    // The referenced schema has a type of its own.
    delete schema.type;
  }
  const { nullable } = schema;
  delete schema.nullable;
  if (!nullable) return schema;
  if (schema.$ref) {
    schema.anyOf = [{ $ref: schema.$ref }, { type: 'null' }];
    delete schema.$ref;
  } else if (schema.type !== undefined) {
    schema.type = [schema.type, 'null'].flat();
  }
  schema.enum?.push(null);
  return schema;
}

function innerSchemas(schema: Schema): Schema[] {
  const { properties, items, allOf, anyOf, oneOf, additionalProperties } = schema;
  return [
    ...Object.values(properties ?? {}),
    ...(items ? [items] : []),
    ...(allOf ?? []),
    ...(anyOf ?? []),
    ...(oneOf ?? []),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ];
}

const BY_FORMAT: Record<string, string> = {
  uuid: '0199c2d4-7e1a-7000-8000-000000000000',
  'date-time': '2026-01-31T12:00:00.000Z',
  email: 'alice@example.com',
  uri: 'https://example.com/hook',
};

/** Recursive schemas end here. */
const MAX_DEPTH = 9;

/**
 * An example made of those of the fields.
 * @param whole every field (answers), or else only required ones and those that have an example (requests)
 */
export function exampleOf(schema: Schema, schemas: Schemas, whole: boolean, depth = 0): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.$ref) return exampleOf(schemas[schema.$ref.split('/').at(-1)!] ?? {}, schemas, whole, depth);
  if (schema.default !== undefined) return schema.default;
  const variant = (schema.anyOf ?? schema.oneOf ?? schema.allOf)?.[0];
  if (variant) return exampleOf(variant, schemas, whole, depth);
  if (schema.enum) return schema.enum[0];
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return objectExample(schema, schemas, whole, depth + 1);
    case 'array': {
      const item = depth < MAX_DEPTH && schema.items ? exampleOf(schema.items, schemas, whole, depth + 1) : undefined;
      return item === undefined ? [] : [item];
    }
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return true;
    case 'string':
      return BY_FORMAT[schema.format ?? ''] ?? 'text';
    default:
      return undefined;
  }
}

function objectExample(schema: Schema, schemas: Schemas, whole: boolean, depth: number): Record<string, unknown> {
  const example: Record<string, unknown> = {};
  if (depth > MAX_DEPTH) return example;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (whole && property.writeOnly) continue;
    const shown = whole || property.example !== undefined || schema.required?.includes(name);
    const value = shown ? exampleOf(property, schemas, whole, depth) : undefined;
    if (value !== undefined) example[name] = value;
  }
  return example;
}
