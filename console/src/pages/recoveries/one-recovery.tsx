import { Paper, Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { Facts } from '../../shared/facts.js';
import { PageHeader } from '../../shared/page-header.js';
import { CopyText, ProblemAlert } from '../../shared/problem-alert.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { EVERY_MS, filterText, RecoveryProgress } from './recovery.js';

export function OneRecovery() {
  const { id = '' } = useParams();
  const api = useApi();
  const to = useTo();
  const { data, error, refetch } = useQuery({
    queryKey: ['recovery', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/recoveries/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? EVERY_MS : false),
  });
  if (error) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={200} animate={false} aria-label="Loading the recovery" role="status" />;
  return (
    <>
      <PageHeader
        title={
          <>
            Recovery <StatusBadge status={data.dry_run ? 'only counted' : data.status} />
          </>
        }
        help={data.endpoint_id ? `What endpoint ${data.endpoint_id} was not told` : filterText(data.filter)}
      />
      <Paper maw={720}>
        <Stack gap="md">
          {!data.dry_run && <RecoveryProgress recovery={data} />}
          <Facts
            facts={{
              Matched: data.matched,
              'Sent again': data.resent,
              'Passed over': data.skipped,
              'At most a second': data.rate_per_second,
              Started: <Time at={data.created_at} exact />,
              Id: <CopyText text={data.id} what="id" />,
            }}
          />
          <Link to={to('deliveries', { unresolved: 'true', range: '30d' })}>What is still left to mend</Link>
        </Stack>
      </Paper>
    </>
  );
}
