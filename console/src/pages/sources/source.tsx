import { Alert, Button, Checkbox, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { useAddressState, useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { ConfirmDialog } from '../../shared/confirm-dialog.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { CopyText, ProblemAlert } from '../../shared/problem-alert.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { useChange, useList, useReread, type Schema } from '../kit/data.js';
import { FormDialog, FactGrid, To } from '../kit/ui.js';
import { formatNumber } from '../../shared/format.js';
import { SourceForm } from './source-form.js';

type Source = Schema<'Source'>;
type Inbound = Schema<'InboundEvent'>;

export function useSource(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['sources', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/webhooks/sources/{id}', { params: { path: { id } }, signal })),
  });
}

export function OneSource() {
  const { id = '' } = useParams();
  const to = useTo();
  const { data, error, refetch } = useSource(id);
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <>
      <Text size="sm" mb={4}>
        <To to={to('sources')}>Sources</To>
      </Text>
      <PageHeader title={data.name} help={<CopyText text={data.url} what="give to the sender" />}>
        <Actions source={data} />
      </PageHeader>
      <Stack gap="md">
        <Paper>
          <FactGrid
            of={{
              State: <StatusBadge status={data.enabled ? 'enabled' : 'disabled'} />,
              'Verified by': data.verification.template,
              Tolerance: `${data.tolerance_s} s`,
              Id: <CopyText text={data.id} />,
              Changed: <Time at={data.updated_at} />,
            }}
          />
        </Paper>
        <section aria-labelledby="came">
          <Title order={2} id="came" mb="xs">
            What came
          </Title>
          <Events source={data} />
        </section>
      </Stack>
    </>
  );
}

function Actions({ source }: { source: Source }) {
  const api = useApi();
  const navigate = useNavigate();
  const to = useTo();
  const reread = useReread(['sources']);
  const [dialog, setDialog] = useState<'edit' | 'replay' | 'remove' | null>(null);
  const close = () => setDialog(null);
  return (
    <>
      <Button component={Link} to={to('rules', { source: source.id })}>
        Its rules
      </Button>
      <Button variant="default" onClick={() => setDialog('replay')}>
        Replay
      </Button>
      <Button variant="default" onClick={() => setDialog('edit')}>
        Edit
      </Button>
      <Button variant="default" onClick={() => setDialog('remove')}>
        Remove
      </Button>
      {dialog === 'edit' && <SourceForm source={source} onClose={close} />}
      {dialog === 'replay' && <ReplayDialog id={source.id} onClose={close} />}
      <ConfirmDialog
        opened={dialog === 'remove'}
        onClose={close}
        title={`Remove ${source.name}?`}
        verb="Remove"
        destructive
        typed={source.slug}
        action={async () => {
          await answer(api.DELETE('/api/v1/webhooks/sources/{id}', { params: { path: { id: source.id } } }));
          void navigate(to('sources'));
          reread();
        }}
      >
        Its address answers 404 from then on, and its rules go with it. This can’t be undone.
      </ConfirmDialog>
    </>
  );
}

const HOURS = ['1', '24', '72', '168', '720'];

/** A time, as a whole. */
function ReplayDialog({ id, onClose }: { id: string; onClose(): void }) {
  const api = useApi();
  const [hours, setHours] = useState('24');
  const replay = useChange(() => {
    const from = new Date(Date.now() - Number(hours) * 3_600_000).toISOString();
    return answer(
      api.POST('/api/v1/webhooks/sources/{id}/replay', {
        params: { path: { id } },
        body: { from, to: new Date().toISOString() },
      }),
    );
  }, ['sources']);
  return (
    <FormDialog
      title="Replay"
      opened
      onClose={onClose}
      submit="Replay"
      onSubmit={() => replay.mutate()}
      busy={replay.isPending}
      error={replay.error}
    >
      <Text size="sm">
        What was done is not done again; what went wrong is tried again, and rules that were made since are applied.
        Refused requests and duplicates are skipped.
      </Text>
      <NativeSelect
        label="Events of the last"
        data={HOURS.map((value) => ({
          value,
          label: Number(value) < 72 ? `${value} hours` : `${Number(value) / 24} days`,
        }))}
        value={hours}
        onChange={({ currentTarget }) => setHours(currentTarget.value)}
      />
      {replay.data && <ReplayedNote of={replay.data} />}
    </FormDialog>
  );
}

