import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Route, Routes } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { useList, type Schema } from '../kit/data.js';
import { NewEndpoint } from './endpoint-form.js';
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

/** Enabled, and whether anything gets through; or why it is disabled. */
export function EndpointState({ of: { status, disabled_reason, failing_since } }: { of: Endpoint }) {
  if (status === 'disabled') return <StatusBadge status={`disabled: ${disabled_reason ?? 'manual'}`} tone="bad" />;
  if (failing_since)
    return (
      <>
        <StatusBadge status="failing" tone="warn" /> <Time at={failing_since} />
      </>
    );
  return <StatusBadge status="enabled" />;
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
