/**
 * The first statement of a transaction that reads a few rows in the order of an index. However many rows the planner takes
 * there to be, it is not to read and sort all of them.
 */
export const IN_INDEX_ORDER = `
  select set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true),
         set_config('enable_bitmapscan', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)`;
