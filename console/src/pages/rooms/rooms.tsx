import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link, Route, Routes } from 'react-router';
import { useAddressState, useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { Time } from '../../shared/time.js';
import { useList, type Schema } from '../kit/data.js';
import { submits } from '../kit/fields.js';
import { Reports } from './reports.js';
import { RoomState } from './room-state.js';
import { OneRoom } from './room.js';
import { formatNumber } from '../../shared/format.js';
import { To } from '../kit/ui.js';

type Found = Schema<'FoundRoom'>;

export default function Rooms() {
  return (
    <Routes>
      <Route index element={<List />} />
      <Route path="reports" element={<Reports />} />
      <Route path=":id" element={<OneRoom />} />
    </Routes>
  );
}

const STATE = { name: '', type: '', status: '', member: '' };

const columns: Column<Found>[] = [
  { header: 'Room', cell: (room) => <RoomLink of={room} /> },
  { header: 'Type', cell: ({ room_type }) => room_type },
  { header: 'State', cell: (room) => <RoomState of={room} /> },
  {
    header: 'Members',
    cell: ({ member_count, members = [] }) =>
      `${member_count}: ${members.map(({ user_id, display_name }) => display_name ?? user_id).join(', ')}${member_count > members.length ? '…' : ''}`,
  },
  { header: 'Messages', numeric: true, cell: ({ last_seq }) => formatNumber(last_seq) },
  { header: 'Last message', cell: ({ last_message_at }) => <Time at={last_message_at} /> },
];

function RoomLink({ of: { id, name, slug, members = [] } }: { of: Found }) {
  const to = useTo();
  const people = members.map(({ user_id }) => user_id).join(', ');
  return <To to={to(`rooms/${id}`)}>{name ?? slug ?? (people || 'Without a name')}</To>;
}

function filterOf({ name, type, status, member }: typeof STATE): Record<string, unknown> {
  return {
    ...(name && { name: { $prefix: name } }),
    ...(type && { room_type: type }),
    ...(status && { status }),
    ...(member && { member }),
  };
}

function List() {
  const api = useApi();
  const to = useTo();
  const [filter] = useAddressState(STATE);
  const query = useList(['rooms', 'list', filter], (page, signal) =>
    answer(api.POST('/api/v1/rooms/query', { body: { ...page, filter: filterOf(filter), members_limit: 3 }, signal })),
  );
  const isFiltered = Object.values(filter).some(Boolean);
  return (
    <>
      <PageHeader title="Rooms" help="The latest activity first.">
        <Button component={Link} variant="default" to={to('rooms/reports')}>
          Reports to review
        </Button>
      </PageHeader>
      <Filters key={JSON.stringify(filter)} />
      <DataTable
        label="Rooms"
        columns={columns}
        query={query}
        rowId={({ id }) => id}
        empty={
          isFiltered ? (
            <EmptyState title="No such room">
              No room here fits. A page looks through 5,000 rooms at a time: go on with “Older” where there is one.
            </EmptyState>
          ) : (
            <EmptyState title="No rooms yet">
              Rooms are made by your application (POST /rooms), or by rules of a source.
            </EmptyState>
          )
        }
      />
    </>
  );
}

function Filters() {
  const [filter, change] = useAddressState(STATE);
  const [draft, setDraft] = useState(filter);
  const field = (name: keyof typeof STATE) => ({
    value: draft[name],
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      setDraft((before) => ({ ...before, [name]: currentTarget.value })),
  });
  const any = { value: '', label: 'Any' };
  return (
    <form onSubmit={submits(() => change(draft))}>
      <Group gap="xs" mb="xs" className="filters" align="flex-end">
        <TextInput label="Name begins with" {...field('name')} />
        <TextInput label="Member" placeholder="alice" {...field('member')} />
        <NativeSelect label="Type" data={[any, 'direct', 'group', 'channel', 'support']} {...field('type')} />
        <NativeSelect label="State" data={[any, 'active', 'inactive', 'archived']} {...field('status')} />
        <Button type="submit" variant="default">
          Find
        </Button>
      </Group>
    </form>
  );
}
