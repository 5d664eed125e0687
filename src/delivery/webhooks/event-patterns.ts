/** Is an event of this type among those that are asked for? A `*` at the end stands for all that begin so. */
export const hears = (patterns: readonly string[], type: string): boolean =>
  patterns.some((pattern) => (pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type));
