import { Button, Checkbox, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { useTo } from '../../address.js';
import { answer } from '../../api.js';
import { useApi } from '../../scope.js';
import { ConfirmDialog } from '../../shared/confirm-dialog.js';
import { PageHeader } from '../../shared/page-header.js';
import { ProblemAlert } from '../../shared/problem-alert.js';
import { Time } from '../../shared/time.js';
import { useChange, useReread, type Schema } from '../kit/data.js';
import { orNull, useFields } from '../kit/fields.js';
import { FactGrid, FormDialog, To } from '../kit/ui.js';
import { KeysOf } from '../keys/user-keys.js';
import { isBanned, UserState } from './user-state.js';

type User = Schema<'User'>;

export function OneUser({ userId }: { userId: string }) {
  const api = useApi();
  const to = useTo();
  const path = { user_id: userId };
  const { data, error, refetch } = useQuery({
    queryKey: ['users', 'one', userId],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/users/{user_id}', { params: { path }, signal })),
  });
  return (
    <>
      <Text size="sm" mb={4}>
        <To to={to('users')}>Users</To>
      </Text>
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {data && <Shown user={data} />}
    </>
  );
}

function Shown({ user }: { user: User }) {
  const to = useTo();
  const { user_id } = user;
  return (
    <>
      <PageHeader title={user.display_name ?? user_id} help={user.display_name ? user_id : undefined}>
        <Button component={Link} variant="default" to={to('rooms', { member: user_id })}>
          Rooms
        </Button>
        <Button component={Link} variant="default" to={to('deliveries', { user_id })}>
          Deliveries
        </Button>
        <Button component={Link} variant="default" to={to('limits', { user: user_id })}>
          Limits
        </Button>
        <BanActions user={user} />
      </PageHeader>
      <Stack gap="md">
        <Paper>
          <FactGrid
            of={{
              State: <UserState of={user} />,
              ...(isBanned(user) && {
                'Banned until': isForGood(user) ? 'it is lifted' : <Time at={user.banned_until} exact />,
              }),
              ...(user.ban_reason && { Reason: user.ban_reason }),
              Email: user.email,
              Phone: user.phone,
              'Last seen': <Time at={user.last_seen_at} />,
              Made: <Time at={user.created_at} exact />,
            }}
          />
        </Paper>
        <section aria-labelledby="keys">
          <Title order={2} id="keys" mb="xs">
            Sessions and keys
          </Title>
          <KeysOf userId={user_id} />
        </section>
        <div className="columns">
          <Blocks userId={user_id} />
          <OptOuts userId={user_id} />
        </div>
      </Stack>
    </>
  );
}

/** Without an end, the API says the last moment that it can. */
const isForGood = ({ banned_until }: User): boolean => Boolean(banned_until?.startsWith('9999'));

function BanActions({ user }: { user: User }) {
  const api = useApi();
  const reread = useReread(['users']);
  const [dialog, setDialog] = useState<'ban' | 'lift' | null>(null);
  const { user_id } = user;
  const out = isBanned(user);
  return (
    <>
      <Button variant="default" onClick={() => setDialog(out ? 'lift' : 'ban')}>
        {out ? 'Lift the ban' : 'Ban'}
      </Button>
      {dialog === 'ban' && <BanDialog userId={user_id} onClose={() => setDialog(null)} />}
      <ConfirmDialog
        opened={dialog === 'lift'}
        onClose={() => setDialog(null)}
        title={`Let ${user_id} in again?`}
        verb="Lift the ban"
        action={async () => {
          await answer(api.DELETE('/api/v1/users/{user_id}/ban', { params: { path: { user_id } } }));
          reread();
        }}
      >
        {user_id} can log in and write again. What was sent under a shadow ban stays hidden.
      </ConfirmDialog>
    </>
  );
}

const TIMES = [
  { value: '', label: 'until it is lifted' },
  { value: '3600', label: 'for an hour' },
  { value: '86400', label: 'for a day' },
  { value: '604800', label: 'for a week' },
  { value: '2592000', label: 'for 30 days' },
];

function BanDialog({ userId, onClose }: { userId: string; onClose(): void }) {
  const api = useApi();
  const ban = useChange(
    (values: { reason: string; expires_in: string; shadow: boolean }) =>
      answer(
        api.PUT('/api/v1/users/{user_id}/ban', {
          params: { path: { user_id: userId } },
          body: {
            reason: orNull(values.reason),
            shadow: values.shadow,
            ...(values.expires_in && { expires_in: Number(values.expires_in) }),
          },
        }),
      ),
    ['users', 'keys'],
    onClose,
  );
  const form = useFields({ reason: '', expires_in: '', shadow: false }, ban.error);
  return (
    <FormDialog
      title={`Ban ${userId}`}
      opened
      onClose={onClose}
      submit="Ban"
      onSubmit={() => ban.mutate(form.values)}
      busy={ban.isPending}
      error={ban.error}
      size="md"
    >
      <Text size="sm">
        {form.values.shadow
          ? 'What is sent from now on is seen by the sender alone, who is not told.'
          : 'Sending, reacting, joining and whatever else concerns others is refused. Reading stays.'}{' '}
        Memberships and messages stay.
      </Text>
      <TextInput label="Reason" data-autofocus {...form.text('reason')} />
      <NativeSelect label="How long" data={TIMES} {...form.text('expires_in')} />
      <Checkbox size="xs" label="Shadow ban: only the sender sees what is sent" {...form.check('shadow')} />
    </FormDialog>
  );
}

function Blocks({ userId }: { userId: string }) {
  const api = useApi();
  const { data, error } = useQuery({
    queryKey: ['blocks', userId],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/users/me/blocks', {
          params: { query: { limit: 100 }, header: { 'X-User-Id': userId } },
          signal,
        }),
      ),
  });
  return (
    <section aria-labelledby="blocks">
      <Title order={2} id="blocks" mb="xs">
        Blocks
      </Title>
      {error && <ProblemAlert error={error} />}
      <Text size="sm">
        {data && (data.data.length > 0 ? data.data.map(({ user_id }) => user_id).join(', ') : 'Nobody is blocked.')}
        {data?.page.has_more && ' and more'}
      </Text>
    </section>
  );
}

function OptOuts({ userId }: { userId: string }) {
  const api = useApi();
  const { data, error } = useQuery({
    queryKey: ['opt-outs', userId],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/users/{user_id}/opt-outs', { params: { path: { user_id: userId } }, signal })),
  });
  const out = data ? [...(data.channels ?? []), ...(data.categories ?? [])] : [];
  return (
    <section aria-labelledby="opt-outs">
      <Title order={2} id="opt-outs" mb="xs">
        Does not want
      </Title>
      {error && <ProblemAlert error={error} />}
      <Text size="sm">
        {data && (out.length > 0 ? out.join(', ') : 'Takes notifications of every channel and category.')}
      </Text>
    </section>
  );
}
