import type { FilterKeys, HttpMethod, RequiredKeysOf } from 'openapi-typescript-helpers';
import type { paths } from '../generated/rest.js';
import { namesIn, type Good, type Http } from '../http.js';
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

/** The query of a route, without the place in the list. */
export type Query<Route extends { parameters: { query?: object } }> = Omit<
  NonNullable<Route['parameters']['query']>,
  'cursor'
>;

/** `GET /rooms`: what the document has below `/api/v1`. */
type Route = {
  [P in keyof paths]: P extends `/api/v1${infer Short}`
    ? {
        [M in HttpMethod]: paths[P][M & keyof paths[P]] extends object ? `${Uppercase<M>} ${Short}` : never;
      }[HttpMethod]
    : never;
}[keyof paths];

/** What a route takes beside ids: `+` a body or a query, `*` the same, and is read page by page; a name before it is an argument of its own. */
type Takes = `${'user_id' | 'q' | ''}${'+' | '*'}`;
/** A route as a group lists it. */
type Listed = Route | `${Route} ${Takes}`;

type OperationOf<L> = L extends `${infer M} ${infer Path}`
  ? FilterKeys<FilterKeys<paths, `/api/v1${PathOf<Path>}`>, Lowercase<M>>
  : never;
type PathOf<P> = P extends `${infer Short} ${string}` ? Short : P;
/** What it takes, by its mark. */
type MarkOf<L> = L extends `${string} ${string} ${infer Mark}` ? Mark : '';

/** A string for each name in the path. */
type Ids<P> = P extends `${string}{${string}}${infer Rest}` ? [string, ...Ids<Rest>] : [];
type BodyOf<O> = O extends { requestBody?: { content: { 'application/json': infer Body } } } ? Body : never;
type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? Omit<NonNullable<Q>, 'cursor'> : never;
/** The body where there is one, else the query. */
type InputOf<O> = [BodyOf<O>] extends [never] ? QueryOf<O> : BodyOf<O>;
/** May be left out where nothing of it is required. */
type Input<T> = RequiredKeysOf<T & object> extends never ? [T?] : [T];

type ArgsOf<L> = [...Ids<L>, ...Taken<MarkOf<L>, InputOf<OperationOf<L>>>, CallOptions?];
type Taken<Mark, T> = Mark extends `${infer Name}${'+' | '*'}`
  ? [...(Name extends '' ? [] : [string]), ...Input<Omit<T, Name>>]
  : [];
type ResultOf<L> = MarkOf<L> extends `${string}*` ? ListOf<Good<OperationOf<L>>> : Promise<Good<OperationOf<L>>>;
type ListOf<T> = T extends { data: (infer Item)[] } ? List<Item> : never;
/** The route itself where the method says of it what the document does. */
type Fits<Method, L> = Method extends (...args: infer Args) => infer Result
  ? Args extends ArgsOf<L>
    ? ResultOf<L> extends Result
      ? L
      : { differs: ResultOf<L> }
    : { takes: ArgsOf<L> }
  : never;

/**
 * Makes the methods of a group of their routes. What a method takes and answers is held to the document of its route when
 * this is compiled: `methods<Deliveries>()({ get: 'GET /deliveries/{id}' })`.
 */
export const methods =
  <Group>() =>
  <R extends { [Name in keyof Group]?: Listed }>(
    routes: R & { [Name in keyof R]: Fits<Group[Name & keyof Group], R[Name]> },
  ) =>
  (http: Http): Pick<Group, keyof R & keyof Group> =>
    Object.fromEntries(
      Object.entries(routes as Record<string, string>).map(([name, route]) => [name, caller(http, route)]),
    ) as Pick<Group, keyof R & keyof Group>;

type AnyMethod = (path: string, init: object) => Promise<{ data: Page<unknown> }>;

/** Ids come first, in the order of the path, then what the route takes, then the options. */
function caller(http: Http, route: string) {
  const [method, short, takes] = route.split(' ') as [keyof Http, string, string?];
  return (...args: unknown[]) => {
    const path = Object.fromEntries(namesIn(short).map((name) => [name, args.shift()]));
    const named = takes?.slice(0, -1);
    const own = named && { [named]: args.shift() };
    const input = takes && { ...(args.shift() as object), ...own };
    const options = args[0] as CallOptions | undefined;
    const load = (cursor?: string) => {
      const given = input && { ...input, cursor };
      const where = method === 'GET' ? { params: { path, query: given } } : { params: { path }, body: given };
      return dataOf((http[method] as AnyMethod)(`/api/v1${short}`, { ...where, ...init(options) }));
    };
    return takes?.endsWith('*') ? list(load, options?.signal) : load();
  };
}

/** The body of an answer. */
export const dataOf = async <T>(answer: Promise<{ data: T }>): Promise<T> => (await answer).data;
