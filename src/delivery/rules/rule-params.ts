/** Where a value is to be worked out: `actions[0].params.content`, and by what. */
export interface FoundExpression {
  field: string;
  expression: string;
}

/** What an expression in params may not look like. */
export interface FoundFault {
  field: string;
  message: string;
}

export interface FoundExpressions {
  expressions: FoundExpression[];
  faults: FoundFault[];
}

/** Expressions of one action. */
const MAX_EXPRESSIONS = 50;
const KEY = '$jsonata';

/** Every `{"$jsonata": "…"}` of an action's params, at any depth, and what only looks like one. */
export function expressionsIn(params: unknown, field: string): FoundExpressions {
  const found: FoundExpressions = { expressions: [], faults: [] };
  collect(params, field, found);
  if (found.expressions.length > MAX_EXPRESSIONS) {
    found.faults.push({ field, message: `must hold at most ${MAX_EXPRESSIONS} expressions` });
  }
  return found;
}

function collect(value: unknown, field: string, found: FoundExpressions): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => collect(item, `${field}[${index}]`, found));
    return;
  }
  if (!Object.hasOwn(value, KEY)) {
    for (const [name, inner] of Object.entries(value)) collect(inner, `${field}.${name}`, found);
    return;
  }
  const { [KEY]: expression } = value as Record<string, unknown>;
  const alone = Object.keys(value).length === 1;
  if (alone && typeof expression === 'string' && expression !== '') found.expressions.push({ field, expression });
  else found.faults.push({ field, message: `must be {"${KEY}": "an expression"} and nothing else` });
}

/**
 * The params with each expression replaced by what it gave; what gave nothing is left out, of objects and of lists.
 * @param values by field, as {@link expressionsIn} names them
 */
export function filled(params: unknown, field: string, values: ReadonlyMap<string, unknown>): unknown {
  if (values.has(field)) return values.get(field);
  if (typeof params !== 'object' || params === null) return params;
  if (Array.isArray(params)) {
    return params.map((item, index) => filled(item, `${field}[${index}]`, values)).filter((item) => item !== undefined);
  }
  const entries = Object.entries(params).map(([name, inner]) => [name, filled(inner, `${field}.${name}`, values)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown;
}

/** Whether what a condition gives is true, as JSONata's `$boolean` has it. */
export function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTruthy);
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
