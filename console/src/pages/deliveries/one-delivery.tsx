import { Anchor, Button, Paper, Skeleton, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { ConfirmDialog } from '../../shared/confirm-dialog.js';
import { Facts } from '../../shared/facts.js';
import { PageHeader } from '../../shared/page-header.js';
import { CopyText, ProblemAlert } from '../../shared/problem-alert.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { isOpen, recipientOf, type Delivery } from './filters.js';
import { Way } from './way.js';

/** While something is on its way, it is looked at so often. */
const EVERY_MS = 2_000;

/** One delivery: its way so far, what is known of it, and what can be done. */
export function OneDelivery() {
  const { id = '' } = useParams();
  const api = useApi();
  const found = useQuery({
    queryKey: ['delivery', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/deliveries/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) => (data && (isOpen(data) || data.status === 'sent') ? EVERY_MS : false),
  });
  if (found.error) return <ProblemAlert error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={320} animate={false} aria-label="Loading the delivery" role="status" />;
  return <Shown delivery={found.data} />;
}

function Shown({ delivery }: { delivery: Delivery }) {
  const to = useTo();
  return (
    <>
      <Text size="sm" mb={4}>
        <Anchor component={Link} to={to('deliveries')} size="sm">
          Deliveries
        </Anchor>
      </Text>
      <PageHeader
        title={
          <>
            {recipientOf(delivery)} <StatusBadge status={delivery.status} />
          </>
        }
        help={whatIsWrong(delivery)}
      >
        <Actions delivery={delivery} />
      </PageHeader>
      <div className="two">
        <Paper component="section" aria-label="Its way">
          <Title order={2} mb="md">
            Its way
          </Title>
          <Way delivery={delivery} />
        </Paper>
        <Paper component="section" aria-label="What is known of it">
          <Title order={2} mb="sm">
            What is known of it
          </Title>
          <Known delivery={delivery} />
        </Paper>
      </div>
    </>
  );
}

/** In a sentence, what the last attempt said. */
function whatIsWrong({ attempts = [], status, reason }: Delivery): string | undefined {
  if (status === 'delivered' || status === 'sent') return undefined;
  const last = attempts.at(-1);
  return last?.error_message ?? last?.error_code ?? reason ?? undefined;
}

function Known({ delivery }: { delivery: Delivery }) {
  const to = useTo();
  const { id, channel, recipient, notification_id, provider, provider_message_id, next_attempt_at, created_at } =
    delivery;
  const link = (name: string, value: string) => (
    <Link to={to('deliveries', { [name]: value, range: '30d' })}>{value}</Link>
  );
  return (
    <Facts
      facts={{
        Channel: channel,
        User: recipient.user_id && link('user_id', recipient.user_id),
        Address: recipient.address && link('address', recipient.address),
        Reason: delivery.reason,
        'Error code': delivery.error_code && link('error_code', delivery.error_code),
        Provider: provider,
        Attempts: delivery.attempt_count,
        'Next attempt': isOpen(delivery) && next_attempt_at && <Time at={next_attempt_at} />,
        Accepted: <Time at={created_at} exact />,
        Notification: notification_id && link('notification_id', notification_id),
        'Message id': provider_message_id,
        Trace: delivery.trace_id && <CopyText text={delivery.trace_id} />,
        Id: <CopyText text={id} />,
      }}
    />
  );
}

type Action = 'resend' | 'discard';

function Actions({ delivery }: { delivery: Delivery }) {
  const [asked, setAsked] = useState<Action | null>(null);
  const { resend, discard } = useActions(delivery);
  const close = () => setAsked(null);
  const failed = delivery.status === 'failed' || delivery.status === 'expired';
  return (
    <>
      {failed && delivery.discarded_at === null && (
        <Button variant="default" onClick={() => setAsked('discard')}>
          Put aside
        </Button>
      )}
      {!isOpen(delivery) && delivery.status !== 'suppressed' && (
        <Button onClick={() => setAsked('resend')}>Send again</Button>
      )}
      <ConfirmDialog
        opened={asked === 'resend'}
        onClose={close}
        title="Send again?"
        verb="Send again now"
        action={resend}
      >
        One new delivery of the same content goes by {delivery.channel} to <strong>{recipientOf(delivery)}</strong>
        {failed ? '.' : `. This one was ${delivery.status}, so it may arrive twice.`}
      </ConfirmDialog>
      <ConfirmDialog
        opened={asked === 'discard'}
        onClose={close}
        title="Put aside?"
        verb="Put it aside"
        action={discard}
      >
        This one delivery stays on record, and no recovery sends it again. It is no longer listed as left to mend.
      </ConfirmDialog>
    </>
  );
}

function useActions({ id }: Delivery) {
  const api = useApi();
  const to = useTo();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const path = { params: { path: { id } } };
  const refresh = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['deliveries'] }),
      queries.invalidateQueries({ queryKey: ['delivery', id] }),
    ]);
  return {
    resend: async () => {
      const made = await answer(api.POST('/api/v1/deliveries/{id}/resend', path));
      void refresh();
      void navigate(to(`deliveries/${made.id}`));
    },
    discard: async () => {
      await answer(api.POST('/api/v1/deliveries/{id}/discard', path));
      await refresh();
    },
  };
}
