import { Button } from '@mantine/core';
import { useState } from 'react';
import { useAddressState } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { ConfirmDialog } from '../../shared/confirm-dialog.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { FilterField } from '../../shared/filter-field.js';
import { EmptyState } from '../../shared/empty-state.js';
import { Time } from '../../shared/time.js';
import { useList, useReread, type Schema } from '../kit/data.js';

type ScopedKey = Schema<'ScopedKey'>;

const STATE = { of: '' };

const columns: Column<ScopedKey>[] = [
  { header: 'User', cell: ({ user_id }) => user_id },
  { header: 'Name', cell: ({ name }) => name ?? '–' },
  { header: 'Begins with', cell: ({ prefix }) => <code className="mono">{prefix}…</code> },
  { header: 'Made by', cell: ({ issued_by, device_id }) => (device_id ? `${issued_by}, ${device_id}` : issued_by) },
  { header: 'May', cell: ({ permissions }) => permissions?.join(', ') ?? 'everything' },
  { header: 'Last used', cell: ({ last_used_at }) => <Time at={last_used_at} /> },
  { header: 'Ends', cell: ({ expires_at }) => (expires_at ? <Time at={expires_at} /> : 'never') },
  { header: 'Revoke', cell: (key) => <Revoke of={key} /> },
];

/** Keys that log users in, one for each device, and those that were made by hand. */
export function UserKeys() {
  const [{ of }, change] = useAddressState(STATE);
  return (
    <>
      <FilterField label="User" placeholder="alice" maw={260} mb="xs" value={of} onCommit={(of) => change({ of })} />
      <KeysOf userId={of} />
    </>
  );
}

/** @param userId empty: of all users */
export function KeysOf({ userId }: { userId: string }) {
  const api = useApi();
  const query = useList(
    ['keys', 'user', userId],
    (page, signal) =>
      answer(
        api.GET('/api/v1/clients/scoped-keys', {
          params: { query: { ...page, ...(userId && { user_id: userId }) } },
          signal,
        }),
      ),
    { limit: 25 },
  );
  return (
    <DataTable
      label="Users’ keys"
      columns={columns}
      query={query}
      rowId={({ id }) => id}
      empty={
        <EmptyState title="No keys">
          Your server makes one when a user logs in (POST /auth/login). To try something, make one by hand.
        </EmptyState>
      }
    />
  );
}

function Revoke({ of: { id, user_id, prefix } }: { of: ScopedKey }) {
  const api = useApi();
  const reread = useReread(['keys']);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button
        variant="default"
        size="compact-xs"
        aria-label={`Revoke ${prefix} of ${user_id}`}
        onClick={() => setAsking(true)}
      >
        Revoke
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Revoke this key of ${user_id}?`}
        verb="Revoke"
        destructive
        action={async () => {
          await answer(api.DELETE('/api/v1/clients/scoped-keys/{id}', { params: { path: { id } } }));
          reread();
        }}
      >
        {user_id} is logged out where it is used, within a second. This can’t be undone.
      </ConfirmDialog>
    </>
  );
}
