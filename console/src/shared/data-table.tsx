import { Button, Group, Skeleton, Table } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { tableFeatures, useTable, type ColumnDef } from '@tanstack/react-table';
import { useMemo, type ReactNode } from 'react';
import { useAddressState } from '../address.js';
import type { Page } from '../api.js';
import { ProblemAlert } from './problem-alert.js';

const features = tableFeatures({});

/** One column of a {@link DataTable}: declare them outside of the component. */
export interface Column<Row> {
  /** Unique within the table; on a phone it stands before each value. */
  header: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand below each other by their last digit. */
  numeric?: boolean;
}

export interface DataTableProps<Row extends object> {
  /** What the table is of, for who can't see it. */
  label: string;
  columns: Column<Row>[];
  query: Pick<UseQueryResult<Page<Row>>, 'data' | 'error' | 'isPending' | 'isFetching' | 'refetch'>;
  rowId: (row: Row) => string;
  /** In place of no rows. */
  empty: ReactNode;
}

const NO_ROWS: never[] = [];
const CURSOR = { cursor: '' };

/** The cursor of the address, for the query of a {@link DataTable}. */
export const useCursor = (): string | undefined => useAddressState(CURSOR)[0].cursor || undefined;

/**
 * A list of the API, a page at a time: the cursor stands in the address (`cursor`), the rows before stay until the next are
 * there. On a phone each row becomes a card, whose lines are named by the columns' headers.
 */
export function DataTable<Row extends object>({ label, columns, query, rowId, empty }: DataTableProps<Row>) {
  const rows = query.data?.data ?? (NO_ROWS as Row[]);
  const numeric = useMemo(() => new Set(columns.filter((one) => one.numeric).map(({ header }) => header)), [columns]);
  const endOf = (id: string) => (numeric.has(id) ? 'end' : undefined);
  const defined = useMemo(() => columns.map((column) => definitionOf(column)), [columns]);
  const table = useTable({ features, columns: defined, data: rows, getRowId: rowId });
  if (query.error) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <Waiting label={label} />;
  if (rows.length === 0 && !query.data?.page.prev_cursor) return empty;
  return (
    <>
      <Table
        className="data-table"
        highlightOnHover
        highlightOnHoverColor="var(--page)"
        aria-label={label}
        aria-busy={query.isFetching}
        verticalSpacing={6}
      >
        <Table.Thead>
          {table.getHeaderGroups().map((group) => (
            <Table.Tr key={group.id}>
              {group.headers.map((header) => (
                <Table.Th key={header.id} scope="col" ta={endOf(header.id)}>
                  <table.FlexRender header={header} />
                </Table.Th>
              ))}
            </Table.Tr>
          ))}
        </Table.Thead>
        <Table.Tbody>
          {table.getRowModel().rows.map((row) => (
            <Table.Tr key={row.id}>
              {row.getAllCells().map((cell) => (
                <Table.Td key={cell.id} data-label={cell.column.id} ta={endOf(cell.column.id)}>
                  <div className="cell">
                    <table.FlexRender cell={cell} />
                  </div>
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {query.data && <Pager page={query.data.page} busy={query.isFetching} />}
    </>
  );
}

const definitionOf = <Row extends object>({ header, cell }: Column<Row>): ColumnDef<typeof features, Row> => ({
  id: header,
  header,
  cell: ({ row }) => cell(row.original),
});

function Waiting({ label }: { label: string }) {
  return (
    <div role="status" aria-label={`Loading ${label}`}>
      {Array.from({ length: 8 }, (_, at) => (
        <Skeleton key={at} height={22} my={10} animate={false} />
      ))}
    </div>
  );
}

function Pager({ page: { next_cursor, prev_cursor, has_more }, busy }: { page: Page<never>['page']; busy: boolean }) {
  const [, setCursor] = useAddressState(CURSOR);
  const next = has_more ? next_cursor : null;
  if (!next && !prev_cursor) return null;
  const button = (label: string, cursor: string | null | undefined) => (
    <Button variant="default" disabled={!cursor || busy} onClick={() => setCursor({ cursor: cursor! })}>
      {label}
    </Button>
  );
  return (
    <Group component="nav" aria-label="Pages of the list" gap="xs" mt="sm" justify="flex-end">
      {button('Newer', prev_cursor)}
      {button('Older', next)}
    </Group>
  );
}
