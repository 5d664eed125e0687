import { Button, Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAddressState, useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { useChange, useList, type Schema } from '../kit/data.js';
import { orNull } from '../kit/fields.js';
import { FormDialog, To } from '../kit/ui.js';

type Report = Schema<'Report'>;

const STATE = { status: 'open' };

const columns: Column<Report>[] = [
  { header: 'Message', cell: (report) => <Reported of={report} /> },
  {
    header: 'Reason',
    cell: ({ reason, text, lists }) =>
      [reason, text, lists.length > 0 && `lists: ${lists.join(', ')}`].filter(Boolean).join('; '),
  },
  { header: 'By', cell: ({ reporter_id, reporter_type }) => reporter_id ?? reporter_type },
  { header: 'State', cell: ({ status }) => <StatusBadge status={status} /> },
  { header: 'Reported', cell: ({ created_at }) => <Time at={created_at} /> },
  { header: 'Decide', cell: (report) => <Decide report={report} /> },
];

export function Reports() {
  const api = useApi();
  const to = useTo();
  const [filter, change] = useAddressState(STATE);
  const query = useList(
    ['reports', filter],
    (page, signal) =>
      answer(
        api.GET('/api/v1/reports', {
          params: { query: { ...page, ...(filter.status !== 'all' && { status: filter.status as Report['status'] }) } },
          signal,
        }),
      ),
    { everyMs: 15_000 },
  );
  return (
    <>
      <Text size="sm" mb={4}>
        <To to={to('rooms')}>Rooms</To>
      </Text>
      <PageHeader title="Reports" help="What users reported, and what the word lists flagged." />
      <Group gap="xs" mb="xs" className="filters">
        <NativeSelect
          label="State"
          data={['open', 'actioned', 'dismissed', 'all']}
          value={filter.status}
          onChange={({ currentTarget }) => change({ status: currentTarget.value })}
        />
      </Group>
      <DataTable
        label="Reports"
        columns={columns}
        query={query}
        rowId={({ id }) => id}
        empty={
          <EmptyState title="Nothing to review">
            Users report messages in your application; word lists (PUT /clients/me/word-lists) flag some by themselves.
          </EmptyState>
        }
      />
    </>
  );
}

function Reported({ of: { message, room_id } }: { of: Report }) {
  const to = useTo();
  return (
    <>
      {message
        ? `${message.sender_display_name ?? message.sender_id ?? message.sender_type}: ${message.content ?? ''}`
        : 'gone'}{' '}
      <To to={to(`rooms/${room_id}`)}>the room</To>
    </>
  );
}

function Decide({ report }: { report: Report }) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button variant="default" size="compact-xs" onClick={() => setOpened(true)}>
        {report.status === 'open' ? 'Decide' : 'Change'}
      </Button>
      {opened && <DecideDialog report={report} onClose={() => setOpened(false)} />}
    </>
  );
}

/** The message goes only where that is picked; a report alone changes nothing else. */
function DecideDialog({ report, onClose }: { report: Report; onClose(): void }) {
  const api = useApi();
  const [status, setStatus] = useState<string>(report.status === 'open' ? 'dismissed' : report.status);
  const [note, setNote] = useState(report.note ?? '');
  const { room_id, message_id, id } = report;
  const save = useChange(
    async () => {
      if (status === 'delete')
        await answer(
          api.DELETE('/api/v1/rooms/{room_id}/messages/{id}', {
            params: { path: { room_id, id: message_id }, query: { for: 'all' } },
          }),
        );
      const decided = (status === 'delete' ? 'actioned' : status) as Report['status'];
      return answer(
        api.PATCH('/api/v1/reports/{id}', { params: { path: { id } }, body: { status: decided, note: orNull(note) } }),
      );
    },
    ['reports', 'messages'],
    onClose,
  );
  return (
    <FormDialog
      title="Decide on the report"
      opened
      onClose={onClose}
      submit="Decide"
      onSubmit={() => save.mutate()}
      busy={save.isPending}
      error={save.error}
      size="md"
    >
      <NativeSelect
        label="Decision"
        data={[
          { value: 'dismissed', label: 'Dismiss it: the message stays' },
          { value: 'delete', label: 'Delete the message for all' },
          { value: 'actioned', label: 'Something was done elsewhere' },
          { value: 'open', label: 'Leave it open' },
        ]}
        value={status}
        onChange={({ currentTarget }) => setStatus(currentTarget.value)}
      />
      <TextInput label="Note" value={note} onChange={({ currentTarget }) => setNote(currentTarget.value)} />
    </FormDialog>
  );
}
