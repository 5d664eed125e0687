import '@mantine/charts/styles.css';
import { Group, NativeSelect, Stack } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useAddressState } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { PageHeader } from '../../shared/page-header.js';
import { ProblemAlert } from '../../shared/problem-alert.js';
import { TimeRange, usePeriod } from '../../shared/time-range.js';
import { Figures } from './figures.js';
import { LatencyPanel } from './latency-panel.js';
import { LedgerPanel } from './ledger-panel.js';
import type { By } from './series.js';
import { StatesPanel } from './states-panel.js';

const EVERY_MS = 30_000;
const DEFAULTS = { by: 'channel' };

/** What became of deliveries, how long they took, what waits, and whether it all adds up. */
export default function Overview() {
  const [{ by }, change] = useAddressState(DEFAULTS);
  const group_by: By = by === 'provider' ? 'provider' : 'channel';
  const { states, latency, ledger, now } = useFigures(group_by);
  const error = states.error ?? latency.error ?? ledger.error ?? now.error;
  const retry = () => void Promise.all([states, latency, ledger, now].map(({ refetch }) => refetch()));
  return (
    <>
      <PageHeader title="Overview" help="By when deliveries were accepted, whatever became of them later." />
      <Group gap="xs" align="flex-end" mb="md" className="filters">
        <TimeRange />
        <NativeSelect
          label="Told apart by"
          value={group_by}
          onChange={({ currentTarget }) => change({ by: currentTarget.value })}
          data={[
            { value: 'channel', label: 'Channel' },
            { value: 'provider', label: 'Provider' },
          ]}
        />
      </Group>
      {error && <ProblemAlert error={error} onRetry={retry} />}
      <Stack gap="md">
        <Figures states={states.data} latency={latency.data} now={now.data} />
        <StatesPanel answer={states.data} by={group_by} />
        <div className="panels">
          <LatencyPanel answer={latency.data} by={group_by} />
          <LedgerPanel ledger={ledger.data} />
        </div>
      </Stack>
    </>
  );
}

function useFigures(group_by: By) {
  const api = useApi();
  const period = usePeriod();
  const { from, to, timezone } = period;
  const common = { placeholderData: keepPreviousData, refetchInterval: EVERY_MS };
  const states = useQuery({
    ...common,
    queryKey: ['analytics', 'deliveries', period, group_by],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/analytics/deliveries', { params: { query: { ...period, group_by } }, signal })),
  });
  const latency = useQuery({
    ...common,
    queryKey: ['analytics', 'latency', period, group_by],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/analytics/latency', { params: { query: { ...period, group_by } }, signal })),
  });
  const ledger = useQuery({
    ...common,
    queryKey: ['analytics', 'ledger', from, to, timezone],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/analytics/ledger', { params: { query: { from, to, timezone } }, signal })),
  });
  const now = useQuery({
    ...common,
    queryKey: ['metrics'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/metrics', { signal })),
  });
  return { states, latency, ledger, now };
}
