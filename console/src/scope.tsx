import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, use, useMemo, type ReactNode } from 'react';
import { ApiProblem, apiFor, type Api } from './api.js';
import { currentKey, forget, type Session } from './session.js';

/** With whose key a page asks, and about which client. */
export interface Scope {
  api: Api;
  session: Session;
  /** The client that is looked at; null on the pages about all of them. */
  clientId: string | null;
}

const ScopeContext = createContext<Scope | null>(null);

/** @returns the API as whoever is logged in, for the client that is looked at */
export function useScope(): Scope {
  const scope = use(ScopeContext);
  if (!scope) throw new Error('There is no scope outside of the pages.');
  return scope;
}

export const useApi = (): Api => useScope().api;

/** Nothing that was read with one key, or of one client, is ever shown for another: each scope has a cache of its own. */
export function ScopeProvider({
  session,
  clientId,
  children,
}: {
  session: Session;
  clientId: string | null;
  children: ReactNode;
}) {
  const { kind, client_id } = session;
  // A key that takes the place of another of the same client reads on where that one was.
  const { api, queries } = useMemo(() => {
    const named = kind === 'admin' ? clientId : null;
    return { api: apiFor({ key: currentKey, clientId: named, onInvalidKey: forget }), queries: makeQueries() };
  }, [kind, client_id, clientId]);
  const scope = useMemo(() => ({ api, session, clientId }), [api, session, clientId]);
  return (
    <ScopeContext value={scope}>
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </ScopeContext>
  );
}

const LOOKS_AGAIN_MS = 5_000;

const mayPass = (error: unknown): boolean => error instanceof ApiProblem && error.problem.retryable;

const makeQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        retry: (failures, error) => failures < 2 && mayPass(error),
        // When the service is there again, nobody has to ask for it.
        refetchInterval: ({ state }) => mayPass(state.error) && LOOKS_AGAIN_MS,
      },
    },
  });
