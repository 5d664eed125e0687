import { useQuery } from '@tanstack/react-query';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';

/** The sources that rules can be of. */
export function useSources() {
  const api = useApi();
  return useQuery({
    queryKey: ['sources', 'names'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/webhooks/sources', { params: { query: { limit: 100 } }, signal })),
  });
}
