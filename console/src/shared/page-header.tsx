import { Box, Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** @param children what one can do on this page: buttons, switches */
export function PageHeader({ title, help, children }: { title: ReactNode; help?: ReactNode; children?: ReactNode }) {
  return (
    <Group component="header" justify="space-between" align="flex-start" gap="sm" mb="md">
      <Box miw={0} maw="100%">
        <Title order={1} className="page-title">
          {title}
        </Title>
        {help && (
          <Text size="sm" c="dimmed" maw={640}>
            {help}
          </Text>
        )}
      </Box>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}
