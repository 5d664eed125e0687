import { Request, type Admitted } from '../../tenancy/access/request.js';
import type { Plain } from './words.js';

/** How one route is translated. Whoever else speaks to it sees nothing of it. */
export interface Way {
  /** Rewrites the request's body or query, before they are validated. @returns what {@link answer} is to know of it */
  ask?(request: Admitted): unknown;
  /** What is answered in place of a success. @param memo what `ask` returned; undefined for what was answered before */
  answer?(body: Plain, request: Admitted, memo: unknown): Plain | Promise<Plain>;
}

/** By method and path below the prefix, as the routes are declared. */
export type Ways = Record<string, Way>;

type Query = Record<string, unknown>;

export const queryOf = ({ query }: Admitted): Query => query as Query;

export const callerOf = ({ api }: Admitted) => api!.caller;

export const paramOf = ({ params }: Admitted, name: string): string => (params as Record<string, string>)[name]!;

/** A request for something that is done besides: its status and its Idempotency-Key are the route's own. */
export const besides = ({ api, id }: Admitted): Request => new Request(api!.caller, id);
