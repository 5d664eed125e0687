type Schema = Record<string, unknown>;

/** A value that a schema describes: its examples where it has some, else the plainest one of its type. */
export function exampleOfSchema(schema: Schema): object {
  return valueOf(schema) as object;
}

function valueOf(schema: Schema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const [type] = [schema.type].flat();
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries((schema.properties ?? {}) as Record<string, Schema>).map(([name, one]) => [name, valueOf(one)]),
      );
    case 'array': {
      const items = schema.items as Schema | undefined;
      return items ? [valueOf(items)] : [];
    }
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    default:
      return textOf(schema);
  }
}

function textOf({ format }: Schema): string {
  switch (format) {
    case 'uuid':
      return '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f';
    case 'date-time':
      return '2026-11-22T12:00:00.000Z';
    case 'email':
      return 'alice@example.com';
    case 'uri':
      return 'https://example.com/';
    default:
      return 'text';
  }
}