export const ReplayedNote = ({ of: { matched, replayed, skipped } }: { of: Schema<'Replayed'> }) => (
  <Alert variant="outline" color="gray" role="status" className="once">
    {formatNumber(replayed)} of {formatNumber(matched)} go again, {formatNumber(skipped)} are skipped.
  </Alert>
);

/** Where nothing is verified, all is believed: that is no signature that held. */
export function signatureOf({ verified }: Inbound, source: Source | undefined): string {
  if (!verified) return 'refused';
  if (!source) return '…';
  return source.verification.template === 'none' ? 'not checked' : 'verified';
}

const FILTER = { status: '', verified: '' };

const columns = (source: Source, picked: Set<string>, pick: (id: string) => void): Column<Inbound>[] => [
  {
    header: 'Pick',
    cell: ({ id, type }) => (
      <Checkbox size="xs" aria-label={`Pick ${type ?? id}`} checked={picked.has(id)} onChange={() => pick(id)} />
    ),
  },
  { header: 'Event', cell: (event) => <EventLink of={event} /> },
  {
    header: 'State',
    cell: ({ status, reason }) => (
      <>
        <StatusBadge status={status} /> {reason}
      </>
    ),
  },
  { header: 'Signature', cell: (event) => signatureOf(event, source) },
  { header: 'Caused', cell: ({ results }) => causedOf(results) },
  { header: 'Its id', cell: ({ external_id }) => external_id ?? '–' },
  { header: 'Came', cell: ({ created_at }) => <Time at={created_at} /> },
];

function causedOf(results: Inbound['results']): string {
  const failed = results.filter(({ error }) => error).length;
  if (results.length === 0) return 'nothing';
  return failed === 0 ? `${results.length} done` : `${results.length - failed} done, ${failed} failed`;
}

function EventLink({ of: { id, source_id, type } }: { of: Inbound }) {
  const to = useTo();
  return <To to={to(`sources/${source_id}/events/${id}`)}>{type ?? 'without a type'}</To>;
}

function Events({ source }: { source: Source }) {
  const { id, url } = source;
  const api = useApi();
  const [filter, change] = useAddressState(FILTER);
  const [picked, setPicked] = useState<Set<string>>(new Set());
  const query = useList(
    ['sources', 'events', id, filter],
    (page, signal) =>
      answer(
        api.GET('/api/v1/webhooks/sources/{id}/events', {
          params: {
            path: { id },
            query: {
              ...page,
              ...(filter.status && { status: filter.status as Inbound['status'] }),
              ...(filter.verified && { verified: filter.verified === 'true' }),
            },
          },
          signal,
        }),
      ),
    { everyMs: 5_000, limit: 25 },
  );
  const replay = useChange(
    () =>
      answer(
        api.POST('/api/v1/webhooks/sources/{id}/replay', {
          params: { path: { id } },
          body: { event_ids: [...picked] },
        }),
      ),
    ['sources'],
    () => setPicked(new Set()),
  );
  const pick = (one: string) =>
    setPicked((before) => new Set(before.has(one) ? [...before].filter((it) => it !== one) : [...before, one]));
  return (
    <>
      <Group gap="xs" mb="xs" className="filters" align="flex-end">
        <NativeSelect
          label="State"
          data={[{ value: '', label: 'Any' }, 'stored', 'processed', 'failed', 'duplicate']}
          value={filter.status}
          onChange={({ currentTarget }) => change({ status: currentTarget.value })}
        />
        <NativeSelect
          label="Signature"
          data={[
            { value: '', label: 'Any' },
            { value: 'true', label: 'Verified' },
            { value: 'false', label: 'Refused' },
          ]}
          value={filter.verified}
          onChange={({ currentTarget }) => change({ verified: currentTarget.value })}
        />
        <Button
          variant="default"
          disabled={picked.size === 0}
          loading={replay.isPending}
          onClick={() => replay.mutate()}
        >
          Replay {picked.size > 0 ? picked.size : ''} picked
        </Button>
      </Group>
      {replay.error && <ProblemAlert error={replay.error} />}
      {replay.data && <ReplayedNote of={replay.data} />}
      <DataTable
        label="Events that came"
        columns={columns(source, picked, pick)}
        query={query}
        rowId={(row) => row.id}
        empty={
          <EmptyState title="Nothing came">
            {filter.status || filter.verified
              ? 'No event is in that state.'
              : `Give ${url} to the sender, and let it send something.`}
          </EmptyState>
        }
      />
    </>
  );
}
