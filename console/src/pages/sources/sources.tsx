import { Button } from '@mantine/core';
import { useState } from 'react';
import { Route, Routes } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { CopyText } from '../../shared/problem-alert.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { useList, type Schema } from '../kit/data.js';
import { OneEvent } from './event.js';
import { SourceForm } from './source-form.js';
import { OneSource } from './source.js';
import { To } from '../kit/ui.js';

type Source = Schema<'Source'>;

export default function Sources() {
  return (
    <Routes>
      <Route index element={<List />} />
      <Route path=":id" element={<OneSource />} />
      <Route path=":id/events/:event_id" element={<OneEvent />} />
    </Routes>
  );
}

const columns: Column<Source>[] = [
  { header: 'Source', cell: (source) => <SourceLink of={source} /> },
  { header: 'State', cell: ({ enabled }) => <StatusBadge status={enabled ? 'enabled' : 'disabled'} /> },
  { header: 'Verified by', cell: ({ verification }) => verification.template },
  { header: 'Address', cell: ({ url }) => <CopyText text={url} /> },
  { header: 'Made', cell: ({ created_at }) => <Time at={created_at} /> },
];

const SourceLink = ({ of: { id, name } }: { of: Source }) => {
  const to = useTo();
  return <To to={to(`sources/${id}`)}>{name}</To>;
};

function List() {
  const api = useApi();
  const [making, setMaking] = useState(false);
  const query = useList(['sources', 'list'], (page, signal) =>
    answer(api.GET('/api/v1/webhooks/sources', { params: { query: page }, signal })),
  );
  const add = <Button onClick={() => setMaking(true)}>New source</Button>;
  return (
    <>
      <PageHeader
        title="Sources"
        help="Addresses that other services send their webhooks to. What comes is verified, stored and meets the rules of its source."
      >
        {add}
      </PageHeader>
      <DataTable
        label="Sources"
        columns={columns}
        query={query}
        rowId={({ id }) => id}
        empty={
          <EmptyState title="No sources yet" action={add}>
            Make one for each service that sends you webhooks (GitHub, Stripe, Mailgun, your own), give its address to
            that service, and say with rules what its events cause.
          </EmptyState>
        }
      />
      {making && <SourceForm onClose={() => setMaking(false)} />}
    </>
  );
}
