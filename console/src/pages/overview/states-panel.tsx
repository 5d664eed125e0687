import { AreaChart, BarChart } from '@mantine/charts';
import { Group, NativeSelect, Paper, Table, Text, Title } from '@mantine/core';
import { useMemo } from 'react';
import { useAddressState } from '../../address.js';
import type { Schemas } from '../../api.js';
import { EmptyState } from '../../shared/empty-state.js';
import { formatNumber, formatShare } from '../../shared/format.js';
import { successOf } from './figures.js';
import { seriesOf, type By } from './series.js';

type Answer = Schemas['DeliveriesAnswer'];

/** What is shown over time: the states, each with its colour, or one of them by channel or provider. */
const STATES = {
  delivered: { label: 'Delivered', color: 'teal.7', of: ({ delivered }: Bucket) => delivered },
  sent: { label: 'Sent', color: 'blue.6', of: ({ sent }: Bucket) => sent },
  open: {
    label: 'Open',
    color: 'gray.6',
    of: ({ pending, held, sending, retrying, unknown }: Bucket) => pending + held + sending + retrying + unknown,
  },
  failed: { label: 'Failed', color: 'red.7', of: ({ failed, expired }: Bucket) => failed + expired },
  suppressed: {
    label: 'Suppressed',
    color: 'yellow.7',
    of: ({ suppressed, cancelled }: Bucket) => suppressed + cancelled,
  },
};

type Bucket = Schemas['DeliveryBucket'];
const VIEWS = {
  states: 'All states',
  accepted: 'Accepted',
  delivered: 'Delivered',
  failed: 'Failed',
  suppressed: 'Suppressed',
};
const DEFAULTS = { show: 'states' };
const COLORS = ['indigo.6', 'orange.7', 'teal.7', 'grape.6', 'cyan.7', 'pink.7', 'lime.8', 'gray.6'];

export function StatesPanel({ answer, by }: { answer: Answer | undefined; by: By }) {
  const [{ show }, change] = useAddressState(DEFAULTS);
  return (
    <Paper component="section" aria-label="Deliveries over time">
      <Group justify="space-between" mb="sm" gap="xs">
        <Title order={2}>Deliveries over time</Title>
        <NativeSelect
          aria-label="What is shown"
          value={show}
          onChange={({ currentTarget }) => change({ show: currentTarget.value })}
          data={Object.entries(VIEWS).map(([value, label]) => ({ value, label }))}
        />
      </Group>
      {answer?.totals.accepted === 0 ? (
        <EmptyState title="Nothing was accepted in this time">
          Choose a longer range, or send the first one: <code>POST /api/v1/notifications</code>.
        </EmptyState>
      ) : (
        <>
          {answer && <OverTime answer={answer} show={show} />}
          {answer && <Groups answer={answer} by={by} />}
        </>
      )}
    </Paper>
  );
}

function OverTime({ answer, show }: { answer: Answer; show: string }) {
  const { data, series } = useMemo(() => (show === 'states' ? byState(answer) : byGroup(answer, show)), [answer, show]);
  const common = { h: 240, data, dataKey: 'label', series, withLegend: true, tickLine: 'none', gridAxis: 'x' } as const;
  return (
    <div
      role="img"
      aria-label={`Chart: ${series.map(({ label }) => label).join(', ')} over time; the table below has the sums`}
    >
      {data.length > 400 ? (
        <AreaChart {...common} type="stacked" withDots={false} curveType="step" areaProps={STILL} />
      ) : (
        <BarChart {...common} type="stacked" barProps={STILL} maxBarWidth={28} />
      )}
    </div>
  );
}

const STILL = { isAnimationActive: false };

function byState(answer: Answer) {
  const names = Object.keys(STATES) as (keyof typeof STATES)[];
  const data = seriesOf(answer, answer.data, names, (row) =>
    Object.fromEntries(names.map((name) => [name, STATES[name].of(row)])),
  );
  const used = names.filter((name) => data.some((step) => Number(step[name]) > 0));
  return { data, series: used.map((name) => ({ name, label: STATES[name].label, color: STATES[name].color })) };
}

function byGroup(answer: Answer, show: string) {
  const groups = groupsOf(answer);
  const valueOf = show in STATES ? STATES[show as keyof typeof STATES].of : ({ accepted }: Bucket) => accepted;
  // Names of providers are the client's own, and a dot in one would be read as a path.
  const names = groups.map((_, at) => `g${at}`);
  const data = seriesOf(answer, answer.data, names, (row) => ({ [`g${groups.indexOf(row.group)}`]: valueOf(row) }));
  return {
    data,
    series: groups.map((group, at) => ({ name: `g${at}`, label: nameOf(group), color: COLORS[at % COLORS.length]! })),
  };
}

const groupsOf = ({ data }: Answer): (string | null)[] => [...new Set(data.map(({ group }) => group))].sort();
const nameOf = (group: string | null): string => group ?? 'no provider yet';

/** The same in numbers, added up over the time that is shown. */
function Groups({ answer, by }: { answer: Answer; by: By }) {
  const sums = groupsOf(answer).map((group) => sumOf(answer.data.filter((row) => row.group === group)));
  return (
    <Table className="data-table" mt="sm" aria-label={`Sums by ${by}`}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{by === 'channel' ? 'Channel' : 'Provider'}</Table.Th>
          {[...Object.values(STATES).map(({ label }) => label), 'Accepted', 'Success'].map((label) => (
            <Table.Th key={label} scope="col" ta="end">
              {label}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {sums.map((sum) => (
          <Table.Tr key={sum.group}>
            <Table.Td data-label={by}>{nameOf(sum.group)}</Table.Td>
            {Object.values(STATES).map(({ label, of }) => (
              <Table.Td key={label} ta="end" data-label={label}>
                {formatNumber(of(sum))}
              </Table.Td>
            ))}
            <Table.Td ta="end" data-label="Accepted">
              {formatNumber(sum.accepted)}
            </Table.Td>
            <Table.Td ta="end" data-label="Success">
              <Text span size="sm">
                {formatShare(successOf(sum))}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

const SUMMED = [
  'pending',
  'held',
  'sending',
  'retrying',
  'sent',
  'delivered',
  'failed',
  'suppressed',
  'cancelled',
  'expired',
  'unknown',
  'accepted',
] as const;

function sumOf(rows: Bucket[]): Bucket {
  const sum = { ...rows[0]! };
  for (const name of SUMMED) sum[name] = rows.reduce((total, row) => total + row[name], 0);
  return sum;
}
