/** The API's operations as its OpenAPI document declares them: what generated tests go through. */
export interface Operation {
  /** `POST /rooms/{id}/members`, the name of its tests. */
  name: string;
  method: string;
  path: string;
  operationId: string;
  /** `public`, `admin`, `master`, `key` or a permission. */
  access: string;
  secured: boolean;
  parameters: Parameter[];
  /** The example of its JSON body, or undefined when it takes none. */
  example: unknown;
  /** The schema of its JSON body, references resolved at the top. */
  body: Schema | undefined;
}

export interface Parameter {
  name: string;
  in: string;
}

export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

export function operationsOf(document: any): Operation[] {
  const resolve = (schema: Schema): Schema =>
    schema.$ref ? document.components.schemas[schema.$ref.split('/').at(-1)!] : schema;
  return Object.entries<any>(document.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) => {
      const operation = methods[method];
      const json = operation.requestBody?.content['application/json'];
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        operationId: operation.operationId,
        access: operation['x-access'],
        secured: (operation.security ?? document.security ?? []).length > 0,
        parameters: (operation.parameters ?? []).filter((one: { $ref?: string }) => !one.$ref),
        example: json?.example ?? Object.values<any>(json?.examples ?? {})[0]?.value,
        body: json && resolve(json.schema),
      };
    }),
  );
}

/**
 * Puts values into the `{…}` of a path. What a parameter stands for is told by the segment before it, `rooms/{id}`, unless its
 * own name does: `webhooks/{client_slug}/{source_slug}`.
 * @throws Error when there is no value, so that a new route cannot slip past the generated tests
 */
export function fillPath(path: string, values: Record<string, string>): string {
  return path.replace(/([\w-]*)\/\{(\w+)\}/g, (_, segment: string, name: string) => {
    const value = values[name] ?? values[segment];
    if (value === undefined) {
      throw new Error(
        `The security tests have no value for ${segment}/{${name}} of ${path}: add it to their fixtures.`,
      );
    }
    return `${segment}/${encodeURIComponent(value)}`;
  });
}
