import { useQuery } from '@tanstack/react-query';
import { useAddressState } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { FilterField } from '../../shared/filter-field.js';
import { EmptyState } from '../../shared/empty-state.js';
import { formatDuration, formatNumber } from '../../shared/format.js';
import { PageHeader } from '../../shared/page-header.js';
import { Time } from '../../shared/time.js';
import type { Schema } from '../kit/data.js';
import { UsedBar } from '../kit/ui.js';

type Limit = Schema<'RateLimit'>;

const STATE = { user: '' };

const nameOf = ({ name, channel, provider }: Limit): string =>
  [provider ?? channel, name.replaceAll('_', ' ')].filter(Boolean).join(': ');

const columns: Column<Limit>[] = [
  { header: 'Limit', cell: nameOf },
  { header: 'Of', cell: ({ scope }) => scope },
  {
    header: 'Used',
    numeric: true,
    cell: ({ limit, remaining }) => `${formatNumber(limit - remaining)} of ${formatNumber(limit)}`,
  },
  {
    header: 'Share',
    cell: (of) => <UsedBar label={`${nameOf(of)} (${of.scope})`} used={of.limit - of.remaining} of={of.limit} />,
  },
  { header: 'Within', cell: ({ window_s }) => (window_s === null ? 'open at once' : formatDuration(window_s * 1_000)) },
  { header: 'Begins anew', cell: ({ reset_at }) => <Time at={reset_at} /> },
];

/** As used now: of the client, of its providers, and of a user who is named. */
export default function Limits() {
  const api = useApi();
  const [{ user }, change] = useAddressState(STATE);
  const query = useQuery({
    queryKey: ['limits', user],
    refetchInterval: 2_000,
    queryFn: async ({ signal }) => {
      const header = user ? { 'X-User-Id': user } : {};
      const { limits } = await answer(api.GET('/api/v1/rate-limits', { params: { header }, signal }));
      return { data: limits, page: { next_cursor: null, prev_cursor: null, has_more: false } };
    },
  });
  return (
    <>
      <PageHeader
        title="Limits"
        help="What is used up of them now. The operator sets them; those of providers are their caps. Looking counts as nothing."
      />
      <FilterField
        label="A user"
        description="Whose own limits are shown too; a user who is not there yet is made."
        placeholder="alice"
        maw={260}
        mb="xs"
        value={user}
        onCommit={(user) => change({ user })}
      />
      <DataTable
        label="Limits as used now"
        columns={columns}
        query={query}
        rowId={(of) => `${of.scope} ${of.channel ?? ''} ${of.provider ?? ''} ${of.name}`}
        empty={
          <EmptyState title="Nothing is limited">
            The client has no quotas, and its providers no caps. Name a user above to see what that one may do.
          </EmptyState>
        }
      />
    </>
  );
}
