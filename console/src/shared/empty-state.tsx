import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/**
 * In place of a list that has nothing in it.
 * @param children what to do next, in a sentence; @param action a button or a link that does it
 */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" className="empty">
      <Title order={2} size="h3">
        {title}
      </Title>
      {children && (
        <Text component="div" size="sm" c="dimmed" ta="center" maw={520}>
          {children}
        </Text>
      )}
      {action}
    </Stack>
  );
}
