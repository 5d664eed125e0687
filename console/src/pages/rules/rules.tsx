import { Button, Group, NativeSelect, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { useAddressState, useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { ConfirmDialog } from '../../shared/confirm-dialog.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { ProblemAlert } from '../../shared/problem-alert.js';
import { Time } from '../../shared/time.js';
import { useChange, useList, useReread, type Schema } from '../kit/data.js';
import { RuleEditor } from './rule-editor.js';
import { useSources } from './rule-sources.js';
import { To } from '../kit/ui.js';

type Rule = Schema<'Rule'>;

const STATE = { source: '', rule: '', event: '' };

/** The rules of a source in their order, or the editor of one of them (`rule`: its id or `new`). */
export default function Rules() {
  const [{ source, rule, event }] = useAddressState(STATE);
  if (rule === 'new') return <RuleEditor rule={null} sourceId={source} eventId={event} />;
  if (rule) return <Existing id={rule} eventId={event} />;
  return <List sourceId={source} />;
}

function Existing({ id, eventId }: { id: string; eventId: string }) {
  const api = useApi();
  const { data, error } = useQuery({
    queryKey: ['rules', 'one', id],
    // What is being edited does not change under the hands.
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) => answer(api.GET('/api/v1/webhooks/rules/{id}', { params: { path: { id } }, signal })),
  });
  if (error) return <ProblemAlert error={error} />;
  return data ? <RuleEditor key={data.id} rule={data} sourceId={data.source_id} eventId={eventId} /> : null;
}

const columns: Column<Rule>[] = [
  { header: 'Order', cell: (rule) => <Move rule={rule} /> },
  { header: 'Rule', cell: (rule) => <RuleLink of={rule} /> },
  { header: 'Source', cell: ({ source_id }) => <SourceName id={source_id} /> },
  { header: 'When', cell: ({ condition }) => (condition ? <code className="mono">{condition}</code> : 'always') },
  { header: 'Then', cell: ({ actions }) => actions.map(({ type }) => type.replaceAll('_', ' ')).join(', ') },
  { header: 'Acts', cell: (rule) => <Acts rule={rule} /> },
  { header: 'Changed', cell: ({ updated_at }) => <Time at={updated_at} /> },
  { header: 'Remove', cell: (rule) => <Remove rule={rule} /> },
];

function List({ sourceId }: { sourceId: string }) {
  const api = useApi();
  const to = useTo();
  const [, change] = useAddressState(STATE);
  const { data: sources } = useSources();
  const query = useList(['rules', 'list', sourceId], (page, signal) =>
    answer(
      api.GET('/api/v1/webhooks/rules', {
        params: { query: { ...page, ...(sourceId && { source_id: sourceId }) } },
        signal,
      }),
    ),
  );
  const none = sources?.data.length === 0;
  const add = none ? (
    <Button component={Link} to={to('sources')}>
      Make a source first
    </Button>
  ) : (
    <Button onClick={() => change({ rule: 'new' })}>New rule</Button>
  );
  return (
    <>
      <PageHeader
        title="Rules"
        help="What events of sources cause. The rules of a source go from top to bottom; each whose condition holds acts."
      >
        {add}
      </PageHeader>
      <Group gap="xs" mb="xs" className="filters">
        <NativeSelect
          label="Source"
          data={[
            { value: '', label: 'All' },
            ...(sources?.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={sourceId}
          onChange={({ currentTarget }) => change({ source: currentTarget.value })}
        />
      </Group>
      <DataTable
        label="Rules"
        columns={columns}
        query={query}
        rowId={({ id }) => id}
        empty={
          <EmptyState title="No rules yet" action={add}>
            A rule says when it acts, and what it does then: make a room, add members, write a message, send a
            notification.
          </EmptyState>
        }
      />
    </>
  );
}

function RuleLink({ of: { id, name } }: { of: Rule }) {
  const to = useTo();
  return <To to={to('rules', { rule: id })}>{name ?? 'Without a name'}</To>;
}

function SourceName({ id }: { id: string }) {
  const to = useTo();
  const { data } = useSources();
  return <To to={to(`sources/${id}`)}>{data?.data.find((source) => source.id === id)?.name ?? '…'}</To>;
}

function usePatch(id: string) {
  const api = useApi();
  return useChange(
    (body: Schema<'UpdateRule'>) =>
      answer(api.PATCH('/api/v1/webhooks/rules/{id}', { params: { path: { id } }, body })),
    ['rules'],
  );
}

function Acts({ rule: { id, enabled, name } }: { rule: Rule }) {
  const patch = usePatch(id);
  return (
    <Switch
      aria-label={`${name ?? 'This rule'} acts`}
      checked={enabled}
      disabled={patch.isPending}
      onChange={({ currentTarget }) => patch.mutate({ enabled: currentTarget.checked })}
    />
  );
}

/** Positions may be alike: those below keep theirs. */
function Move({ rule: { id, position, name } }: { rule: Rule }) {
  const patch = usePatch(id);
  const button = (word: string, sign: string, next: number) => (
    <button
      type="button"
      className="plain-link"
      aria-label={`${word} ${name ?? 'this rule'}`}
      disabled={patch.isPending || next < 0}
      onClick={() => patch.mutate({ position: next })}
    >
      {sign}
    </button>
  );
  return (
    <Group gap={6} wrap="nowrap">
      <Text span size="sm">
        {position}
      </Text>
      {button('Earlier', '↑', position - 1)}
      {button('Later', '↓', position + 1)}
    </Group>
  );
}

function Remove({ rule: { id, name } }: { rule: Rule }) {
  const api = useApi();
  const reread = useReread(['rules']);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button
        type="button"
        className="plain-link"
        aria-label={`Remove ${name ?? 'this rule'}`}
        onClick={() => setAsking(true)}
      >
        Remove
      </button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Remove ${name ?? 'this rule'}?`}
        verb="Remove"
        destructive
        action={async () => {
          await answer(api.DELETE('/api/v1/webhooks/rules/{id}', { params: { path: { id } } }));
          reread();
        }}
      >
        New events no longer cause what it did. What it did stays.
      </ConfirmDialog>
    </>
  );
}
