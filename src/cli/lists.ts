import type { Command } from 'commander';
import { integer, type Context } from './context.js';
import type { Api, Query } from './api.js';
import type { Column, Output } from './output.js';

export interface ListOptions {
  limit: number;
  cursor?: string;
  all?: boolean;
}

interface Page<Item> {
  data: Item[];
  page?: { next_cursor: string | null; has_more: boolean };
}

/** The most that one answer holds. */
const PAGE = 100;
const DEFAULT = 50;

/** The options of commands that list. */
export const listing = (command: Command): Command =>
  command
    .option('-n, --limit <n>', 'how many at most', integer(1, 1_000_000), DEFAULT)
    .option('--all', 'all of them')
    .option('--cursor <cursor>', 'go on where `page.next_cursor` of an earlier answer says');

/** Goes over the pages of a list. */
export async function collect<Item>(api: Api, path: string, query: Query, options: ListOptions): Promise<Page<Item>> {
  const most = options.all ? Number.POSITIVE_INFINITY : options.limit;
  const data: Item[] = [];
  let cursor = options.cursor;
  for (;;) {
    const limit = Math.min(PAGE, most - data.length);
    const answer: Page<Item> = await api.get(path, { ...query, limit, cursor });
    data.push(...answer.data);
    cursor = answer.page?.next_cursor ?? undefined;
    if (cursor === undefined || data.length >= most) return { data, page: answer.page };
  }
}

/** A list as a table, or as one document of the API's own shape. */
export async function list<Item>(
  { out, options }: Context<ListOptions>,
  api: Api,
  path: string,
  query: Query,
  columns: readonly Column<Item>[],
): Promise<void> {
  await show(out, await collect<Item>(api, path, query, options), columns);
}

/** A list that the API gives as a whole. */
export async function listWhole<Item>(
  { out }: Context,
  api: Api,
  path: string,
  query: Query,
  columns: readonly Column<Item>[],
): Promise<void> {
  await show(out, await api.get<Page<Item>>(path, query), columns);
}

async function show<Item>(out: Output, found: Page<Item>, columns: readonly Column<Item>[]): Promise<void> {
  await out.result(found, async () => {
    if (found.data.length === 0) return out.hint('There are none.');
    await out.table(found.data, columns);
    if (found.page?.next_cursor) out.hint(`There are more: --all, --limit, or --cursor ${found.page.next_cursor}`);
  });
}
