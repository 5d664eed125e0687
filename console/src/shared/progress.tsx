import { Group, Progress as Bar, Stack, Text } from '@mantine/core';
import { formatNumber } from './format.js';
import type { ReactNode } from 'react';

/**
 * Of long work: how much of it is done.
 * @param of null: not known yet @param children what can be done about it, such as a button that cancels
 */
export function Progress({
  label,
  done,
  of,
  children,
}: {
  label: string;
  done: number;
  of: number | null;
  children?: ReactNode;
}) {
  const share = of === null ? 0 : of === 0 ? 100 : Math.min(100, (done / of) * 100);
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          {label}: {formatNumber(done)} of {of === null ? '…' : formatNumber(of)}
        </Text>
        {children}
      </Group>
      <Bar.Root size="sm">
        <Bar.Section value={share} aria-label={label} />
      </Bar.Root>
    </Stack>
  );
}
