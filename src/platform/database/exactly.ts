/**
 * That a column, the key's last, has this value, in words from which the planner keeps its order: with `order by` only the
 * key's own index will do. While a table is young all indexes that begin with the tenant look the same to it, and the plan that is kept could
 * read all of a tenant's rows each time.
 */
export const exactly = (column: string, value: string): string => `${column} >= ${value} and ${column} <= ${value}`;
