import { Anchor, Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { useAddressState, useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { DataTable, useCursor, type Column } from '../../shared/data-table.js';
import { EmptyState } from '../../shared/empty-state.js';
import { PageHeader } from '../../shared/page-header.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { usePeriod } from '../../shared/time-range.js';
import { Time } from '../../shared/time.js';
import { DeliveryFilters } from './delivery-filters.js';
import { FILTERS, queryOf, recipientOf, type Delivery, type Filters } from './filters.js';

const PAGE = 50;

const columns: Column<Delivery>[] = [
  { header: 'State', cell: ({ status }) => <StatusBadge status={status} /> },
  { header: 'To', cell: (delivery) => <Recipient delivery={delivery} /> },
  { header: 'Channel', cell: ({ channel }) => channel },
  { header: 'Why', cell: ({ error_code, reason }) => error_code ?? reason ?? '–' },
  { header: 'Provider', cell: ({ provider }) => provider ?? '–' },
  { header: 'Attempts', numeric: true, cell: ({ attempt_count }) => attempt_count },
  { header: 'Accepted', cell: ({ created_at }) => <Time at={created_at} /> },
];

function Recipient({ delivery }: { delivery: Delivery }) {
  const to = useTo();
  return (
    <Anchor component={Link} to={to(`deliveries/${delivery.id}`)} size="sm">
      {recipientOf(delivery)}
    </Anchor>
  );
}

/** All that the API filters by, newest first. */
export function DeliveryList() {
  const api = useApi();
  const to = useTo();
  const [filters] = useAddressState(FILTERS);
  const { from, to: until } = usePeriod();
  const cursor = useCursor();
  const query = { ...queryOf(filters), from, to: until, limit: PAGE, cursor };
  const found = useQuery({
    queryKey: ['deliveries', query],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answer(api.GET('/api/v1/deliveries', { params: { query }, signal })),
  });
  return (
    <>
      <PageHeader title="Deliveries" help="One row for each recipient and channel; open one to see its way.">
        <Button
          component={Link}
          variant="default"
          to={to('recoveries/new', { ...recoverable(filters), from, to: until })}
        >
          Send these again…
        </Button>
      </PageHeader>
      <DeliveryFilters />
      <DataTable
        label="Deliveries"
        columns={columns}
        query={found}
        rowId={({ id }) => id}
        empty={<Nothing filtered={Object.values(filters).some(Boolean)} />}
      />
    </>
  );
}

/** What of a list's filters a recovery takes: of states those that have ended. */
function recoverable({ unresolved: _, status, ...filters }: Filters): Record<string, string> {
  const ended = ['failed', 'expired', 'cancelled', 'sent', 'delivered'].includes(status);
  return Object.fromEntries(Object.entries({ ...filters, status: ended ? status : '' }).filter(([, value]) => value));
}

function Nothing({ filtered }: { filtered: boolean }) {
  const to = useTo();
  const [, change] = useAddressState(FILTERS);
  if (!filtered) {
    return (
      <EmptyState title="No deliveries in this time">
        Choose a longer range, or send a notification: <code>POST /api/v1/notifications</code>. How they add up is on
        the <Link to={to('overview')}>overview</Link>.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="Nothing matches"
      action={
        <Button variant="default" onClick={() => change(FILTERS)}>
          Take the filters away
        </Button>
      }
    >
      An address is matched whole. Choose a longer range if it was sent earlier.
    </EmptyState>
  );
}
