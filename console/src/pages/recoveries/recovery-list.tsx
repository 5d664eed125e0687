import { Anchor, Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, useCursor, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { formatNumber } from '../../shared/format.js';
import { PageHeader } from '../../shared/page-header.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { EVERY_MS, filterText, type Recovery } from './recovery.js';

const columns: Column<Recovery>[] = [
  { header: 'State', cell: ({ status, dry_run }) => <StatusBadge status={dry_run ? 'only counted' : status} /> },
  { header: 'Of', cell: (recovery) => <Of recovery={recovery} /> },
  { header: 'Matched', cell: ({ matched }) => formatNumber(matched) },
  { header: 'Sent again', cell: ({ resent }) => formatNumber(resent) },
  { header: 'Passed over', cell: ({ skipped }) => formatNumber(skipped) },
  { header: 'Started', cell: ({ created_at }) => <Time at={created_at} /> },
];

function Of({ recovery: { id, filter, endpoint_id } }: { recovery: Recovery }) {
  const to = useTo();
  return (
    <Anchor component={Link} to={to(`recoveries/${id}`)} size="sm">
      {endpoint_id ? `endpoint ${endpoint_id}` : filterText(filter)}
    </Anchor>
  );
}

export function RecoveryList() {
  const api = useApi();
  const to = useTo();
  const cursor = useCursor();
  const found = useQuery({
    queryKey: ['recoveries', cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/recoveries', { params: { query: { limit: 50, cursor } }, signal })),
    refetchInterval: ({ state: { data } }) =>
      data?.data.some(({ status }) => status === 'running') ? EVERY_MS : false,
  });
  const start = (
    <Button component={Link} to={to('recoveries/new')}>
      Send again by filter…
    </Button>
  );
  return (
    <>
      <PageHeader title="Recoveries" help="Sending again, at a rate that you choose, what a filter matches.">
        {start}
      </PageHeader>
      <DataTable
        label="Recoveries"
        columns={columns}
        query={found}
        rowId={({ id }) => id}
        empty={
          <EmptyState title="No recoveries yet" action={start}>
            When a provider or a receiver was down, mend it first; then send again what failed meanwhile.
          </EmptyState>
        }
      />
    </>
  );
}
