import { Collapse, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useAddressState } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, type Column } from '../../shared/data-table.js';
import { FilterField } from '../../shared/filter-field.js';
import { EmptyState } from '../../shared/empty-state.js';
import { formatDuration } from '../../shared/format.js';
import { JsonView } from '../../shared/json-view.js';
import { CopyText } from '../../shared/problem-alert.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { given, useList, type Schema } from '../kit/data.js';

type Delivery = Schema<'EndpointDelivery'>;
type Attempt = Schema<'Attempt'>;

const FILTER = { status: '', event_type: '' };
/** The one whose attempts are shown. */
const OPENED = { opened: '' };
const STATES = ['failed', 'retrying', 'pending', 'held', 'sending', 'unknown', 'delivered', 'cancelled'];

const columns: Column<Delivery>[] = [
  { header: 'Event', cell: (delivery) => <Told of={delivery} /> },
  {
    header: 'State',
    cell: ({ status, reason }) => (
      <>
        <StatusBadge status={status} /> {reason}
      </>
    ),
  },
  { header: 'Attempts', numeric: true, cell: ({ attempt_count }) => attempt_count },
  { header: 'Next', cell: ({ next_attempt_at }) => <Time at={next_attempt_at} /> },
  { header: 'Happened', cell: ({ created_at }) => <Time at={created_at} /> },
];

export function EndpointDeliveries({ id }: { id: string }) {
  const api = useApi();
  const [filter, change] = useAddressState(FILTER);
  const query = useList(
    ['endpoints', 'deliveries', id, filter],
    (page, signal) =>
      answer(
        api.GET('/api/v1/webhooks/endpoints/{id}/deliveries', {
          params: { path: { id }, query: { ...page, ...(given(filter) as { status?: Delivery['status'] }) } },
          signal,
        }),
      ),
    { limit: 25, everyMs: 5_000 },
  );
  return (
    <>
      <Group gap="xs" mb="xs" className="filters" align="flex-end">
        <NativeSelect
          label="State"
          data={[{ value: '', label: 'Any' }, ...STATES]}
          value={filter.status}
          onChange={({ currentTarget }) => change({ status: currentTarget.value })}
        />
        <FilterField
          label="Event type"
          placeholder="message.created"
          value={filter.event_type}
          onCommit={(event_type) => change({ event_type })}
        />
      </Group>
      <DataTable
        label="Events of this endpoint"
        columns={columns}
        query={query}
        rowId={(row) => row.id}
        empty={
          <EmptyState title="Nothing here">
            {filter.status || filter.event_type
              ? 'No event of this endpoint is in that state.'
              : 'It has been told nothing yet. Send a test, or do something in a room.'}
          </EmptyState>
        }
      />
    </>
  );
}

function Told({ of }: { of: Delivery }) {
  const [state, change] = useAddressState(OPENED);
  const opened = state.opened === of.id;
  return (
    <>
      <button
        type="button"
        className="plain-link"
        aria-expanded={opened}
        onClick={() => change({ opened: opened ? '' : of.id }, { samePage: true })}
      >
        {of.event_type}
      </button>
      <Collapse expanded={opened} transitionDuration={0}>
        {opened && (
          <Stack gap="xs" my="xs">
            <CopyText text={of.event_id} what="event" />
            <Attempts of={of.attempts ?? []} />
          </Stack>
        )}
      </Collapse>
    </>
  );
}

/** Each try, with what was answered. */
export function Attempts({ of }: { of: Attempt[] }) {
  if (of.length === 0) return <Text size="sm">No attempt yet.</Text>;
  return (
    <Stack gap="xs">
      {of.map((attempt) => (
        <div key={attempt.number}>
          <Text size="sm">
            {attempt.number}. <StatusBadge status={attempt.status} />{' '}
            {attempt.response_status !== null && `HTTP ${attempt.response_status}, `}
            {formatDuration(attempt.duration_ms)}, <Time exact at={attempt.attempted_at} />
          </Text>
          {attempt.error_message && (
            <Text size="xs" c="dimmed">
              {attempt.error_code}: {attempt.error_message}
            </Text>
          )}
          {attempt.response_body && (
            <JsonView value={attempt.response_body} label={`answer to attempt ${attempt.number}`} />
          )}
        </div>
      ))}
    </Stack>
  );
}
