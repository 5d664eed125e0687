import { useQuery } from '@tanstack/react-query';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';

/** What became of its events of the last day. */
export function useEndpointStats(id: string, everyMs: number | false = false) {
  const api = useApi();
  return useQuery({
    queryKey: ['endpoints', 'stats', id],
    staleTime: 15_000,
    refetchInterval: everyMs,
    queryFn: async ({ signal }) => {
      const stats = await answer(
        api.GET('/api/v1/webhooks/endpoints/{id}/stats', { params: { path: { id } }, signal }),
      );
      return { ...stats, by_status: stats.by_status as Record<string, number | undefined> };
    },
  });
}
