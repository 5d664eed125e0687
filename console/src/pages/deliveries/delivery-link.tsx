import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import { useTo } from '../../address.js';

export const DeliveryLink = ({ id, children }: { id: string; children: string }) => {
  const to = useTo();
  return (
    <Anchor component={Link} to={to(`deliveries/${id}`)} size="sm">
      {children}
    </Anchor>
  );
};
