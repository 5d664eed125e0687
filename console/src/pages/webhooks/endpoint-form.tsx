import { Group, NativeSelect, NumberInput, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { useChange, type Schema } from '../kit/data.js';
import { changesOf, headersOf, linesOf, numberOrNull, orNull, useFields } from '../kit/fields.js';
import { FormDialog } from '../kit/ui.js';
import { keepSecret } from './shown-secret.js';

type Endpoint = Schema<'Endpoint'>;

interface Opened {
  opened: boolean;
  onClose(): void;
}

const EMPTY = {
  url: '',
  description: '',
  event_types: [] as string[],
  room_ids: '',
  condition: '',
  headers: '',
  signature: 'v1' as 'v1' | 'v1a',
  ordered_by: '' as '' | 'room',
  rate_limit_per_second: '' as string | number,
  concurrency: '' as string | number,
  timeout_ms: 15_000 as string | number,
};
type Values = typeof EMPTY;

export function NewEndpoint({ opened, onClose }: Opened) {
  return opened ? (
    <EndpointForm title="New endpoint" submit="Make the endpoint" initial={EMPTY} onClose={onClose} />
  ) : null;
}

export function EditEndpoint({ opened, onClose, endpoint }: Opened & { endpoint: Endpoint }) {
  if (!opened) return null;
  return (
    <EndpointForm
      title="Change the endpoint"
      submit="Save"
      initial={valuesOf(endpoint)}
      id={endpoint.id}
      onClose={onClose}
    />
  );
}

const valuesOf = (endpoint: Endpoint): Values => ({
  ...EMPTY,
  url: endpoint.url,
  description: endpoint.description ?? '',
  event_types: endpoint.event_types,
  room_ids: (endpoint.room_ids ?? []).join('\n'),
  condition: endpoint.condition ?? '',
  headers: Object.entries(endpoint.headers)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n'),
  signature: endpoint.signature,
  ordered_by: endpoint.ordered_by ?? '',
  rate_limit_per_second: endpoint.rate_limit_per_second ?? '',
  concurrency: endpoint.concurrency ?? '',
  timeout_ms: endpoint.timeout_ms,
});

interface FormProps {
  title: string;
  submit: string;
  initial: Values;
  id?: string;
  onClose(): void;
}

function EndpointForm({ title, submit, initial, id, onClose }: FormProps) {
  const api = useApi();
  const navigate = useNavigate();
  const to = useTo();
  const [asked] = useState(initial);
  const save = useChange<Values, Endpoint>(
    async (values) =>
      answer(
        id
          ? api.PATCH('/api/v1/webhooks/endpoints/{id}', { params: { path: { id } }, body: patchOf(values, asked) })
          : api.POST('/api/v1/webhooks/endpoints', { body: bodyOf(values) }),
      ),
    ['endpoints'],
    (endpoint) => {
      // Also after a change of the kind of signature, which makes a new one.
      if (endpoint.secret) keepSecret(endpoint.id, endpoint.secret);
      onClose();
      if (!id) void navigate(to(`webhooks/${endpoint.id}`));
    },
  );
  const form = useFields(asked, save.error);
  return (
    <FormDialog
      title={title}
      opened
      onClose={onClose}
      submit={submit}
      onSubmit={() => save.mutate(form.values)}
      busy={save.isPending}
      error={save.error}
    >
      <TextInput label="URL" required data-autofocus placeholder="https://example.com/hooks" {...form.text('url')} />
      <TextInput label="Description" {...form.text('description')} />
      <EventTypes
        value={form.values.event_types}
        error={form.error('event_types')}
        onChange={(event_types) => form.set({ event_types })}
      />
      <Textarea
        label="Condition"
        description="JSONata over the event: it is sent where this holds."
        placeholder={'data.metadata.priority = "high"'}
        className="mono-input"
        autosize
        {...form.text('condition')}
      />
      <Textarea
        label="Rooms"
        description="Only events of these rooms, one id in a line; none: of all."
        autosize
        {...form.text('room_ids')}
      />
      <Textarea
        label="Headers"
        description="Go along with each request, one “Name: value” in a line. Secrets are shown as *** and stay as they are."
        className="mono-input"
        autosize
        {...form.text('headers')}
      />
      <Group grow align="flex-start">
        <NativeSelect
          label="Signature"
          data={[
            { value: 'v1', label: 'v1: HMAC-SHA256, a shared secret' },
            { value: 'v1a', label: 'v1a: ed25519, a public key' },
          ]}
          {...form.text('signature')}
        />
        <NativeSelect
          label="Order"
          data={[
            { value: '', label: 'As they come' },
            { value: 'room', label: 'One after the other in each room' },
          ]}
          {...form.text('ordered_by')}
        />
      </Group>
      <Group grow align="flex-start">
        <NumberInput
          label="Requests per second"
          placeholder="no limit"
          min={1}
          {...form.pick('rate_limit_per_second')}
        />
        <NumberInput label="At once" placeholder="128" min={1} {...form.pick('concurrency')} />
        <NumberInput label="Time to answer (ms)" min={1} step={1000} {...form.pick('timeout_ms')} />
      </Group>
    </FormDialog>
  );
}

function EventTypes({
  value,
  error,
  onChange,
}: {
  value: string[];
  error: string | undefined;
  onChange(types: string[]): void;
}) {
  const { data = [] } = useEventTypes();
  const families = [...new Set(data.map(({ type }) => `${type.split('.')[0]}.*`))];
  return (
    <TagsInput
      label="Events"
      description="Types, with * at the end for all that begin so; none: all of them."
      placeholder={value.length === 0 ? 'all' : ''}
      data={[
        { group: 'Families', items: families },
        { group: 'Types', items: data.map(({ type }) => type) },
      ]}
      size="xs"
      clearable
      maxDropdownHeight={240}
      value={value}
      error={error}
      onChange={onChange}
    />
  );
}

export function useEventTypes() {
  const api = useApi();
  return useQuery({
    queryKey: ['event-types'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => answer(api.GET('/api/v1/webhooks/event-types', { signal })),
  });
}

/** A header that is left out goes; *** keeps its value. */
function patchOf(values: Values, begun: Values) {
  const [body, before] = [bodyOf(values), bodyOf(begun)];
  const removed = Object.keys(before.headers).filter((name) => !(name in body.headers));
  const headers = {
    ...changesOf(body.headers, before.headers),
    ...Object.fromEntries(removed.map((name) => [name, null])),
  };
  return { ...changesOf(body, before), headers };
}

/** @throws Mistake that names the header */
function bodyOf(values: Values) {
  const rooms = linesOf(values.room_ids);
  return {
    url: values.url.trim(),
    description: orNull(values.description),
    event_types: values.event_types.length > 0 ? values.event_types : null,
    room_ids: rooms.length > 0 ? rooms : null,
    condition: orNull(values.condition),
    headers: headersOf(values.headers),
    signature: values.signature,
    ordered_by: values.ordered_by || null,
    rate_limit_per_second: numberOrNull(values.rate_limit_per_second),
    concurrency: numberOrNull(values.concurrency),
    timeout_ms: Number(values.timeout_ms),
  };
}
