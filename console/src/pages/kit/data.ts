import { useQuery, useQueryClient, keepPreviousData } from '@tanstack/react-query';
import type { Page, Schemas } from '../../api.js';
import { useCursor } from '../../shared/data-table.js';
import { useOneAtATime } from '../../shared/one-at-a-time.js';

export type Schema<K extends keyof Schemas> = Schemas[K];

interface ListOptions {
  enabled?: boolean;
  /** Look again after so long. */
  everyMs?: number;
  limit?: number;
}

/**
 * The page of a list that the address names, for a DataTable.
 *
 * @param key its first part is what {@link useChange} names to have it read again
 * @param read one page, by the query that the API's lists take
 */
export function useList<Row>(
  key: [area: string, ...unknown[]],
  read: (page: { limit: number; cursor?: string }, signal: AbortSignal) => Promise<Page<Row>>,
  { enabled = true, everyMs, limit = 50 }: ListOptions = {},
) {
  const cursor = useCursor();
  return useQuery({
    queryKey: [...key, limit, cursor],
    queryFn: ({ signal }) => read({ limit, ...(cursor !== undefined && { cursor }) }, signal),
    enabled,
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
    placeholderData: keepPreviousData,
  });
}

/** A change, one at a time; afterwards what was read of these areas is read again. */
export function useChange<In = void, Out = unknown>(
  act: (input: In) => Promise<Out>,
  areas: string[],
  onDone?: (answer: Out) => void,
) {
  const reread = useReread(areas);
  return useOneAtATime<In, Out>(act, (answer) => {
    onDone?.(answer);
    reread();
  });
}

/** @returns reads again what is shown of these areas */
export function useReread(areas: string[]): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ predicate: ({ queryKey: [area] }) => areas.includes(String(area)) });
}

/** What is empty is not asked for. */
export function given<Query extends Record<string, string>>(query: Query): Partial<Query> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '')) as Partial<Query>;
}
