import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { Route, Routes } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { Time } from '../../shared/time.js';
import { useList, type Schema } from '../kit/data.js';
import { NewEndpoint } from './endpoint-form.js';
import { EndpointState } from './endpoint-state.js';
import { useEndpointStats } from './endpoint-stats.js';
import { OneEndpoint } from './endpoint.js';
import { formatNumber } from '../../shared/format.js';
import { To } from '../kit/ui.js';

type Endpoint = Schema<'Endpoint'>;

export default function Webhooks() {
  return (
    <Routes>
      <Route index element={<Endpoints />} />
      <Route path=":id" element={<OneEndpoint />} />
    </Routes>
  );
}

const columns: Column<Endpoint>[] = [
  { header: 'Endpoint', cell: (endpoint) => <EndpointLink of={endpoint} /> },
  { header: 'State', cell: (endpoint) => <EndpointState of={endpoint} /> },
  { header: 'Last day', cell: ({ id }) => <LastDay id={id} /> },
  { header: 'Events', cell: ({ event_types }) => event_types.join(', ') },
  { header: 'Made', cell: ({ created_at }) => <Time at={created_at} /> },
];

function Endpoints() {
  const api = useApi();
  const [making, setMaking] = useState(false);
  const query = useList(['endpoints', 'list'], (page, signal) =>
    answer(api.GET('/api/v1/webhooks/endpoints', { params: { query: page }, signal })),
  );
  const add = <Button onClick={() => setMaking(true)}>New endpoint</Button>;
  return (
    <>
      <PageHeader
        title="Webhooks"
        help="Addresses of yours that hear the events of this client, each signed and tried again until it is taken."
      >
        {add}
      </PageHeader>
      <DataTable
        label="Endpoints"
        columns={columns}
        query={query}
        rowId={({ id }) => id}
        empty={
          <EmptyState title="No endpoints yet" action={add}>
            Name an address that takes POST requests: from then on it hears what happens in rooms, to users and to
            deliveries.
          </EmptyState>
        }
      />
      <NewEndpoint opened={making} onClose={() => setMaking(false)} />
    </>
  );
}

function EndpointLink({ of: { id, url, description } }: { of: Endpoint }) {
  const to = useTo();
  return (
    <>
      <To to={to(`webhooks/${id}`)}>{url}</To>
      {description && (
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      )}
    </>
  );
}

function LastDay({ id }: { id: string }) {
  const { data } = useEndpointStats(id);
  if (!data) return <>–</>;
  const failed = data.by_status.failed ?? 0;
  return (
    <>
      {formatNumber(data.by_status.delivered ?? 0)} of {formatNumber(data.total)} delivered
      {failed > 0 && `, ${formatNumber(failed)} failed`}
    </>
  );
}
