import { Button, Group, SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import { useAddressState } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { ConfirmDialog } from '../../shared/confirm-dialog.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { Time } from '../../shared/time.js';
import { useList, useReread, type Schema } from '../kit/data.js';
import { ShownOnce } from '../kit/ui.js';
import { NewKey, RotateKey } from './key-dialogs.js';
import { UserKeys } from './user-keys.js';

type MasterKey = Schema<'MasterKey'>;

const STATE = { kind: 'master' };

/** Of the client itself, and of its users. */
export default function Keys() {
  const [{ kind }, change] = useAddressState(STATE);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const of = kind === 'user' ? 'user' : 'master';
  return (
    <>
      <PageHeader
        title="Keys"
        help="A master key does everything in this client and belongs on your server. A user’s key acts as that user, within its permissions, and may go into an app."
      >
        <Button onClick={() => setMaking(true)}>{of === 'user' ? 'New key of a user' : 'New master key'}</Button>
      </PageHeader>
      {made && (
        <ShownOnce title="The new key" value={made} onClose={() => setMade(null)}>
          It is shown this once, and stored nowhere in clear.
        </ShownOnce>
      )}
      <SegmentedControl
        aria-label="Whose keys"
        size="xs"
        mb="sm"
        data={[
          { value: 'master', label: 'Master keys' },
          { value: 'user', label: 'Users’ keys' },
        ]}
        value={of}
        onChange={(next) => change({ kind: next })}
      />
      {of === 'user' ? <UserKeys /> : <MasterKeys onMade={setMade} />}
      {making && <NewKey kind={of} onClose={() => setMaking(false)} onMade={setMade} />}
    </>
  );
}

function MasterKeys({ onMade }: { onMade(key: string): void }) {
  const api = useApi();
  const query = useList(['keys', 'master'], (page, signal) =>
    answer(api.GET('/api/v1/clients/me/keys', { params: { query: page }, signal })),
  );
  const columns: Column<MasterKey>[] = [
    { header: 'Name', cell: ({ name }) => name ?? 'the first one' },
    { header: 'Begins with', cell: ({ prefix }) => <code className="mono">{prefix}…</code> },
    { header: 'May', cell: ({ permissions }) => permissions?.join(', ') ?? 'everything' },
    { header: 'Last used', cell: ({ last_used_at }) => <Time at={last_used_at} /> },
    { header: 'Ends', cell: ({ expires_at }) => (expires_at ? <Time at={expires_at} /> : 'never') },
    { header: 'Made', cell: ({ created_at }) => <Time at={created_at} /> },
    { header: 'Actions', cell: (key) => <Actions of={key} onMade={onMade} /> },
  ];
  return (
    <DataTable
      label="Master keys"
      columns={columns}
      query={query}
      rowId={({ id }) => id}
      empty={<EmptyState title="No master keys">Make one for each of your servers.</EmptyState>}
    />
  );
}

function Actions({ of, onMade }: { of: MasterKey; onMade(key: string): void }) {
  const api = useApi();
  const reread = useReread(['keys']);
  const [dialog, setDialog] = useState<'rotate' | 'revoke' | null>(null);
  const close = () => setDialog(null);
  const name = of.name ?? of.prefix;
  return (
    <Group gap={6} wrap="nowrap">
      <Button variant="default" size="compact-xs" aria-label={`Rotate ${name}`} onClick={() => setDialog('rotate')}>
        Rotate
      </Button>
      <Button variant="default" size="compact-xs" aria-label={`Revoke ${name}`} onClick={() => setDialog('revoke')}>
        Revoke
      </Button>
      {dialog === 'rotate' && <RotateKey of={of} onClose={close} onMade={onMade} />}
      <ConfirmDialog
        opened={dialog === 'revoke'}
        onClose={close}
        title={`Revoke ${name}?`}
        verb="Revoke"
        destructive
        action={async () => {
          await answer(api.DELETE('/api/v1/clients/me/keys/{id}', { params: { path: { id: of.id } } }));
          reread();
        }}
      >
        <Text size="sm">
          Whatever uses it is refused within a second, and its sockets are closed. Are you logged in here with it, you
          are logged out. This can’t be undone.
        </Text>
      </ConfirmDialog>
    </Group>
  );
}
