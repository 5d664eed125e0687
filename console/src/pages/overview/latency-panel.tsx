import { LineChart } from '@mantine/charts';
import { Paper, Table, Text, Title } from '@mantine/core';
import { useMemo } from 'react';
import type { Schemas } from '../../api.js';
import { formatDuration, formatNumber } from '../../shared/format.js';
import { seriesOf, type By } from './series.js';

type Answer = Schemas['LatencyAnswer'];
type Bucket = Answer['data'][number];

const SERIES = [
  { name: 'p50', label: 'p50', color: 'teal.7' },
  { name: 'p95', label: 'p95', color: 'indigo.6' },
  { name: 'p99', label: 'p99', color: 'orange.7' },
];

const STAGES = {
  'First attempt': ({ first_attempt_ms }: Figures) => first_attempt_ms,
  Sent: ({ sent_ms }: Figures) => sent_ms,
  Delivered: ({ delivered_ms }: Figures) => delivered_ms,
};

type Figures = Schemas['LatencyFigures'];

/** How long it took from the acceptance; over time until sent, of the slowest channel or provider. */
export function LatencyPanel({ answer, by }: { answer: Answer | undefined; by: By }) {
  return (
    <Paper component="section" aria-label="Latency">
      <Title order={2} mb="sm">
        Latency
      </Title>
      {answer && answer.totals.count > 0 ? (
        <>
          <OverTime answer={answer} by={by} />
          <Stages totals={answer.totals} />
        </>
      ) : (
        <Text size="sm" c="dimmed">
          Nothing was sent in this time.
        </Text>
      )}
    </Paper>
  );
}

function OverTime({ answer, by }: { answer: Answer; by: By }) {
  const data = useMemo(() => slowest(answer), [answer]);
  return (
    <div role="img" aria-label="Chart: percentiles of the time until sent; the table below has those of the whole time">
      <Text size="xs" c="dimmed" mb={4}>
        Until sent, of the slowest {by} in each step
      </Text>
      <LineChart
        h={180}
        data={data}
        dataKey="label"
        series={SERIES}
        withLegend
        tickLine="none"
        gridAxis="x"
        curveType="linear"
        connectNulls={false}
        dotProps={{ r: 2 }}
        lineProps={{ isAnimationActive: false }}
        valueFormatter={formatDuration}
        yAxisProps={{ width: 56 }}
      />
    </div>
  );
}

/** Percentiles can't be added up: of each step the group whose 99th is the highest. */
function slowest(answer: Answer) {
  const worst = new Map<string, Bucket>();
  for (const row of answer.data) {
    const seen = worst.get(row.bucket);
    if (!seen || (row.sent_ms.p99 ?? 0) > (seen.sent_ms.p99 ?? 0)) worst.set(row.bucket, row);
  }
  return seriesOf(
    answer,
    [...worst.values()],
    ['p50', 'p95', 'p99'],
    ({ sent_ms: { p50, p95, p99 } }) => ({ p50, p95, p99 }),
    null,
  );
}

const Stages = ({ totals }: { totals: Figures }) => (
  <Table className="data-table narrow" mt="sm" aria-label="Percentiles of the whole time">
    <Table.Thead>
      <Table.Tr>
        <Table.Th scope="col">From the acceptance to</Table.Th>
        {['Count', 'p50', 'p95', 'p99'].map((name) => (
          <Table.Th key={name} scope="col" ta="end">
            {name}
          </Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
    <Table.Tbody>
      {Object.entries(STAGES).map(([name, of]) => {
        const { count, p50, p95, p99 } = of(totals);
        return (
          <Table.Tr key={name}>
            <Table.Td data-label="From the acceptance to">{name}</Table.Td>
            <Table.Td ta="end" data-label="Count">
              {formatNumber(count)}
            </Table.Td>
            {Object.entries({ p50, p95, p99 }).map(([percentile, ms]) => (
              <Table.Td key={percentile} ta="end" data-label={percentile}>
                {formatDuration(ms)}
              </Table.Td>
            ))}
          </Table.Tr>
        );
      })}
    </Table.Tbody>
  </Table>
);
