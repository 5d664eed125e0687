import { Anchor } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { addressOf } from '../../address.js';
import { answer, type Schemas } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, useCursor, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';

const columns: Column<Schemas['Client']>[] = [
  {
    header: 'Client',
    cell: ({ id, name }) => (
      <Anchor component={Link} to={addressOf('overview', id)} size="sm">
        {name}
      </Anchor>
    ),
  },
  { header: 'Slug', cell: ({ slug }) => slug },
  { header: 'State', cell: ({ is_active }) => <StatusBadge status={is_active ? 'active' : 'suspended'} /> },
  { header: 'Made', cell: ({ created_at }) => <Time at={created_at} exact /> },
];

/** For the operator: which client to look at. */
export default function Clients() {
  const api = useApi();
  const cursor = useCursor();
  const query = useQuery({
    queryKey: ['clients', cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answer(api.GET('/api/v1/clients', { params: { query: { limit: 50, cursor } }, signal })),
  });
  return (
    <>
      <PageHeader title="Clients" help="The tenants of this deployment. Open one to see its deliveries." />
      <DataTable
        label="Clients"
        columns={columns}
        query={query}
        rowId={({ id }) => id}
        empty={
          <EmptyState title="No clients yet">
            Make the first one with <code>POST /api/v1/clients</code> and the admin key.
          </EmptyState>
        }
      />
    </>
  );
}
