import { Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAddressState, useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { Time } from '../../shared/time.js';
import { useList, type Schema } from '../kit/data.js';
import { submits } from '../kit/fields.js';
import { UserState } from './user-state.js';
import { OneUser } from './user.js';
import { To } from '../kit/ui.js';

type User = Schema<'User'>;

const STATE = { user: '' };

const columns: Column<User>[] = [
  { header: 'User', cell: (user) => <UserLink of={user} /> },
  { header: 'State', cell: (user) => <UserState of={user} /> },
  { header: 'Email', cell: ({ email }) => email ?? '–' },
  { header: 'Last seen', cell: ({ last_seen_at }) => <Time at={last_seen_at} /> },
  { header: 'Made', cell: ({ created_at }) => <Time at={created_at} /> },
];

function UserLink({ of: { user_id, display_name } }: { of: User }) {
  const to = useTo();
  return (
    <>
      <To to={to('users', { user: user_id })}>{display_name ?? user_id}</To>
      {display_name && (
        <Text size="xs" c="dimmed">
          {user_id}
        </Text>
      )}
    </>
  );
}

/** All of them, or the one whom the address names: ids of users may hold what a path may not. */
export default function Users() {
  const [{ user }] = useAddressState(STATE);
  return user ? <OneUser key={user} userId={user} /> : <List />;
}

function List() {
  const api = useApi();
  const query = useList(['users', 'list'], (page, signal) =>
    answer(api.GET('/api/v1/users', { params: { query: page }, signal })),
  );
  return (
    <>
      <PageHeader title="Users" help="Everybody whom your application has named to this client." />
      <FindUser />
      <DataTable
        label="Users"
        columns={columns}
        query={query}
        rowId={({ user_id }) => user_id}
        empty={
          <EmptyState title="No users yet">
            A user is made when your server logs one in (POST /auth/login), or names one in a room or a notification.
          </EmptyState>
        }
      />
    </>
  );
}

function FindUser() {
  const [, change] = useAddressState(STATE);
  const [id, setId] = useState('');
  return (
    <form onSubmit={submits(() => change({ user: id.trim() }))}>
      <Group gap="xs" mb="xs" className="filters" align="flex-end">
        <TextInput
          label="Id of a user"
          placeholder="alice"
          value={id}
          onChange={({ currentTarget }) => setId(currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={id.trim() === ''}>
          Find
        </Button>
      </Group>
    </form>
  );
}
