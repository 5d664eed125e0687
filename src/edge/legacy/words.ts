/** What came as JSON, before anybody looked at it. */
export type Plain = Record<string, unknown>;

/** Is it an object, as bodies that can be translated are? Everything else is left for the validation to refuse. */
export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Without fields that are null: the first version's clients sent null for what they left out. */
export const withoutNulls = (body: Plain): Plain =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));

/** A list's answer with each of its items said anew; what is no list comes back as it is. */
export const eachOf = (page: Plain, say: (item: Plain) => Plain): Plain =>
  Array.isArray(page.data) ? { ...page, data: page.data.map((item) => (isPlain(item) ? say(item) : item)) } : page;

/** As a query or a body writes it. */
export const saysTrue = (value: unknown): boolean => ['true', '1'].includes(String(value).toLowerCase());
