import { Button, Group, NativeSelect, Stack, Text, Textarea, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useAddressState } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { formatAgo } from '../../shared/format.js';
import { JsonView } from '../../shared/json-view.js';
import { ProblemAlert } from '../../shared/problem-alert.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { useChange, type Schema } from '../kit/data.js';
import { jsonOf } from '../kit/fields.js';
import { bodyOf, type Draft } from './draft.js';

type Sample = Schema<'Sample'>;

const STATE = { event: '' };
const OWN = JSON.stringify(
  { headers: { 'X-GitHub-Event': 'issues' }, payload: { action: 'opened', issue: { title: 'It broke' } } },
  null,
  2,
);

/** Works the rule out on a stored event, or on a sample that one writes, and shows what it would do. */
export function TryOut({ draft, sourceId, eventId }: { draft: Draft; sourceId: string; eventId: string }) {
  const api = useApi();
  const [, change] = useAddressState(STATE);
  const [own, setOwn] = useState(OWN);
  const events = useStored(sourceId);
  const sample = useSample(sourceId, eventId);
  useEffect(() => {
    if (sample.data) setOwn(JSON.stringify(sample.data, null, 2));
  }, [sample.data]);
  const test = useChange(async () => {
    const { name: _, ...rule } = bodyOf(draft);
    return answer(
      api.POST('/api/v1/webhooks/rules/test', {
        body: {
          rule: { ...rule, ...(sourceId && { source_id: sourceId }) },
          sample: jsonOf(own, 'The sample') as Sample,
        },
      }),
    );
  }, []);
  return (
    <Stack gap="sm">
      <Title order={2} size="h3">
        Try it out
      </Title>
      <Group gap="xs" align="flex-end">
        <NativeSelect
          label="On"
          data={[
            { value: '', label: 'A sample of my own' },
            ...(events.data?.data ?? []).map(({ id, type, created_at }) => ({
              value: id,
              label: `${type ?? 'without a type'}, ${formatAgo(created_at)}`,
            })),
          ]}
          value={eventId}
          onChange={({ currentTarget }) => change({ event: currentTarget.value })}
        />
        <Button loading={test.isPending} disabled={sample.isFetching} onClick={() => test.mutate()}>
          Try
        </Button>
        <Text size="xs" c="dimmed">
          Nothing is done, nothing is stored.
        </Text>
      </Group>
      {events.data?.data.length === 0 && (
        <Text size="sm">No event of this source is stored yet: write a sample, or let the sender send something.</Text>
      )}
      {sample.error && <ProblemAlert error={sample.error} />}
      <Textarea
        label="Headers and payload"
        className="mono-input"
        autosize
        minRows={6}
        maxRows={16}
        spellCheck={false}
        value={own}
        onChange={({ currentTarget }) => setOwn(currentTarget.value)}
      />
      {test.error && <ProblemAlert error={test.error} />}
      {test.data && <Tried of={test.data} />}
    </Stack>
  );
}

function useStored(sourceId: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['sources', 'recent', sourceId],
    enabled: sourceId !== '',
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/webhooks/sources/{id}/events', {
          params: { path: { id: sourceId }, query: { limit: 50, verified: true } },
          signal,
        }),
      ),
  });
}

/** A stored event as a sample; in lists, large payloads are left out. */
function useSample(sourceId: string, eventId: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['sources', 'sample', eventId],
    enabled: eventId !== '' && sourceId !== '',
    refetchOnWindowFocus: false,
    queryFn: async ({ signal }): Promise<Sample> => {
      const path = { id: sourceId, event_id: eventId };
      const { headers, payload } = await answer(
        api.GET('/api/v1/webhooks/sources/{id}/events/{event_id}', { params: { path }, signal }),
      );
      return { headers, payload } as Sample;
    },
  });
}

function Tried({ of: { matched, actions, errors } }: { of: Schema<'TestedRule'> }) {
  return (
    <Stack gap="xs" role="status">
      <Text size="sm">
        <StatusBadge status={matched ? 'it acts' : 'it does not act'} tone={matched ? 'good' : 'plain'} />{' '}
        {matched
          ? `${actions.length} of its actions could be worked out.`
          : 'Its condition does not hold for this event.'}
      </Text>
      {errors.map(({ field, message }) => (
        <Text size="sm" key={`${field} ${message}`} className="tried-error">
          <StatusBadge status="fault" tone="bad" /> <code className="mono">{field}</code> {message}
        </Text>
      ))}
      {actions.map(({ type, params }, at) => (
        <div key={at}>
          <Text size="sm" fw={550}>
            {at + 1}. {type.replaceAll('_', ' ')}
          </Text>
          <JsonView value={params} label={`what action ${at + 1} would send`} />
        </div>
      ))}
    </Stack>
  );
}
