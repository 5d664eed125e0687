import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useTo } from '../../address.js';
import type { Schemas } from '../../api.js';
import { useScope } from '../../scope.js';
import type { Delivery } from './filters.js';

interface MendProps {
  attempt: Schemas['Attempt'];
  delivery: Delivery;
}

/** Where the provider is mended that could not do it: its form, which leads back here. Nothing where there is none. */
export function Mend({ attempt: { provider }, delivery: { id, channel, routing } }: MendProps) {
  const { session } = useScope();
  const to = useTo();
  if (!provider || channel !== 'email' || routing?.reason === 'default') return null;
  if (session.kind === 'admin') {
    return (
      <Text size="xs" c="dimmed" mt={4}>
        The client mends {provider} with a key of its own: who can change where mail goes could read it.
      </Text>
    );
  }
  return (
    <Anchor component={Link} to={to('providers', { edit: provider, for: id })} size="sm">
      Change the settings of {provider}
    </Anchor>
  );
}
