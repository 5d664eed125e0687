import { Button, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { Route, Routes } from 'react-router';
import { addressOf } from '../../address.js';
import { answer, type Schemas } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { useList } from '../kit/data.js';
import { ShownOnce, To } from '../kit/ui.js';
import { OneClient } from './client.js';
import { NewClient } from './new-client.js';

type Client = Schemas['Client'];

/** For the operator: which client to look at, and what each may do. */
export default function Clients() {
  return (
    <Routes>
      <Route index element={<List />} />
      <Route path=":id" element={<OneClient />} />
    </Routes>
  );
}

const columns: Column<Client>[] = [
  {
    header: 'Client',
    cell: ({ id, name }) => <To to={addressOf('overview', id)}>{name}</To>,
  },
  { header: 'Slug', cell: ({ slug }) => slug },
  { header: 'State', cell: ({ is_active }) => <StatusBadge status={is_active ? 'active' : 'suspended'} /> },
  { header: 'Made', cell: ({ created_at }) => <Time at={created_at} exact /> },
  {
    header: 'Settings',
    cell: ({ id, name }) => (
      <To to={`/clients/${id}`}>
        Settings and limits<VisuallyHidden> of {name}</VisuallyHidden>
      </To>
    ),
  },
];

function List() {
  const api = useApi();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Schemas['CreatedClient'] | null>(null);
  const query = useList(['clients', 'list'], (page, signal) =>
    answer(api.GET('/api/v1/clients', { params: { query: page }, signal })),
  );
  const add = <Button onClick={() => setMaking(true)}>New client</Button>;
  return (
    <>
      <PageHeader title="Clients" help="The tenants of this deployment. Open one to see its deliveries.">
        {add}
      </PageHeader>
      {made && (
        <ShownOnce title={`The master key of ${made.name}`} value={made.master_api_key} onClose={() => setMade(null)}>
          Give it to who runs {made.name}: with it they do everything in their client. It is shown this once.{' '}
          <To to={`/clients/${made.id}`}>Set the limits of {made.name}</To>
        </ShownOnce>
      )}
      <DataTable
        label="Clients"
        columns={columns}
        query={query}
        rowId={({ id }) => id}
        empty={
          <EmptyState title="No clients yet" action={add}>
            Each tenant is a client with keys, users, rooms and deliveries of its own.
          </EmptyState>
        }
      />
      {making && <NewClient onClose={() => setMaking(false)} onMade={setMade} />}
    </>
  );
}
