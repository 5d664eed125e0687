import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { ConfirmDialog } from '../../shared/confirm-dialog.js';
import { PageHeader } from '../../shared/page-header.js';
import { CopyText, ProblemAlert } from '../../shared/problem-alert.js';
import { Time } from '../../shared/time.js';
import { useReread, type Schema } from '../kit/data.js';
import { FactGrid, ShownOnce, To } from '../kit/ui.js';
import { EndpointDeliveries } from './endpoint-deliveries.js';
import { EditEndpoint } from './endpoint-form.js';
import { EndpointState } from './endpoint-state.js';
import { useEndpointStats } from './endpoint-stats.js';
import { RecoverDialog, RotateDialog, TestDialog } from './endpoint-dialogs.js';
import { keepSecret, useShownSecret } from './shown-secret.js';
import { formatNumber } from '../../shared/format.js';

type Endpoint = Schema<'Endpoint'>;

export function OneEndpoint() {
  const { id = '' } = useParams();
  const api = useApi();
  const { data, error, refetch } = useQuery({
    queryKey: ['endpoints', 'one', id],
    refetchInterval: 5_000,
    queryFn: ({ signal }) => answer(api.GET('/api/v1/webhooks/endpoints/{id}', { params: { path: { id } }, signal })),
  });
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return <Endpoint endpoint={data} />;
}

function Endpoint({ endpoint }: { endpoint: Endpoint }) {
  const to = useTo();
  const secret = useShownSecret(endpoint.id);
  return (
    <>
      <Text size="sm" mb={4}>
        <To to={to('webhooks')}>Webhooks</To>
      </Text>
      <PageHeader title={endpoint.url} help={endpoint.description}>
        <Actions endpoint={endpoint} />
      </PageHeader>
      {secret && (
        <ShownOnce
          title={endpoint.signature === 'v1a' ? 'The key that verifies signatures' : 'The signing secret'}
          value={secret}
          onClose={() => keepSecret(endpoint.id, null)}
        >
          Your receiver verifies signatures with it. It is shown this once.
        </ShownOnce>
      )}
      <Stack gap="md">
        <Paper>
          <FactGrid
            of={{
              State: <EndpointState of={endpoint} />,
              ...factsOf(endpoint),
            }}
          />
        </Paper>
        <Stats id={endpoint.id} />
        <section aria-labelledby="told">
          <Title order={2} id="told" mb="xs">
            What it was told
          </Title>
          <EndpointDeliveries id={endpoint.id} />
        </section>
      </Stack>
    </>
  );
}

const factsOf = (endpoint: Endpoint) => ({
  Id: <CopyText text={endpoint.id} />,
  Events: endpoint.event_types.join(', '),
  ...(endpoint.room_ids && { Rooms: `${endpoint.room_ids.length} of them` }),
  ...(endpoint.condition && { Condition: <code className="mono">{endpoint.condition}</code> }),
  ...(endpoint.condition_fault && { 'The condition failed': endpoint.condition_fault.message }),
  Signature: endpoint.signature === 'v1a' ? 'v1a (ed25519)' : 'v1 (HMAC-SHA256)',
  ...(endpoint.public_key && { 'Public key': <CopyText text={endpoint.public_key} /> }),
  ...(endpoint.previous_secret_expires_at && {
    'Old secret signs until': <Time exact at={endpoint.previous_secret_expires_at} />,
  }),
  Headers: Object.keys(endpoint.headers).join(', ') || 'none',
  Order: endpoint.ordered_by === 'room' ? 'one after the other in a room' : 'as they come',
  Rate: endpoint.rate_limit_per_second ? `${endpoint.rate_limit_per_second} a second` : 'no limit',
  'At once': endpoint.concurrency ?? 128,
  'Time to answer': `${endpoint.timeout_ms / 1_000} s`,
  Changed: <Time at={endpoint.updated_at} />,
});

function Stats({ id }: { id: string }) {
  const { data } = useEndpointStats(id, 5_000);
  if (!data) return null;
  const states = Object.entries(data.by_status).filter(([, count]) => (count ?? 0) > 0);
  return (
    <Paper>
      <FactGrid
        of={{
          'Events of the last day': formatNumber(data.total),
          ...Object.fromEntries(states.map(([state, count]) => [state, formatNumber(count ?? 0)])),
          'Waiting for their turn': formatNumber(data.waiting),
        }}
      />
    </Paper>
  );
}

type Dialog = 'test' | 'edit' | 'rotate' | 'recover' | 'disable' | 'delete' | null;

function Actions({ endpoint }: { endpoint: Endpoint }) {
  const [dialog, setDialog] = useState<Dialog>(null);
  const { id, status } = endpoint;
  const change = useEndpointActions(id);
  const [enabling, setEnabling] = useState(false);
  const shared = { endpoint, onClose: () => setDialog(null) };
  return (
    <>
      <Group gap="xs">
        <Button onClick={() => setDialog('test')}>Send a test</Button>
        <Button variant="default" onClick={() => setDialog('edit')}>
          Edit
        </Button>
        <Button variant="default" onClick={() => setDialog('rotate')}>
          Rotate secret
        </Button>
        <Button variant="default" onClick={() => setDialog('recover')}>
          Recover
        </Button>
        {status === 'enabled' ? (
          <Button variant="default" onClick={() => setDialog('disable')}>
            Disable
          </Button>
        ) : (
          <Button variant="default" onClick={() => setEnabling(true)}>
            Enable
          </Button>
        )}
        <Button variant="default" onClick={() => setDialog('delete')}>
          Remove
        </Button>
      </Group>
      <EditEndpoint opened={dialog === 'edit'} {...shared} />
      {dialog === 'test' && <TestDialog {...shared} />}
      {dialog === 'rotate' && <RotateDialog {...shared} />}
      {dialog === 'recover' && <RecoverDialog {...shared} />}
      <ConfirmDialog
        opened={dialog === 'disable'}
        onClose={() => setDialog(null)}
        title="Disable this endpoint?"
        verb="Disable"
        action={change.disable}
      >
        It hears nothing until it is enabled again. What is open is held and goes on then; what happens meanwhile can be
        recovered for 14 days.
      </ConfirmDialog>
      <ConfirmDialog
        opened={enabling}
        onClose={() => setEnabling(false)}
        title="Enable this endpoint?"
        verb="Enable"
        action={change.enable}
      >
        What was held goes on at once, and new events are sent. What failed or happened meanwhile is not: use Recover
        for that.
      </ConfirmDialog>
      <ConfirmDialog
        opened={dialog === 'delete'}
        onClose={() => setDialog(null)}
        title="Remove this endpoint?"
        verb="Remove"
        destructive
        typed={new URL(endpoint.url).host}
        action={change.remove}
      >
        Events that are still to be sent to {endpoint.url} are cancelled. This can’t be undone.
      </ConfirmDialog>
    </>
  );
}

function useEndpointActions(id: string) {
  const api = useApi();
  const navigate = useNavigate();
  const to = useTo();
  const reread = useReread(['endpoints']);
  const params = { path: { id } };
  const after = async <T,>(call: Promise<T>) => {
    const answered = await call;
    reread();
    return answered;
  };
  return {
    enable: () => after(answer(api.POST('/api/v1/webhooks/endpoints/{id}/enable', { params }))),
    disable: () => after(answer(api.POST('/api/v1/webhooks/endpoints/{id}/disable', { params }))),
    remove: async () => {
      await answer(api.DELETE('/api/v1/webhooks/endpoints/{id}', { params }));
      void navigate(to('webhooks'));
      reread();
    },
  };
}
