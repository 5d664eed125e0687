import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { JsonView } from '../../shared/json-view.js';
import { PageHeader } from '../../shared/page-header.js';
import { CopyText, ProblemAlert } from '../../shared/problem-alert.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { useChange, type Schema } from '../kit/data.js';
import { FactGrid, To } from '../kit/ui.js';
import { formatNumber } from '../../shared/format.js';
import { ReplayedNote, signatureOf, useSource } from './source.js';

type Result = Schema<'InboundResult'>;

/** One event: what came, whether it was believed, and what followed from it. */
export function OneEvent() {
  const { id = '', event_id = '' } = useParams();
  const api = useApi();
  const to = useTo();
  const path = { id, event_id };
  const { data: source } = useSource(id);
  const { data, error, refetch } = useQuery({
    queryKey: ['sources', 'event', event_id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/webhooks/sources/{id}/events/{event_id}', { params: { path }, signal })),
    refetchInterval: ({ state }) => (state.data?.status === 'stored' ? 1_000 : false),
  });
  const replay = useChange(
    () =>
      answer(
        api.POST('/api/v1/webhooks/sources/{id}/replay', { params: { path: { id } }, body: { event_ids: [event_id] } }),
      ),
    ['sources'],
  );
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <>
      <Text size="sm" mb={4}>
        <To to={to('sources')}>Sources</To>
        {' / '}
        <To to={to(`sources/${id}`)}>{source?.name ?? '…'}</To>
      </Text>
      <PageHeader title={data.type ?? 'An event without a type'}>
        <Button component={Link} to={to('rules', { source: id, event: event_id, rule: 'new' })}>
          Try a rule on it
        </Button>
        <Button variant="default" loading={replay.isPending} onClick={() => replay.mutate()}>
          Replay
        </Button>
      </PageHeader>
      {replay.error && <ProblemAlert error={replay.error} />}
      {replay.data && <ReplayedNote of={replay.data} />}
      <Stack gap="md" mt="md">
        <Paper>
          <FactGrid
            of={{
              State: <StatusBadge status={data.status} />,
              Signature: signatureOf(data, source) + (data.verified ? '' : `: ${data.reason ?? ''}`),
              ...(data.verified && data.reason && { Reason: data.reason }),
              ...(data.duplicate_of && {
                'Came before as': <To to={to(`sources/${id}/events/${data.duplicate_of}`)}>{data.duplicate_of}</To>,
              }),
              Id: <CopyText text={data.id} />,
              'The sender’s id': data.external_id,
              Size: `${formatNumber(data.payload_bytes)} bytes`,
              Came: <Time exact at={data.created_at} />,
            }}
          />
        </Paper>
        <section aria-labelledby="caused">
          <Title order={2} id="caused" mb="xs">
            What it caused
          </Title>
          <Results of={data.results} />
        </section>
        <div className="columns">
          <section aria-labelledby="payload">
            <Title order={2} id="payload" mb="xs">
              Payload
            </Title>
            <JsonView value={data.payload_text ?? data.payload} label="payload" />
          </section>
          <section aria-labelledby="headers">
            <Title order={2} id="headers" mb="xs">
              Headers
            </Title>
            <JsonView value={data.headers} label="headers" />
          </section>
        </div>
      </Stack>
    </>
  );
}

function Results({ of }: { of: Result[] }) {
  const to = useTo();
  if (of.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing: no rule’s condition held, or there is none.
      </Text>
    );
  return (
    <Stack gap={6}>
      {of.map((result, at) => (
        <Group key={at} gap="xs" wrap="wrap">
          <StatusBadge status={result.error ? 'failed' : 'done'} />
          <Text size="sm">{result.action?.replaceAll('_', ' ') ?? 'the condition'}</Text>
          {result.resource_id && <Made result={result} />}
          {result.error && <Text size="sm">{result.error.detail}</Text>}
          {result.rule_id && <To to={to('rules', { rule: result.rule_id })}>its rule</To>}
        </Group>
      ))}
    </Stack>
  );
}

function Made({ result: { action, resource_id } }: { result: Result }) {
  const to = useTo();
  if (action === 'create_room' || action === 'add_members') return <To to={to(`rooms/${resource_id}`)}>the room</To>;
  if (action === 'send_notification')
    return <To to={to('deliveries', { notification_id: resource_id! })}>its deliveries</To>;
  return <CopyText text={resource_id!} />;
}
