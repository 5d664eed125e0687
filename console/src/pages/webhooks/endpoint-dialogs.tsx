import { Button, Group, NativeSelect, NumberInput, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { Progress } from '../../shared/progress.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { useChange, type Schema } from '../kit/data.js';
import { FormDialog } from '../kit/ui.js';
import { Attempts } from './endpoint-deliveries.js';
import { useEventTypes } from './endpoint-form.js';
import { formatNumber } from '../../shared/format.js';
import { keepSecret } from './shown-secret.js';

interface DialogProps {
  endpoint: Schema<'Endpoint'>;
  onClose(): void;
}

const HOURS: [string, string][] = [
  ['0', 'at once'],
  ['1', 'after an hour'],
  ['24', 'after a day'],
  ['168', 'after a week'],
];

/** Sends an example now and shows what was answered. */
export function TestDialog({ endpoint: { id, url }, onClose }: DialogProps) {
  const api = useApi();
  const { data: types = [] } = useEventTypes();
  const [type, setType] = useState('message.created');
  const test = useChange(
    () =>
      answer(
        api.POST('/api/v1/webhooks/endpoints/{id}/test', { params: { path: { id } }, body: { event_type: type } }),
      ),
    ['endpoints'],
  );
  const { data } = test;
  return (
    <FormDialog
      title="Send a test"
      opened
      onClose={onClose}
      submit="Send"
      onSubmit={() => test.mutate()}
      busy={test.isPending}
      error={test.error}
    >
      <Text size="sm">
        An example goes to {url} now, once, also while the endpoint is disabled. It says nothing of its health.
      </Text>
      <NativeSelect
        label="Event"
        data={types.length > 0 ? types.map((one) => one.type) : [type]}
        value={type}
        onChange={({ currentTarget }) => setType(currentTarget.value)}
      />
      {data && (
        <Stack gap="xs" role="status">
          <Text size="sm">
            <StatusBadge status={data.status} />
          </Text>
          <Attempts of={data.attempts ?? []} />
        </Stack>
      )}
    </FormDialog>
  );
}

export function RotateDialog({ endpoint: { id }, onClose }: DialogProps) {
  const api = useApi();
  const [hours, setHours] = useState('24');
  const rotate = useChange(
    () =>
      answer(
        api.POST('/api/v1/webhooks/endpoints/{id}/rotate-secret', {
          params: { path: { id } },
          body: { overlap_s: Number(hours) * 3_600 },
        }),
      ),
    ['endpoints'],
    ({ secret }) => {
      keepSecret(id, secret ?? null);
      onClose();
    },
  );
  return (
    <FormDialog
      title="Rotate the secret"
      opened
      onClose={onClose}
      submit="Make a new secret"
      onSubmit={() => rotate.mutate()}
      busy={rotate.isPending}
      error={rotate.error}
    >
      <Text size="sm">A new secret is made and shown once. Until the old one ends, both sign each request.</Text>
      <NativeSelect
        label="The old secret ends"
        data={HOURS.map(([value, label]) => ({ value, label }))}
        value={hours}
        onChange={({ currentTarget }) => setHours(currentTarget.value)}
      />
      {hours === '0' && <Text size="sm">Receivers that know the old one only refuse what comes from now on.</Text>}
    </FormDialog>
  );
}

const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
const PERIODS: [string, number][] = [
  ['the last hour', 1 / 24],
  ['the last day', 1],
  ['the last 3 days', 3],
  ['the last 7 days', 7],
  // A minute less than the API takes: until it is asked, time goes by.
  ['the last 14 days', 14 - 1 / 1_440],
];

/** Counts first; what is sent goes on by itself, and can be watched and stopped here. */
export function RecoverDialog({ endpoint: { id, status }, onClose }: DialogProps) {
  const api = useApi();
  const [period, setPeriod] = useState('1');
  const [rate, setRate] = useState<string | number>(100);
  const [started, setStarted] = useState<string | null>(null);
  const ask = (dry_run: boolean) =>
    answer(
      api.POST('/api/v1/webhooks/endpoints/{id}/recover', {
        params: { path: { id } },
        body: { since: ago(Number(period)), dry_run, rate_per_second: Number(rate) },
      }),
    );
  const count = useChange(() => ask(true), []);
  const recover = useChange(
    () => ask(false),
    ['endpoints', 'recoveries'],
    (recovery) => setStarted(recovery.id),
  );
  if (started) return <Running id={started} onClose={onClose} />;
  const counted = count.data;
  return (
    <FormDialog
      title="Recover"
      opened
      onClose={onClose}
      submit={counted ? `Send ${formatNumber(counted.matched - counted.skipped)} again` : 'Count'}
      onSubmit={() => (counted ? recover.mutate() : count.mutate())}
      busy={count.isPending || recover.isPending}
      error={count.error ?? recover.error}
    >
      <Text size="sm">
        Sends what failed for good and what happened while the endpoint was disabled. What was put aside, or got through
        since, is left out.
      </Text>
      {status === 'disabled' && <Text size="sm">The endpoint is disabled: enable it first, or nothing is sent.</Text>}
      <Group grow align="flex-start">
        <NativeSelect
          label="Of"
          data={PERIODS.map(([label, days]) => ({ label, value: String(days) }))}
          value={period}
          onChange={({ currentTarget }) => {
            setPeriod(currentTarget.value);
            count.reset();
          }}
        />
        <NumberInput label="Per second at most" min={1} max={1_000} value={rate} onChange={setRate} />
      </Group>
      {counted && (
        <Text size="sm" role="status">
          {formatNumber(counted.matched)} matched, {formatNumber(counted.skipped)} of them are passed over.
        </Text>
      )}
    </FormDialog>
  );
}

function Running({ id, onClose }: { id: string; onClose(): void }) {
  const api = useApi();
  const { data, error } = useQuery({
    queryKey: ['recoveries', 'one', id],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/recoveries/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.status === 'running' || !state.data ? 1_000 : false),
  });
  const cancel = useChange(
    () => answer(api.POST('/api/v1/recoveries/{id}/cancel', { params: { path: { id } } })),
    ['recoveries'],
  );
  return (
    <FormDialog
      title="Recovering"
      opened
      onClose={onClose}
      submit="Close"
      onSubmit={onClose}
      error={error ?? cancel.error}
    >
      {data && (
        <>
          <Text size="sm">
            <StatusBadge status={data.status} /> It goes on by itself when this is closed.
          </Text>
          <Progress label="Sent again" done={data.resent} of={data.matched - data.skipped}>
            {data.status === 'running' && (
              <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
                Stop
              </Button>
            )}
          </Progress>
        </>
      )}
    </FormDialog>
  );
}
