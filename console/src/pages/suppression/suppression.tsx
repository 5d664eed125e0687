import { Button, FileButton, Group, NativeSelect, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAddressState } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { ConfirmDialog } from '../../shared/confirm-dialog.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { FilterField } from '../../shared/filter-field.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { ProblemAlert } from '../../shared/problem-alert.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { given, useChange, useList, useReread, type Schema } from '../kit/data.js';
import { orNull, useFields } from '../kit/fields.js';
import { formatNumber } from '../../shared/format.js';
import { FormDialog } from '../kit/ui.js';

type Suppression = Schema<'Suppression'>;
type Reason = Suppression['reason'];

const STATE = { address: '', reason: '' };
const REASONS: Reason[] = ['manual', 'bounce', 'complaint', 'unsubscribe'];

const columns: Column<Suppression>[] = [
  { header: 'Address', cell: ({ address }) => address },
  {
    header: 'Reason',
    cell: ({ reason }) => <StatusBadge status={reason} tone={reason === 'complaint' ? 'warn' : 'plain'} />,
  },
  { header: 'Category', cell: ({ category }) => category ?? 'all' },
  { header: 'Ends', cell: ({ expires_at }) => (expires_at ? <Time at={expires_at} /> : 'never') },
  { header: 'Since', cell: ({ created_at }) => <Time at={created_at} exact /> },
  { header: 'Remove', cell: (suppression) => <Remove of={suppression} /> },
];

/** Addresses that get no mail: by bounces, complaints and unsubscribing, or put here by hand. */
export default function SuppressionPage() {
  const api = useApi();
  const [filter, change] = useAddressState(STATE);
  const [dialog, setDialog] = useState<'add' | 'import' | null>(null);
  const query = useList(['suppressions', filter], (page, signal) =>
    answer(
      api.GET('/api/v1/suppressions', {
        params: { query: { ...page, ...(given(filter) as { address?: string; reason?: Reason }) } },
        signal,
      }),
    ),
  );
  const add = <Button onClick={() => setDialog('add')}>Add an address</Button>;
  return (
    <>
      <PageHeader
        title="Suppression"
        help="Addresses that get no mail. Bounces, complaints and unsubscribing add to it by themselves."
      >
        {add}
        <Button variant="default" onClick={() => setDialog('import')}>
          Import
        </Button>
        <Export />
      </PageHeader>
      <Group gap="xs" mb="xs" className="filters" align="flex-end">
        <FilterField
          label="Address"
          placeholder="ann@example.com"
          value={filter.address}
          onCommit={(address) => change({ address })}
        />
        <NativeSelect
          label="Reason"
          data={[{ value: '', label: 'Any' }, ...REASONS]}
          value={filter.reason}
          onChange={({ currentTarget }) => change({ reason: currentTarget.value })}
        />
      </Group>
      <DataTable
        label="Suppressed addresses"
        columns={columns}
        query={query}
        rowId={({ id }) => id}
        empty={
          filter.address || filter.reason ? (
            <EmptyState title="Not on the list">Mail to this address is not suppressed for that reason.</EmptyState>
          ) : (
            <EmptyState title="Nobody is suppressed" action={add}>
              Import the list of your last provider before you send, so that nobody is written to who did not want it.
            </EmptyState>
          )
        }
      />
      {dialog === 'add' && <AddDialog onClose={() => setDialog(null)} />}
      {dialog === 'import' && <ImportDialog onClose={() => setDialog(null)} />}
    </>
  );
}

