import { useCallback, useMemo } from 'react';
import { createSearchParams, useSearchParams } from 'react-router';
import { useScope } from './scope.js';
import { isTimezone, ownTimezone } from './shared/format.js';

/**
 * State that stands in the address, so that it can be sent to a colleague and survives a reload. What is as the default says
 * is left out of it. A change goes back to the first page of a list (`cursor`), unless it names one or is no filter (`samePage`).
 * @param defaults name → what holds when the address doesn't say; declare it outside of the component
 */
export function useAddressState<State extends Record<string, string>>(
  defaults: State,
): [State, (patch: Partial<State>, options?: { replace?: boolean; samePage?: boolean }) => void] {
  const [search, setSearch] = useSearchParams();
  const state = useMemo(
    () =>
      Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, search.get(name) ?? value])) as State,
    [search, defaults],
  );
  const change = useCallback(
    (patch: Partial<State>, { replace = false, samePage = false } = {}) =>
      setSearch(
        () => {
          // What the page was drawn with last may lack a change that was made just now.
          const after = new URLSearchParams(window.location.search);
          if (!('cursor' in patch) && !samePage) after.delete('cursor');
          for (const [name, value] of Object.entries(patch)) {
            if (value === undefined || value === defaults[name]) after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace },
      ),
    [setSearch, defaults],
  );
  return [state, change];
}

/** What stays in the address from page to page: the period that one looks at. */
const KEPT = ['range', 'from', 'to', 'interval', 'timezone'];

/**
 * Addresses of pages about the client that is looked at.
 * @returns `to('deliveries/<id>', { status: 'failed' })`, for Link and navigate
 */
export function useTo(): (page: string, state?: Record<string, string>) => string {
  const { clientId } = useScope();
  const timezone = useSearchParams()[0].get('timezone');
  return useCallback(
    (page, state) => addressOf(page, clientId, { ...state, ...(timezone && { timezone }) }),
    [clientId, timezone],
  );
}

/** The time zone that the address names, in which moments are shown; else the reader's own. */
export function useTimezone(): string {
  const named = useSearchParams()[0].get('timezone');
  return useMemo(() => (named && isTimezone(named) ? named : ownTimezone), [named]);
}

/** @param clientId null: a page about all clients */
export function addressOf(page: string, clientId: string | null, state: Record<string, string> = {}): string {
  const search = createSearchParams(state).toString();
  return `/${clientId === null ? page : `client/${clientId}/${page}`}${search && `?${search}`}`;
}

/** @returns the period of the present address, to be carried over into another page's */
export function keptOf(search: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...search].filter(([name]) => KEPT.includes(name)));
}
