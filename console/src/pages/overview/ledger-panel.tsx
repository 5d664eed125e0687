import { Group, Paper, Table, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { useTo } from '../../address.js';
import type { Schemas } from '../../api.js';
import { formatNumber } from '../../shared/format.js';
import { StatusBadge } from '../../shared/status-badge.js';

const STATES = [
  'pending',
  'held',
  'sending',
  'retrying',
  'unknown',
  'sent',
  'delivered',
  'failed',
  'expired',
  'suppressed',
  'cancelled',
] as const;

/** What was accepted, and the states that it is in: the sum has to be the same. */
export function LedgerPanel({ ledger }: { ledger: Schemas['Ledger'] | undefined }) {
  const to = useTo();
  return (
    <Paper component="section" aria-label="Ledger">
      <Group justify="space-between" mb="sm">
        <Title order={2}>Ledger</Title>
        {ledger && <Balance {...ledger} />}
      </Group>
      {ledger && (
        <>
          <Table className="data-table narrow" aria-label="The ledger by state">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">State</Table.Th>
                <Table.Th scope="col" ta="end">
                  Deliveries
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {STATES.filter((state) => ledger[state] > 0).map((state) => (
                <Table.Tr key={state}>
                  <Table.Td data-label="State">
                    <Link to={to('deliveries', { status: state, range: 'custom', from: ledger.from, to: ledger.to })}>
                      <StatusBadge status={state} />
                    </Link>
                  </Table.Td>
                  <Table.Td ta="end" data-label="Deliveries">
                    {formatNumber(ledger[state])}
                  </Table.Td>
                </Table.Tr>
              ))}
              <Table.Tr className="sum">
                <Table.Td data-label="State">Accepted</Table.Td>
                <Table.Td ta="end" data-label="Deliveries">
                  {formatNumber(ledger.accepted)}
                </Table.Td>
              </Table.Tr>
            </Table.Tbody>
          </Table>
          <Text size="xs" c="dimmed" mt="xs">
            Who accepts counts what was accepted, who settles counts the states: the difference is 0, or something was
            lost.
          </Text>
        </>
      )}
    </Paper>
  );
}

const Balance = ({ balanced, difference }: { balanced: boolean; difference: number }) => (
  <StatusBadge
    status={balanced ? 'balanced' : `difference ${formatNumber(difference)}`}
    tone={balanced ? 'good' : 'bad'}
  />
);