function AddDialog({ onClose }: { onClose(): void }) {
  const api = useApi();
  const add = useChange(
    (values: { address: string; reason: Reason; category: string }) =>
      answer(
        api.POST('/api/v1/suppressions', {
          body: {
            channel: 'email',
            address: values.address.trim(),
            reason: values.reason,
            category: orNull(values.category),
          },
        }),
      ),
    ['suppressions'],
    onClose,
  );
  const form = useFields({ address: '', reason: 'manual' as Reason, category: '' }, add.error);
  return (
    <FormDialog
      title="Add an address"
      opened
      onClose={onClose}
      submit="Add"
      onSubmit={() => add.mutate(form.values)}
      busy={add.isPending}
      error={add.error}
      size="md"
    >
      <TextInput label="Address" required data-autofocus type="email" {...form.text('address')} />
      <NativeSelect label="Reason" data={REASONS} {...form.text('reason')} />
      <TextInput
        label="Category"
        description="Only mail of this category; empty: all mail."
        {...form.text('category')}
      />
    </FormDialog>
  );
}

function ImportDialog({ onClose }: { onClose(): void }) {
  const api = useApi();
  const [text, setText] = useState('');
  const send = useChange(
    () =>
      answer(
        api.POST('/api/v1/suppressions/import', {
          body: text,
          bodySerializer: (body: string) => body,
          headers: { 'content-type': text.trimStart().startsWith('{') ? 'application/x-ndjson' : 'text/csv' },
        }),
      ),
    ['suppressions'],
  );
  return (
    <FormDialog
      title="Import addresses"
      opened
      onClose={onClose}
      submit="Import"
      onSubmit={() => send.mutate()}
      busy={send.isPending}
      error={send.error}
    >
      <Group gap="xs">
        <FileButton
          accept=".csv,.ndjson,text/csv,application/x-ndjson"
          onChange={(file) => void file?.text().then(setText)}
        >
          {(props) => (
            <Button variant="default" {...props}>
              Choose a file
            </Button>
          )}
        </FileButton>
        <Text size="xs" c="dimmed">
          CSV with a header line, or NDJSON; up to 100,000 lines at once.
        </Text>
      </Group>
      <Textarea
        label="Lines"
        className="mono-input"
        rows={8}
        placeholder={'address,reason\nann@example.com,bounce'}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      {send.data && <Imported of={send.data} />}
    </FormDialog>
  );
}

function Imported({
  of: { received, added, updated, failed, errors, next_line },
}: {
  of: Schema<'SuppressionImport'>;
}) {
  return (
    <Stack gap={4} role="status">
      <Text size="sm">
        Of {formatNumber(received)} lines {formatNumber(added)} were added, {formatNumber(updated)} updated,{' '}
        {formatNumber(failed)} could not be read.
      </Text>
      {next_line && <Text size="sm">There is more: import what begins at line {formatNumber(next_line)} next.</Text>}
      {errors.map(({ line, message }) => (
        <Text size="sm" key={line}>
          Line {line}: {message}
        </Text>
      ))}
    </Stack>
  );
}

/** As a file; the key goes into a header, so it can't be a plain link. */
function Export() {
  const api = useApi();
  const load = useChange(async () => {
    const csv = await answer(
      api.GET('/api/v1/suppressions/export', { params: { query: { format: 'csv' } }, parseAs: 'blob' }),
    );
    const link = document.createElement('a');
    link.href = URL.createObjectURL(csv as unknown as Blob);
    link.download = 'suppressions.csv';
    link.click();
    URL.revokeObjectURL(link.href);
  }, []);
  return (
    <>
      <Button variant="default" loading={load.isPending} onClick={() => load.mutate()}>
        Export
      </Button>
      {load.error && <ProblemAlert error={load.error} />}
    </>
  );
}

function Remove({ of: { id, address, reason } }: { of: Suppression }) {
  const api = useApi();
  const reread = useReread(['suppressions']);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button type="button" className="plain-link" aria-label={`Remove ${address}`} onClick={() => setAsking(true)}>
        Remove
      </button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Write to ${address} again?`}
        verb="Remove"
        destructive
        action={async () => {
          await answer(api.DELETE('/api/v1/suppressions/{id}', { params: { path: { id } } }));
          reread();
        }}
      >
        Mail to {address} goes out again ({reason}). What was suppressed meanwhile is not sent.
        {reason === 'complaint' && ' Who complained once tends to do so again, which harms what you send to others.'}
      </ConfirmDialog>
    </>
  );
}
