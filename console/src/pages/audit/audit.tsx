import { Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useAddressState, useTimezone } from '../../address.js';
import { answer } from '../../api.js';
import { useScope } from '../../scope.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { Dialog } from '../../shared/dialog.js';
import { EmptyState } from '../../shared/empty-state.js';
import { momentIn, wallClock } from '../../shared/format.js';
import { JsonView } from '../../shared/json-view.js';
import { PageHeader } from '../../shared/page-header.js';
import { Time } from '../../shared/time.js';
import { useList, type Schema } from '../kit/data.js';
import { submits } from '../kit/fields.js';
import { FactGrid } from '../kit/ui.js';

type Line = Schema<'AuditLine'>;

const STATE = { actor: '', action: '', from: '', to: '' };
/** The line that is shown whole. */
const OPENED = { line: '' };

const columns: Column<Line>[] = [
  { header: 'When', cell: ({ at }) => <Time at={at} exact /> },
  { header: 'What', cell: (line) => <What line={line} /> },
  { header: 'Of what', cell: ({ subject }) => subject ?? '–' },
  {
    header: 'Who',
    cell: ({ actor }) => (
      <>
        {actor.type} {actor.id && <code className="mono">{actor.id}</code>}
      </>
    ),
  },
  { header: 'From', cell: ({ ip }) => ip ?? '–' },
];
const ofAll: Column<Line>[] = [
  ...columns,
  { header: 'Client', cell: ({ client_id }) => <code className="mono">{client_id}</code> },
];

/** The lines of one client; on the operator's page those of all. */
export default function Audit() {
  const { api, clientId } = useScope();
  const [filter] = useAddressState(STATE);
  const query = useList(['audit', filter], (page, signal) =>
    answer(
      api.GET('/api/v1/audit', {
        params: {
          query: {
            ...page,
            ...(filter.actor && { actor: filter.actor }),
            ...(filter.action && { action: filter.action }),
            ...(filter.from && { from: filter.from }),
            ...(filter.to && { to: filter.to }),
          },
        },
        signal,
      }),
    ),
  );
  return (
    <>
      <PageHeader
        title="Audit"
        help="Who changed what of the administration: keys, providers, endpoints, rules, settings. Secrets are left out."
      />
      <Filters key={JSON.stringify(filter)} />
      <DataTable
        label="Audit log"
        columns={clientId === null ? ofAll : columns}
        query={query}
        rowId={({ id }) => id}
        empty={
          <EmptyState title="No such line">
            Nothing was changed that fits. Try “provider.*” as what, or take the filters away.
          </EmptyState>
        }
      />
    </>
  );
}

/** Applied by Enter: half a word is no filter. */
function Filters() {
  const [filter, change] = useAddressState(STATE);
  const zone = useTimezone();
  const [draft, setDraft] = useState({
    ...filter,
    from: filter.from && wallClock(filter.from, zone),
    to: filter.to && wallClock(filter.to, zone),
  });
  const momentOf = (local: string): string => local && momentIn(local, zone);
  const field = (name: keyof typeof STATE) => ({
    value: draft[name],
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      setDraft((before) => ({ ...before, [name]: currentTarget.value })),
  });
  return (
    <form onSubmit={submits(() => change({ ...draft, from: momentOf(draft.from), to: momentOf(draft.to) }))}>
      <Group gap="xs" mb="xs" className="filters" align="flex-end">
        <TextInput label="What" placeholder="provider.*" {...field('action')} />
        <TextInput label="Who" placeholder="admin, or a key’s id" {...field('actor')} />
        <TextInput label="From" type="datetime-local" {...field('from')} />
        <TextInput label="Until" type="datetime-local" {...field('to')} />
        <Button type="submit" variant="default">
          Filter
        </Button>
      </Group>
    </form>
  );
}

function What({ line }: { line: Line }) {
  const [state, change] = useAddressState(OPENED);
  const show = (id: string) => change({ line: id }, { samePage: true });
  return (
    <>
      <button type="button" className="plain-link" aria-haspopup="dialog" onClick={() => show(line.id)}>
        {line.action}
      </button>
      <Dialog opened={state.line === line.id} onClose={() => show('')} title={line.action} size="xl">
        <FactGrid
          of={{
            When: <Time at={line.at} exact />,
            'Of what': line.subject,
            Who: `${line.actor.type} ${line.actor.id ?? ''}`,
            From: line.ip,
          }}
        />
        <div className="columns">
          <Side title="Before" value={line.before} />
          <Side title="After" value={line.after} />
        </div>
      </Dialog>
    </>
  );
}

const Side = ({ title, value }: { title: string; value: unknown }) => (
  <div>
    <Text size="sm" fw={550} my="xs">
      {title}
    </Text>
    {value ? <JsonView value={value} label={title} /> : <Text size="sm">Nothing is known.</Text>}
  </div>
);
