import { Button, Group, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useNavigate } from 'react-router';
import { useAddressState, useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { ConfirmDialog } from '../../shared/confirm-dialog.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { formatDuration, formatNumber } from '../../shared/format.js';
import { PageHeader } from '../../shared/page-header.js';
import { ProblemAlert } from '../../shared/problem-alert.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { useChange, useReread, type Schema } from '../kit/data.js';
import { FormDialog, UsedBar } from '../kit/ui.js';

// The form made of a schema is half of this page's code.
const ProviderForm = lazy(async () => ({ default: (await import('./provider-form.js')).ProviderForm }));

type Provider = Schema<'Provider'>;

/** The provider whose form is open, and the delivery that one came from to mend it, and goes back to. */
const STATE = { edit: '', for: '' };

const columns: Column<Provider>[] = [
  { header: 'Order', cell: (provider) => <Move provider={provider} /> },
  {
    header: 'Provider',
    cell: ({ name, provider_type }) => (
      <>
        <Text size="sm" fw={550}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {provider_type}
        </Text>
      </>
    ),
  },
  { header: 'State', cell: (provider) => <ProviderState of={provider} /> },
  {
    header: 'Chosen',
    cell: ({ is_primary, is_bulk }) =>
      [is_primary && 'primary', is_bulk && 'bulk'].filter(Boolean).join(', ') || 'in order',
  },
  { header: 'From', cell: ({ from_email }) => from_email ?? '–' },
  { header: 'Used', cell: (provider) => <Used of={provider} /> },
  { header: 'Tried out', cell: ({ verified_at }) => <Time at={verified_at} /> },
  { header: 'Actions', cell: (provider) => <Actions provider={provider} /> },
];

export default function Providers() {
  const query = useProviders();
  const types = useTypes();
  const [adding, setAdding] = useState(false);
  const add = (
    <Button disabled={!types.data} onClick={() => setAdding(true)}>
      Add a provider
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Providers"
        help="What delivers mail, in the order in which they are tried. One that fails five times in a row is left alone for a while."
      >
        {add}
      </PageHeader>
      {types.error && <ProblemAlert error={types.error} />}
      <DataTable
        label="Providers"
        columns={columns}
        query={query}
        rowId={({ id }) => id}
        empty={
          <EmptyState title="No providers yet" action={add}>
            Without one, mail goes to the providers of this installation, or in embedded mode to its mailbox. Add your
            SMTP server or your Mailgun account.
          </EmptyState>
        }
      />
      {adding && <Loaded types={types.data ?? []} onClose={() => setAdding(false)} />}
      {query.data && types.data && <Edited providers={query.data.data} types={types.data} />}
    </>
  );
}

const Loaded = (props: { types: Schema<'ProviderType'>[]; provider?: Provider; onClose(): void }) => (
  <Suspense fallback={null}>
    <ProviderForm {...props} />
  </Suspense>
);

/** The form that the address names. */
function Edited({ providers, types }: { providers: Provider[]; types: Schema<'ProviderType'>[] }) {
  const [{ edit, for: delivery }, change] = useAddressState(STATE);
  const navigate = useNavigate();
  const to = useTo();
  const provider = providers.find(({ name }) => name === edit);
  if (edit === '') return null;
  if (!provider) {
    return (
      <Text size="sm" mt="md" role="status">
        This client has no provider of its own that is called {edit}.
      </Text>
    );
  }
  const close = () => {
    if (delivery === '') change(STATE, { replace: true });
    else void navigate(to(`deliveries/${delivery}`), { replace: true });
  };
  return <Loaded key={edit} types={types} provider={provider} onClose={close} />;
}

function useProviders() {
  const api = useApi();
  return useQuery({
    queryKey: ['providers', 'list'],
    refetchInterval: 5_000,
    queryFn: ({ signal }) => answer(api.GET('/api/v1/clients/me/providers', { signal })),
  });
}

/** Those that a client can set up. */
function useTypes() {
  const api = useApi();
  return useQuery({
    queryKey: ['provider-types'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const { data } = await answer(api.GET('/api/v1/providers', { signal }));
      return data.filter(({ channel, config_schema }) => channel === 'email' && config_schema !== null);
    },
  });
}

function useUsed() {
  const api = useApi();
  return useQuery({
    queryKey: ['limits'],
    refetchInterval: 5_000,
    queryFn: ({ signal }) => answer(api.GET('/api/v1/rate-limits', { signal })),
  });
}

function ProviderState({ of: { outage } }: { of: Provider }) {
  if (!outage) return <StatusBadge status="in use" tone="good" />;
  const again = Date.parse(outage.retry_at) > Date.now();
  return (
    <>
      <StatusBadge status="left alone" tone="bad" />
      <Text size="xs">
        {outage.reason}, since <Time at={outage.since} />; {again ? 'tried again ' : 'the next delivery tries it'}
        {again && <Time at={outage.retry_at} />}
      </Text>
    </>
  );
}

/** Of its caps, as the API counts them. */
function Used({ of: { name } }: { of: Provider }) {
  const { data } = useUsed();
  const caps = (data?.limits ?? []).filter(({ scope, provider }) => scope === 'provider' && provider === name);
  if (caps.length === 0) return <>no caps</>;
  return caps.map(({ name: cap, limit, remaining }) => (
    <div key={cap}>
      <Text size="xs">
        {formatNumber(limit - remaining)} of {formatNumber(limit)} a {cap.replace('deliveries_', '')}
      </Text>
      <UsedBar label={`${name}: deliveries a ${cap.replace('deliveries_', '')}`} used={limit - remaining} of={limit} />
    </div>
  ));
}

/** The list is put as a whole; secrets that are left out stay. */
function Move({ provider: { name } }: { provider: Provider }) {
  const api = useApi();
  const { data } = useProviders();
  const list = data?.data ?? [];
  const at = list.findIndex((one) => one.name === name);
  const put = useChange(
    (to: number) => {
      const moved = list.filter((_, index) => index !== at).toSpliced(to, 0, list[at]!);
      return answer(
        api.PUT('/api/v1/clients/me/providers', {
          params: { query: { verify: false, channel: 'email' } },
          body: moved.map(inputOf),
        }),
      );
    },
    ['providers'],
  );
  const button = (word: string, sign: string, to: number) => (
    <button
      type="button"
      className="plain-link"
      aria-label={`${word} ${name}`}
      disabled={put.isPending || to < 0 || to >= list.length}
      onClick={() => put.mutate(to)}
    >
      {sign}
    </button>
  );
  return (
    <Group gap={6} wrap="nowrap">
      <Text span size="sm">
        {at + 1}
      </Text>
      {button('Earlier', '↑', at - 1)}
      {button('Later', '↓', at + 1)}
      {put.error && <ProblemAlert error={put.error} />}
    </Group>
  );
}

const inputOf = ({ id: _, verified_at: _2, outage: _3, created_at: _4, updated_at: _5, ...input }: Provider) =>
  input as Schema<'ProviderInput'>;

function Actions({ provider }: { provider: Provider }) {
  const api = useApi();
  const reread = useReread(['providers', 'limits']);
  const [, change] = useAddressState(STATE);
  const [dialog, setDialog] = useState<'test' | 'remove' | null>(null);
  const { name } = provider;
  const close = () => setDialog(null);
  const button = (label: string, act: () => void) => (
    <Button variant="default" size="compact-xs" aria-label={`${label} ${name}`} onClick={act}>
      {label}
    </Button>
  );
  return (
    <Group gap={6} wrap="nowrap">
      {button('Test', () => setDialog('test'))}
      {button('Edit', () => change({ edit: name }, { samePage: true }))}
      {button('Remove', () => setDialog('remove'))}
      {dialog === 'test' && <TestDialog name={name} onClose={close} />}
      <ConfirmDialog
        opened={dialog === 'remove'}
        onClose={close}
        title={`Remove ${name}?`}
        verb="Remove"
        destructive
        action={async () => {
          await answer(api.DELETE('/api/v1/clients/me/providers/{name}', { params: { path: { name } } }));
          reread();
        }}
      >
        Its settings and their secrets are deleted. Mail that waits for it goes to the next provider; mail that names it
        is not sent.
      </ConfirmDialog>
    </Group>
  );
}

function TestDialog({ name, onClose }: { name: string; onClose(): void }) {
  const api = useApi();
  const [to, setTo] = useState('');
  const test = useChange(
    () => answer(api.POST('/api/v1/clients/me/providers/{name}/test', { params: { path: { name } }, body: { to } })),
    [],
  );
  return (
    <FormDialog
      title={`Test ${name}`}
      opened
      onClose={onClose}
      submit="Send a test"
      onSubmit={() => test.mutate()}
      busy={test.isPending}
      error={test.error}
      size="md"
    >
      <TextInput
        label="To"
        description="Gets a short mail through exactly this provider, now."
        placeholder="me@example.com"
        data-autofocus
        value={to}
        onChange={({ currentTarget }) => setTo(currentTarget.value)}
      />
      {test.data && (
        <Text size="sm" role="status">
          <StatusBadge status="sent" tone="good" /> It took the mail, within {formatDuration(test.data.duration_ms)}
          {test.data.provider_message_id && `, as ${test.data.provider_message_id}`}.
        </Text>
      )}
    </FormDialog>
  );
}
