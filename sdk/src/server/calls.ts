import type { Answer, Http } from '../http.js';
import { list } from '../pages.js';
import type { List, Page } from '../pages.js';

/** What every call takes besides. */
export interface CallOptions {
  /** Ends the call, and its repetition. */
  signal?: AbortSignal | undefined;
  /** In the place of one made for this call: the same key and body within 24 h act once, and give the first answer. */
  idempotencyKey?: string | undefined;
}

/** What is sent besides path, query and body. */
export const init = ({ signal, idempotencyKey }: CallOptions = {}): {
  signal?: AbortSignal;
  headers?: Record<string, string>;
} => ({
  ...(signal && { signal }),
  ...(idempotencyKey !== undefined && { headers: { 'Idempotency-Key': idempotencyKey } }),
});

/** The body of an answer. */
export const dataOf = async <T>(answer: Promise<Answer<T>>): Promise<T> => (await answer).data;

/** A query with the place in the list. */
export const at = <Q extends object>(query: Q, cursor: string | undefined): Q & { cursor?: string } =>
  cursor === undefined ? query : { ...query, cursor };

/** A whole list of `load`, which answers one page. */
export const listOf = <T>(
  load: (cursor: string | undefined, options: { signal?: AbortSignal }) => Promise<Answer<Page<T>>>,
  options?: CallOptions,
): List<T> => list((cursor) => dataOf(load(cursor, init(options))), options?.signal);

/** The query of a route, without the place in the list. */
export type Query<Route extends { parameters: { query?: object } }> = Omit<
  NonNullable<Route['parameters']['query']>,
  'cursor'
>;

/** A group of calls of {@link ChatServer}. */
export abstract class Calls {
  /** @internal */
  constructor(protected readonly http: Http) {}
}
