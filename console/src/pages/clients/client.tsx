import { Button, Paper, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { addressOf } from '../../address.js';
import { answer, type Schemas } from '../../api.js';
import { useApi } from '../../scope.js';
import { ConfirmDialog } from '../../shared/confirm-dialog.js';
import { PageHeader } from '../../shared/page-header.js';
import { CopyText, ProblemAlert } from '../../shared/problem-alert.js';
import { StatusBadge } from '../../shared/status-badge.js';
import { Time } from '../../shared/time.js';
import { useChange, useReread } from '../kit/data.js';
import { changesOf, jsonOf, linesOf, submits, useFields } from '../kit/fields.js';
import { FactGrid, To } from '../kit/ui.js';

type Client = Schemas['Client'];

export function OneClient() {
  const { id = '' } = useParams();
  const api = useApi();
  const { data, error, refetch } = useQuery({
    queryKey: ['clients', 'one', id],
    // What is being edited does not change under the hands.
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) => answer(api.GET('/api/v1/clients/{id}', { params: { path: { id } }, signal })),
  });
  return (
    <>
      <Text size="sm" mb={4}>
        <To to="/clients">Clients</To>
      </Text>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {data && <Shown key={data.updated_at} client={data} />}
    </>
  );
}

function Shown({ client }: { client: Client }) {
  return (
    <>
      <PageHeader title={client.name}>
        <Button component={Link} variant="default" to={addressOf('overview', client.id)}>
          Its deliveries
        </Button>
        <Suspension client={client} />
      </PageHeader>
      <Stack gap="md">
        <Paper>
          <FactGrid
            of={{
              State: <StatusBadge status={client.is_active ? 'active' : 'suspended'} />,
              Slug: client.slug,
              Id: <CopyText text={client.id} />,
              Made: <Time at={client.created_at} exact />,
              Changed: <Time at={client.updated_at} />,
            }}
          />
        </Paper>
        <Settings client={client} />
      </Stack>
    </>
  );
}

function Suspension({ client: { id, name, is_active } }: { client: Client }) {
  const api = useApi();
  const reread = useReread(['clients', 'client']);
  const [asking, setAsking] = useState(false);
  const params = { path: { id } };
  const act = async () => {
    await answer(
      is_active
        ? api.POST('/api/v1/clients/{id}/suspend', { params })
        : api.POST('/api/v1/clients/{id}/reactivate', { params }),
    );
    reread();
  };
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {is_active ? 'Suspend' : 'Reactivate'}
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={is_active ? `Suspend ${name}?` : `Reactivate ${name}?`}
        verb={is_active ? 'Suspend' : 'Reactivate'}
        destructive={is_active}
        action={act}
      >
        {is_active
          ? 'All its keys are refused, its sockets are closed, its sources answer 404, and what it has to deliver is held until it is reactivated.'
          : 'Its keys work again, and what was held is delivered.'}
      </ConfirmDialog>
    </>
  );
}

const valuesOf = ({ name, allowed_origins, limits, settings }: Client) => ({
  name,
  allowed_origins: allowed_origins.join('\n'),
  limits: JSON.stringify(limits, null, 2),
  settings: JSON.stringify(settings, null, 2),
});
type Values = ReturnType<typeof valuesOf>;

/** @throws Mistake that names the field */
const bodyOf = ({ name, allowed_origins, limits, settings }: Values) => ({
  name: name.trim(),
  allowed_origins: linesOf(allowed_origins),
  limits: jsonOf(limits, 'Limits') as NonNullable<Schemas['UpdateClient']['limits']>,
  settings: jsonOf(settings, 'Settings') as Schemas['ClientSettings'],
});

/** As JSON, word for word what the API takes: what is left out stays as it is, null takes the default again. */
function Settings({ client }: { client: Client }) {
  const api = useApi();
  const [begun] = useState(() => valuesOf(client));
  const save = useChange(
    async (values: Values) => {
      const [body, before] = [bodyOf(values), bodyOf(begun)];
      const limits = changesOf(body.limits, before.limits);
      const settings = changesOf(body.settings, before.settings);
      return answer(
        api.PATCH('/api/v1/clients/{id}', {
          params: { path: { id: client.id } },
          body: { ...changesOf(body, before), limits, settings },
        }),
      );
    },
    ['clients', 'client'],
  );
  const form = useFields(begun, save.error);
  return (
    <Paper component="section" aria-labelledby="settings">
      <form onSubmit={submits(() => save.mutate(form.values))}>
        <Title order={2} id="settings" mb="xs">
          Settings and limits
        </Title>
        <Text size="sm" c="dimmed" mb="sm">
          What is left out stays as it is; null takes the default again.
        </Text>
        <div className="columns">
          <TextInput label="Name" {...form.text('name')} />
          <Textarea
            label="Origins"
            description="One in a line; none: all."
            autosize
            {...form.text('allowed_origins')}
          />
          <Textarea
            label="Limits"
            className="mono-input"
            autosize
            maxRows={24}
            spellCheck={false}
            {...form.text('limits')}
          />
          <Textarea
            label="Settings"
            className="mono-input"
            autosize
            maxRows={24}
            spellCheck={false}
            {...form.text('settings')}
          />
        </div>
        {save.error && <ProblemAlert error={save.error} />}
        <Button type="submit" mt="md" loading={save.isPending}>
          Save
        </Button>
      </form>
    </Paper>
  );
}
