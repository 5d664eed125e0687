import { Anchor, Button, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { PageHeader } from '../../shared/page-header.js';
import { ProblemAlert } from '../../shared/problem-alert.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { FactGrid } from '../kit/ui.js';

const TONES = { up: 'good', down: 'bad', behind: 'warn' } as const;

/** The operator's view: does everything answer, and where jobs are looked at. */
export default function Queues() {
  const api = useApi();
  const { data, error, refetch } = useQuery({
    queryKey: ['health'],
    refetchInterval: 5_000,
    queryFn: ({ signal }) => answer(api.GET('/api/v1/utils/health-check', { signal })),
  });
  return (
    <>
      <PageHeader title="Queues and health" help="Whether this deployment answers, and what waits in it." />
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      <Stack gap="md">
        {data && (
          <Paper component="section" aria-label="Health">
            <FactGrid
              of={{
                Service: <StatusBadge status={data.status} tone={data.status === 'ok' ? 'good' : 'warn'} />,
                ...Object.fromEntries(
                  Object.entries(data.checks).map(([name, state]) => [
                    name.replaceAll('_', ' '),
                    <StatusBadge key={name} status={String(state)} tone={TONES[state as keyof typeof TONES]} />,
                  ]),
                ),
                Version: data.version,
              }}
            />
          </Paper>
        )}
        <Paper component="section" aria-labelledby="jobs">
          <Title order={2} id="jobs" mb="xs">
            Jobs
          </Title>
          <Text size="sm" mb="sm" maw={720}>
            Jobs are looked at, tried again and removed on the queue board. It opens in a tab of its own, because no
            page may be shown within another here, and asks for itself: any user name, and the admin key as password.
            Deliveries wait in PostgreSQL, not in queues: a job only says that something is due, and is made again when
            it is lost.
          </Text>
          <Button component="a" href="/admin/queues" target="_blank" rel="noreferrer">
            Open the queue board
          </Button>
          <Text size="sm" mt="sm">
            Counts by queue, kind and state over time are at <Anchor href="/metrics">/metrics</Anchor>{' '}
            (chatapi_queue_jobs, chatapi_queue_oldest_job_seconds).
          </Text>
        </Paper>
      </Stack>
    </>
  );
}
